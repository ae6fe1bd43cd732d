"""`baro routes`."""

from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.output import tell_gaps, write
from baro.cli.routing import routes_of, routing_flags
from baro.cli.state import target_state
from baro.report import route_table


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
    table = route_table.rows(snapshot, clusters)
    language = given["language"]
    match given["form"]:
        case "json":
            text = route_table.to_json(table, clusters)
        case "markdown":
            text = route_table.to_markdown(table, clusters, language)
        case "html":
            from baro.report import route_picture  # noqa: PLC0415 - draws with Jinja

            text = route_picture.render(table, clusters, language)
        case _:
            text = route_table.to_text(table, clusters, language)
    write(text, given["output_file"])
    tell_gaps(snapshot.gaps)
    return 0
