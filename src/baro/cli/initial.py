"""`baro init`."""

from pathlib import Path

import click

from baro.cli.output import write
from baro.expand.discovery.initial import propose
from baro.expand.settings import FILE_NAME


@click.command("init", short_help="Write a baro.yaml from what is found.")
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--print", "only_print", is_flag=True, help="Print it; write nothing.")
def command(path: Path, *, only_print: bool) -> int:
    """Look through PATH (default: here) and write what baro.yaml would say.

    It names the repositories, clusters, charts and hand-installed roots that were
    found, and what only you can know. A baro.yaml that is there is never overwritten.
    """
    text = propose(path)
    if only_print:
        write(text, None)
        return 0
    file = path / FILE_NAME
    write(text, file)
    click.echo(f"wrote {file}; now run `baro check {path}`")
    return 0
