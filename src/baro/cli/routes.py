"""`baro routes`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.output import tell_gaps, write
from baro.cli.routing import routes_of, routing_flags
from baro.cli.state import target_state
from baro.errors import InputError
from baro.model.snapshot import Snapshot
from baro.report import route_changes, route_table
from baro.routing.installed import clusters_of
from baro.routing.migration import compare
from baro.routing.platform import ASSUMED, ClusterRoutes, declared_of


@click.command("routes", short_help="Show every host and path, and what serves it.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@options.platform_flags
@routing_flags
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown", "html"]),
    default="terminal",
    help="Form of the answer; html and markdown draw a picture.",
)
@click.option(
    "--compare",
    type=click.Choice(["gateway-api"]),
    default=None,
    help="Show what a move of the Ingresses would change instead.",
)
@options.output_file
@options.language
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Show the whole routing table of the platform in PATH (default: here).

    Host, path, Ingress, Application, Service, the path that the Service is asked
    for, redirects, and what is hidden by something else.
    """
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        snapshot = target.snapshot
    clusters = routes_of(snapshot, given)
    if given["compare"]:
        write(_compared(snapshot, clusters, given), given["output_file"])
        return 0
    table = route_table.rows(snapshot, clusters)
    language = given["language"]
    match given["form"]:
        case "json":
            text = route_table.to_json(table, clusters, target.unseen)
        case "markdown":
            text = route_table.to_markdown(table, clusters, language)
        case "html":
            from baro.report import route_picture  # noqa: PLC0415 - draws with Jinja

            text = route_picture.render(table, clusters, language)
        case _:
            text = route_table.to_text(table, clusters, language)
    write(text, given["output_file"])
    tell_gaps(target.unseen)
    return 0


def _compared(
    snapshot: Snapshot, clusters: Sequence[ClusterRoutes], given: dict[str, Any]
) -> str:
    """Return what moving each cluster's Ingresses would change."""
    if given["form"] not in ("terminal", "json"):
        raise InputError(
            f"--compare has no form {given['form']}",
            hint="use --format terminal or json",
        )
    objects = clusters_of(snapshot.manifests)
    changes = {
        routes.cluster: compare(
            declared_of(objects.get(routes.cluster, ()), snapshot.kubernetes_version),
            table.controller,
        )
        for routes in clusters
        for table in routes.tables
        if table.controller.name == ASSUMED.name
    }
    if not changes:
        raise InputError(
            "no Ingress here is served by ingress-nginx",
            hint="--compare shows what a move away from ingress-nginx changes",
        )
    if given["form"] == "json":
        return route_changes.to_json(changes)
    return route_changes.to_text(changes, given["language"])
