"""`baro route`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from baro.cli import options
from baro.cli.output import tell_gaps, write
from baro.cli.routing import routes_of, routing_flags
from baro.cli.state import target_state
from baro.errors import InputError
from baro.expand.trees.named import is_there
from baro.report import route_answers
from baro.report.plaintext import harmful
from baro.routing.following import cluster_for, follow
from baro.routing.request import Request

_LONGEST = 16 * 1024 * 1024
"""Characters of a file of URLs."""


@click.command("route", short_help="Say who answers a URL, with which path, and why.")
@click.argument("words", nargs=-1, metavar="[URL]... [PATH]...")
@options.platform_flags
@routing_flags
@click.option(
    "--from-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take URLs from FILE, one a line; # begins a remark.",
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
    urls, paths = _sorted_out(words, given["from_file"], given["scheme"])
    method = _method(given["method"])
    headers = [_header(text) for text in given["header"]]
    asked = [Request.of(url, method=method, headers=headers) for url in urls]
    flags = options.flags(paths, given)
    with target_state(flags, account=False) as target:
        clusters = routes_of(target.snapshot, given)
    answers = [
        follow(request, cluster_for(request, clusters), clusters) for request in asked
    ]
    if given["form"] == "json":
        text = route_answers.to_json(answers, clusters)
    else:
        text = route_answers.to_text(answers, clusters, given["language"])
    write(text, given["output_file"])
    tell_gaps(target.snapshot.gaps)
    return 0


def _method(text: str) -> str:
    if not text.isascii() or not text.isalpha():
        raise InputError(
            f"--method {text!r}: no method of HTTP", hint="write --method POST"
        )
    return text


def _sorted_out(
    words: Sequence[str], file: Path | None, scheme: str | None
) -> tuple[list[str], tuple[Path, ...]]:
    """Tell URLs from paths: what exists here is a path."""
    listed = list(_from_file(file)) if file is not None else []
    urls = [word for word in words if "://" in word or not is_there(Path(word))]
    paths = tuple(Path(word) for word in words if word not in urls)
    found = [_schemed(url, scheme) for url in (*urls, *listed)]
    if not found:
        raise InputError("which URL?", hint="baro route https://host/path [PATH]")
    return found, paths


def _from_file(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise InputError(f"cannot read: {reason}", where=str(file)) from error
    if len(text) > _LONGEST:
        raise InputError(f"longer than {_LONGEST:,} characters", where=str(file))
    for line in text.splitlines():
        text = line.partition("#")[0].strip()
        if text:
            yield text


def _schemed(url: str, scheme: str | None) -> str:
    rest = url.partition("://")[2] if "://" in url else url
    if "://" in url and scheme is None:
        return url
    if "." not in rest.partition("/")[0] and "://" not in url:
        raise InputError(
            f"{url} is neither a URL nor a folder",
            hint="write URLs like https://host/path; check the folder's name",
        )
    return f"{scheme or 'https'}://{rest}"


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InputError(
            f"--header {text!r}: not of the form 'NAME: VALUE'",
            hint="write --header 'X-Canary: always'",
        )
    if harmful(text) or not name.strip().isascii():
        raise InputError(
            f"--header {text!r}: no header that a client can send",
            hint="a name has letters, digits and dashes; a value is one line",
        )
    return name.strip(), value.strip()
