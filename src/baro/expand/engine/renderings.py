"""Requests in several threads, outcomes in their order; each request once."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from threading import Condition

from baro.errors import ToolError
from baro.expand.ports import RenderOutcome, RenderRequest

REMEMBERED = 128 * 1024 * 1024
"""Characters of renderings that are kept for requests that come again."""
AHEAD = 32
"""Requests per thread that are under way before the first outcome is taken."""
TOGETHER = 16
"""Requests that a thread renders at once, if they take no longer than `BRIEF`."""
BRIEF = 0.01
"""Seconds: about as long as it takes to be woken up for nothing but one outcome."""

_INSTANT = 1e-6

Render = Callable[[Sequence[RenderRequest]], Sequence[RenderOutcome]]
"""Renders some requests, and gives an outcome for each."""


class _Place:
    """Where the outcome of a request will be."""

    __slots__ = ("outcome", "request", "since")

    def __init__(self, request: RenderRequest) -> None:
        self.request: RenderRequest | None = request
        self.outcome: RenderOutcome | None = None
        self.since = time.monotonic()


class Renderings:
    """What came of which request, as long as it is remembered.

    One thread begins. Another joins when a request has waited `patience` seconds.
    """

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        jobs: int,
        render: Render,
        patience: float = 0.0,
    ) -> None:
        """Render with `render`, in `jobs` of the threads."""
        self._threads = threads
        self._jobs = jobs
        self._ahead = jobs * AHEAD
        self._render = render
        self._patience = patience
        self._known: dict[bytes, _Place] = {}
        self._sizes: dict[bytes, int] = {}
        self._size = 0
        self._pending: deque[_Place] = deque()
        self._changed = Condition()
        self._busy = 0
        self._together = 1
        self._broken: Exception | None = None

    def of(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the outcomes in the order of the requests."""
        waiting: deque[tuple[bytes, _Place]] = deque()
        for request in requests:
            key = _key(request)
            place = self._known.get(key)
            if place is None:
                place = self._known[key] = _Place(request)
                self._employ(place)
            waiting.append((key, place))
            if len(waiting) >= self._ahead:
                yield self._take(*waiting.popleft())
        while waiting:
            yield self._take(*waiting.popleft())

    def close(self) -> None:
        """Let nobody wait any more."""
        self._break(ToolError("Helm's engine is closed"))

    def _employ(self, *places: _Place) -> None:
        """Have places filled, by one more thread if those at work are behind."""
        with self._changed:
            self._pending.extend(places)
            if not self._pending or self._busy >= self._jobs:
                return
            waited = time.monotonic() - self._pending[0].since
            if self._busy and waited < self._patience:
                return
            self._busy += 1
        self._threads.submit(self._work)

    def _work(self) -> None:
        """Render until nothing is left to do."""
        try:
            while some := self._some():
                self._fill(some)
        except Exception as error:  # noqa: BLE001 - whoever waits is to know
            self._break(error)

    def _fill(self, places: Sequence[_Place]) -> None:
        since = time.monotonic()
        outcomes = self._render([p.request for p in places if p.request is not None])
        each = (time.monotonic() - since) / len(places)
        with self._changed:
            for place, outcome in zip(places, outcomes, strict=True):
                place.outcome, place.request = outcome, None
            self._together = max(1, min(TOGETHER, int(BRIEF / max(each, _INSTANT))))
            self._changed.notify_all()

    def _break(self, error: Exception) -> None:
        with self._changed:
            self._broken = error
            self._changed.notify_all()

    def _some(self) -> list[_Place]:
        """Return what to render next, or leave."""
        with self._changed:
            count = min(self._together, len(self._pending))
            if not count:
                self._busy -= 1
            return [self._pending.popleft() for _ in range(count)]

    def _take(self, key: bytes, place: _Place) -> RenderOutcome:
        outcome = place.outcome or self._awaited(place)
        if key not in self._sizes:
            size = sum(len(file.text) for file in (*outcome.files, *outcome.crds))
            self._sizes[key] = size
            self._size += size
        while self._size > REMEMBERED and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            self._size -= self._sizes.pop(oldest)
            self._known.pop(oldest, None)
        return outcome

    def _awaited(self, place: _Place) -> RenderOutcome:
        while True:
            with self._changed:
                if place.outcome is not None:
                    return place.outcome
                if self._broken is not None:
                    raise self._broken
                self._changed.wait(self._patience or None)
            self._employ()


def digest(*parts: str) -> bytes:
    """Return what tells one sequence of texts from another."""
    result = blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        result.update(len(encoded).to_bytes(8, "big") + encoded)
    return result.digest()


def _key(request: RenderRequest) -> bytes:
    return digest(
        request.chart.digest,
        request.values,
        request.release,
        request.namespace,
        request.kube_version,
        str(request.skip_schema),
        *request.api_versions,
    )
