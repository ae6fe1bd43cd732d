"""Requests in several threads, outcomes in their order; each request once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b

from baro.expand.ports import RenderOutcome, RenderRequest

REMEMBERED = 128 * 1024 * 1024
"""Characters of renderings that are kept for requests that come again."""
AHEAD = 32
"""Requests per thread that are under way before the first outcome is taken."""


class Renderings:
    """What came of which request, as long as it is remembered."""

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        jobs: int,
        render: Callable[[RenderRequest], RenderOutcome],
    ) -> None:
        """Render with `render`, in `jobs` of the threads."""
        self._threads = threads
        self._ahead = jobs * AHEAD
        self._render = render
        self._known: dict[bytes, Future[RenderOutcome]] = {}
        self._sizes: dict[bytes, int] = {}
        self._size = 0

    def of(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the outcomes in the order of the requests."""
        waiting: deque[tuple[bytes, Future[RenderOutcome]]] = deque()
        for request in requests:
            key = _key(request)
            if key not in self._known:
                self._known[key] = self._threads.submit(self._render, request)
            waiting.append((key, self._known[key]))
            if len(waiting) >= self._ahead:
                yield self._take(*waiting.popleft())
        while waiting:
            yield self._take(*waiting.popleft())

    def _take(self, key: bytes, future: Future[RenderOutcome]) -> RenderOutcome:
        outcome = future.result()
        if key not in self._sizes:
            size = sum(len(file.text) for file in (*outcome.files, *outcome.crds))
            self._sizes[key] = size
            self._size += size
        while self._size > REMEMBERED and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            self._size -= self._sizes.pop(oldest)
            self._known.pop(oldest, None)
        return outcome


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
