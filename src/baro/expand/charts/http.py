"""GET over HTTP, for charts that the user allowed to fetch: bounded, and no files."""

import time
from collections.abc import Mapping
from typing import IO

from msgspec import Struct

from baro.model import weburl

TIMEOUT = 30.0
"""Seconds that a server may be silent."""
DEADLINE = 180.0
"""Seconds that one answer may take."""
_CHUNK = 1 << 16
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))


class HttpError(LookupError):
    """An answer that is no answer; `status` is 0 where none came."""

    def __init__(
        self, message: str, status: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the words and what the server said."""
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class Answer(Struct, frozen=True):
    """A body and its headers, their names in lower case."""

    body: bytes
    headers: Mapping[str, str]


def local(host: str) -> bool:
    """Tell whether a host (with or without a port) is this machine."""
    return (weburl.parts(f"//{host}").hostname or "") in _LOCAL


def get(url: str, most: int, headers: Mapping[str, str] | None = None) -> Answer:
    """Return what stands at a URL.

    Raises:
        HttpError: it is no HTTP URL, the server refuses or is silent, or the answer
            is longer than `most` bytes.
    """
    if weburl.parts(url).scheme not in ("http", "https"):
        raise HttpError(f"{url}: only http and https are fetched")
    # Only a run that fetches waits for the imports: `ssl` alone takes its time.
    from baro.expand.charts.opener import opened  # noqa: PLC0415

    with opened(url, {"User-Agent": "baro", **(headers or {})}, TIMEOUT) as response:
        body = _read(response, url, most)
        return Answer(body, {k.lower(): v for k, v in response.headers.items()})


def _read(response: IO[bytes], url: str, most: int) -> bytes:
    end = time.monotonic() + DEADLINE
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read(_CHUNK):
        size += len(chunk)
        if size > most:
            raise HttpError(f"GET {url}: more than {most >> 20} MiB")
        if time.monotonic() > end:
            raise HttpError(f"GET {url}: not done after {DEADLINE:.0f} s")
        chunks.append(chunk)
    return b"".join(chunks)
