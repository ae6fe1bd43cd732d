"""`baro route`."""

from pathlib import Path
from typing import Any

import click

from baro.cli import asked, options
from baro.cli.output import tell_gaps, write
from baro.cli.routing import routes_of, routing_flags
from baro.cli.state import target_state
from baro.report import route_answers
from baro.routing.following import cluster_for, follow


@click.command("route", short_help="Say who answers a URL, with which path, and why.")
@click.argument("words", nargs=-1, metavar="[URL]... [PATH]...")
@options.platform_flags
@routing_flags
@click.option(
    "--from-file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Take URLs from FILE (- is stdin), one a line; # begins a remark.",
)
@click.option("--method", default="GET", metavar="METHOD", help="Default: GET.")
@click.option(
    "--header", multiple=True, metavar="'NAME: VALUE'", help="Send it. Repeatable."
)
@click.option(
    "--scheme",
    type=click.Choice(["http", "https"]),
    default=None,
    help="Of URLs without one (default: https), or instead of theirs.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="Form of the answer.",
)
@options.output_file
@options.language
def command(words: tuple[str, ...], **given: Any) -> int:
    """Say who would answer each URL on the platform in PATH (default: here).

    Shows the controller's answer, the chain that led to it, and why every other
    Ingress lost. Redirects are followed. Nothing is sent anywhere.
    """
    urls, paths = asked.sorted_out(words)
    requests = asked.requests(
        urls,
        given["from_file"],
        scheme=given["scheme"],
        method=given["method"],
        headers=given["header"],
    )
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        clusters = routes_of(target.snapshot, given)
    answers = [
        follow(request, cluster_for(request, clusters), clusters)
        for request in requests
    ]
    if given["form"] == "json":
        text = route_answers.to_json(answers, clusters, target.unseen)
    else:
        text = route_answers.to_text(answers, clusters, given["language"])
    write(text, given["output_file"])
    tell_gaps(target.unseen)
    return 0
