"""Helm's engine from the wheel, in worker processes that may die."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from typing import Any, Self

import msgspec

from baro.errors import ToolError
from baro.expand.engine.gotemplate import Portion, evaluate
from baro.expand.engine.messages import (
    Answer,
    AskVersion,
    Refused,
    Render,
    Rendered,
    Unknown,
    Version,
)
from baro.expand.engine.workers import Worker, Workers
from baro.expand.ports import (
    RenderedFile,
    RenderOutcome,
    RenderRequest,
    TemplateFailure,
)
from baro.model.expansion import Failure, FailureKind

TIMEOUT = 60.0
"""Seconds that one rendering may take."""
BRIEFLY = 5.0
"""Seconds that one batch of template evaluations may take; it takes 20 ms."""
REMEMBERED = 128 * 1024 * 1024
"""Characters of renderings that are kept for requests that come again."""
AHEAD = 32
"""Requests per worker that are under way before the first outcome is taken."""


class NativeEngine:
    """Renders in `jobs` processes; a request that kills one is lost, alone."""

    def __init__(self, jobs: int | None = None, timeout: float = TIMEOUT) -> None:
        """Start nothing yet; `jobs` is the number of cores where it is not given."""
        self._jobs = max(1, jobs or os.cpu_count() or 1)
        self._workers = Workers(self._jobs, timeout)
        self._threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="helm")
        self._known: dict[bytes, Future[RenderOutcome]] = {}
        self._sizes: dict[bytes, int] = {}
        self._valid: set[tuple[str, bytes]] = set()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers."""
        self.close()

    @property
    def version(self) -> str:
        """The Helm version, such as `v4.2.3`.

        Raises:
            ToolError: the library does not load.
        """
        answer = self._workers.ask(AskVersion())
        return answer.text if isinstance(answer, Version) else ""

    def warm(self) -> None:
        """Start the workers, and wait for none of them."""
        for _ in range(self._jobs):
            self._threads.submit(self._workers.ask, AskVersion())

    def render(self, requests: Sequence[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the outcomes in the order of the requests, as they become known."""
        waiting: deque[bytes] = deque()
        for request in requests:
            waiting.append(self._submit(request))
            if len(waiting) >= self._jobs * AHEAD:
                yield self._take(waiting.popleft())
        while waiting:
            yield self._take(waiting.popleft())

    def evaluate(
        self,
        templates: Sequence[str],
        params: Sequence[Mapping[str, Any]],
        options: Sequence[str] = (),
    ) -> list[list[str | TemplateFailure]]:
        """Return, for each parameter set, each template's text or failure."""
        return evaluate(templates, params, options, self._ask_briefly, self._every)

    def close(self) -> None:
        """Stop the workers."""
        self._workers.close()
        self._threads.shutdown(cancel_futures=True)

    def _submit(self, request: RenderRequest) -> bytes:
        values = _digest(request.values)
        key = _digest(
            request.chart.digest,
            values.hex(),
            request.release,
            request.namespace,
            request.kube_version,
            *request.api_versions,
            str(request.skip_schema),
        )
        if key not in self._known:
            self._known[key] = self._threads.submit(self._render, request, values)
        return key

    def _take(self, key: bytes) -> RenderOutcome:
        outcome = self._known[key].result()
        self._sizes[key] = sum(len(file.text) for file in outcome.files)
        while len(self._known) > 1 and sum(self._sizes.values()) > REMEMBERED:
            oldest = next(iter(self._sizes))
            del self._sizes[oldest], self._known[oldest]
        return outcome

    def _render(self, request: RenderRequest, values: bytes) -> RenderOutcome:
        checked = (request.chart.digest, values)
        question = Render(
            digest=request.chart.digest,
            content=None,
            values=request.values,
            release=request.release,
            namespace=request.namespace,
            kube_version=request.kube_version,
            api_versions=request.api_versions,
            # A schema sees the chart and the values, and nothing else.
            skip_schema=request.skip_schema or checked in self._valid,
            share=not request.chart.has_dependencies,
        )
        try:
            answer = self._ask(question, request.chart.content)
        except ToolError as error:
            return RenderOutcome(lost=str(error))
        outcome = _outcome(answer)
        if outcome.failure is None and not question.skip_schema:
            self._valid.add(checked)
        return outcome

    def _every(
        self, solve: Callable[[Portion], None], portions: Sequence[Portion]
    ) -> None:
        for _ in self._threads.map(solve, portions):
            pass

    def _ask_briefly(self, question: Render, content: bytes) -> Answer:
        return self._ask(question, content, BRIEFLY)

    def _ask(
        self, question: Render, content: bytes, timeout: float | None = None
    ) -> Answer:
        def converse(worker: Worker) -> Answer:
            answer = worker.ask(question, timeout=timeout)
            if isinstance(answer, Unknown):
                full = msgspec.structs.replace(question, content=content)
                answer = worker.ask(full, timeout=timeout)
            return answer

        return self._workers.hold(converse)


def _outcome(answer: Answer) -> RenderOutcome:
    match answer:
        case Rendered(files, crds):
            return RenderOutcome(
                files=tuple(RenderedFile(path, text) for path, text in files),
                crds=tuple(RenderedFile(path, text) for path, text in crds),
            )
        case Refused(kind, message):
            return RenderOutcome(failure=Failure(FailureKind(kind), message))
        case _:
            return RenderOutcome(lost="Helm's engine gave no answer")


def _digest(*parts: str) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()
