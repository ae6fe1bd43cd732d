"""The requests that a command line asks for."""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from baro.errors import InputError
from baro.expand.trees.named import is_there
from baro.report.plaintext import harmful
from baro.routing.request import Request

_LONGEST = 16 * 1024 * 1024
"""Characters of a file of URLs."""
_STDIN = Path("-")
_FILES = (".yaml", ".yml", ".json", ".txt")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_METHOD = re.compile(r"[A-Za-z_-]+")


def sorted_out(words: Sequence[str]) -> tuple[list[str], tuple[Path, ...]]:
    """Tell URLs from paths: what exists here is a path."""
    urls = [word for word in words if "://" in word or not is_there(Path(word))]
    return urls, tuple(Path(word) for word in words if word not in urls)


def requests(
    urls: Sequence[str],
    file: Path | None,
    *,
    scheme: str | None,
    method: str,
    headers: Sequence[str],
) -> list[Request]:
    """Return the requests for URLs, and for those that a file lists.

    Raises:
        InputError: a URL, the method or a header is none, or nothing is asked for.
    """
    if not _METHOD.fullmatch(method):
        raise InputError(
            f"--method {method!r}: no method of HTTP", hint="write --method POST"
        )
    sent = [_header(text) for text in headers]
    listed = [(url, "") for url in urls]
    if file is not None:
        listed += _from_file(file)
    if not listed:
        raise InputError("which URL?", hint="baro route https://host/path [PATH]")
    return [
        _request(_schemed(url, scheme, where), where, method, sent)
        for url, where in listed
    ]


def _request(
    url: str, where: str, method: str, headers: Sequence[tuple[str, str]]
) -> Request:
    try:
        return Request.of(url, method=method, headers=headers)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error


def _from_file(file: Path) -> Iterator[tuple[str, str]]:
    """Yield each URL of a file with its place there."""
    for number, line in enumerate(_text(file).splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if text:
            yield text, f"{file}:{number}"


def _text(file: Path) -> str:
    try:
        if file == _STDIN:
            octets = sys.stdin.buffer.read(_LONGEST + 1)
        else:
            with file.open("rb") as stream:
                octets = stream.read(_LONGEST + 1)
        text = octets.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise InputError(f"cannot read: {reason}", where=str(file)) from error
    if len(octets) > _LONGEST:
        raise InputError(f"longer than {_LONGEST:,} bytes", where=str(file))
    return text


def _schemed(url: str, scheme: str | None, where: str) -> str:
    """Give a URL the scheme that is asked for, or the one that it lacks."""
    has_scheme = "://" in url
    if has_scheme and scheme is None:
        return url
    rest = url.partition("://")[2] if has_scheme else url
    host = rest.partition("/")[0]
    if not has_scheme and (_is_path(url) or "." not in host):
        raise InputError(
            f"{url} is neither a URL nor a file or folder that is here",
            where=where,
            hint="write URLs like https://host/path; check the name of the file",
        )
    return f"{scheme or 'https'}://{rest}"


def _is_path(word: str) -> bool:
    """Tell whether somebody who writes this means a file."""
    is_bare = "/" not in word and word.endswith(_FILES)
    return is_bare or word.startswith((".", "~"))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise InputError(
            f"--header {text!r}: not of the form 'NAME: VALUE'",
            hint="write --header 'X-Canary: always'",
        )
    if harmful(text) or not _TOKEN.fullmatch(name.strip()):
        raise InputError(
            f"--header {text!r}: no header that a client can send",
            hint="a name has letters, digits and dashes; a value is one line",
        )
    return name.strip(), value.strip()
