"""The charts that a worker keeps: archives, and handles that may be used again."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from baro.expand.charts.chartfiles import ChartFilesError
from baro.expand.engine.archive import without_schemas
from baro.expand.engine.schemas import outside

CAPACITY = 256 * 1024 * 1024
"""Bytes of archives that are kept; the least recently used go first."""


class Shelf:
    """Archives by digest, least recently used first, and their shared handles."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Begin empty."""
        self._capacity = capacity
        self._size = 0
        self._archives: OrderedDict[str, bytes] = OrderedDict()
        self._handles: dict[tuple[str, bool], Any] = {}
        self._outside: dict[str, str] = {}
        self.valid: set[tuple[str, bytes]] = set()
        """Charts and values that meet the schemas, by their digests."""

    def __contains__(self, digest: str) -> bool:
        """Tell whether an archive is here."""
        return digest in self._archives

    def put(self, digest: str, content: bytes) -> None:
        """Keep an archive; the last one stays, however large."""
        if digest in self._archives:
            return
        self._archives[digest] = content
        self._size += len(content)
        while self._size > self._capacity and len(self._archives) > 1:
            oldest, dropped = self._archives.popitem(last=False)
            self._size -= len(dropped)
            self._outside.pop(oldest, None)
            for stripped in (False, True):
                handle = self._handles.pop((oldest, stripped), None)
                if handle is not None:
                    handle.close()

    def archive(self, digest: str, *, stripped: bool) -> bytes:
        """Return an archive, without its schemas if `stripped`."""
        self._archives.move_to_end(digest)
        content = self._archives[digest]
        return without_schemas(content) if stripped else content

    def outside(self, digest: str) -> str:
        """Return the first reference that leaves the schemas of a chart."""
        if digest not in self._outside:
            self._outside[digest] = _outside(self._archives[digest])
        return self._outside[digest]

    def handle(
        self, digest: str, load: Callable[[bytes], Any], *, stripped: bool
    ) -> Any:
        """Return the shared handle of a chart, loading it if it is new."""
        key = (digest, stripped)
        if key not in self._handles:
            self._handles[key] = load(self.archive(digest, stripped=stripped))
        else:
            self._archives.move_to_end(digest)
        return self._handles[key]


def _outside(content: bytes) -> str:
    try:
        return outside(content)
    except ChartFilesError:
        # Helm refuses the chart, in its own words.
        return ""
