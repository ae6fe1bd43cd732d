"""`baro verify`."""

from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.output import tell_gaps, write
from baro.cli.routing import routes_of, routing_flags
from baro.cli.state import target_state
from baro.report.route_answers import verified_json, verified_text
from baro.routing.expectation import Held, verify


@click.command("verify", short_help="Prove the expected routes of baro.yaml.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@options.platform_flags
@routing_flags
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="Form of the answer.",
)
@click.option(
    "--strict", is_flag=True, help="Routes that cannot be known fail, and gaps, too."
)
@options.output_file
@options.language
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Hold the platform in PATH to the routes that its baro.yaml expects.

    By simulation of the ingress controller: nothing is sent anywhere. Exit code 1
    where a route does not hold; with --strict also where one cannot be known to.
    """
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        snapshot = target.snapshot
    found = list(verify(snapshot.routes, routes_of(snapshot, given)))
    if given["form"] == "json":
        text = verified_json(found, target.unseen)
    else:
        text = verified_text(found, given["language"])
    write(text, given["output_file"])
    tell_gaps(target.unseen)
    held = {each.held for each in found}
    unknown = Held.UNKNOWN in held or bool(target.unseen)
    return int(Held.BROKEN in held or (given["strict"] and unknown))
