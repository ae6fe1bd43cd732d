"""Helm's engine from the wheel, in worker processes that may die."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self

from baro.errors import ToolError
from baro.expand.engine.gotemplate import Backend, Portion, evaluate
from baro.expand.engine.messages import (
    Answer,
    AskVersion,
    Refused,
    Render,
    Rendered,
    Version,
)
from baro.expand.engine.question import question_of
from baro.expand.engine.renderings import Renderings
from baro.expand.engine.workers import (
    PATIENCE,
    STARTING,
    TIMEOUT,
    Asked,
    Worker,
    Workers,
)
from baro.expand.ports import (
    RenderedFile,
    RenderOutcome,
    RenderRequest,
    TemplateFailure,
)
from baro.model.expansion import Failure, FailureKind

BRIEFLY = 5.0
"""Seconds that one batch of template evaluations may take; it takes 20 ms."""

_UNFIT = "it lacks memory or open files, or helm-python-sdk is not for this machine"


class NativeEngine:
    """Renders in `jobs` processes; a request that kills one is lost, alone."""

    def __init__(
        self,
        jobs: int | None = None,
        timeout: float = TIMEOUT,
        first: Worker | None = None,
    ) -> None:
        """Start nothing yet; `jobs` is the number of cores where it is not given.

        `first` is a worker that somebody has started already.
        """
        self._jobs = max(1, jobs or os.cpu_count() or 1)
        self._brief = min(BRIEFLY, timeout)
        self._workers = Workers(self._jobs, timeout, first)
        self._doubtful = False
        self._threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="helm")
        self._renderings = Renderings(self._threads, self._jobs, self._render, PATIENCE)

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
        answer = self._workers.ask(Asked(AskVersion()))
        return answer.text if isinstance(answer, Version) else ""

    def warm(self) -> None:
        """Start a worker, and do not wait for it; others start when it is behind."""
        with suppress(ToolError):
            # Whoever asks it hears of it.
            self._workers.start()

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the outcomes in the order of the requests, as they become known."""
        return self._renderings.of(requests)

    def evaluate(
        self,
        templates: Sequence[str],
        params: Sequence[Mapping[str, Any]],
        options: Sequence[str] = (),
    ) -> list[list[str | TemplateFailure]]:
        """Return, for each parameter set, each template's text or failure."""
        self._doubtful = False
        backend = Backend(self._ask_briefly, self._every)
        texts = evaluate(templates, params, options, backend)
        if self._doubtful:
            self._workers.hold(_check)
        return texts

    def close(self) -> None:
        """Stop the workers."""
        self._workers.close()
        self._threads.shutdown(cancel_futures=True)
        self._renderings.close()

    def _render(self, requests: Sequence[RenderRequest]) -> list[RenderOutcome]:
        return self._workers.hold(lambda worker: _outcomes(worker, requests))

    def _every(
        self, solve: Callable[[Portion], None], portions: Sequence[Portion]
    ) -> None:
        for _ in self._threads.map(solve, portions):
            pass

    def _ask_briefly(self, question: Render, content: bytes) -> Answer:
        try:
            return self._workers.ask(Asked(question, content), timeout=self._brief)
        except ToolError:
            self._doubtful = True
            raise


def _outcomes(worker: Worker, requests: Sequence[RenderRequest]) -> list[RenderOutcome]:
    """Return what a worker makes of requests; one that kills it is lost, alone."""
    asked = [_asked(request) for request in requests]
    outcomes: list[RenderOutcome] = []
    while len(outcomes) < len(asked):
        told = worker.ask_all(asked[len(outcomes) :])
        outcomes += map(_outcome, told.answers)
        if told.error is not None:
            _check(worker)
            outcomes.append(RenderOutcome(lost=str(told.error)))
    return outcomes


def _check(worker: Worker) -> None:
    """Refuse to go on where it is not the chart that ends the engine.

    Raises:
        ToolError: it answers nothing at all on this machine.
    """
    try:
        worker.ask(Asked(AskVersion()), timeout=STARTING)
    except ToolError as error:
        if not worker.closed:
            raise ToolError(error.message, hint=_UNFIT) from error


def _asked(request: RenderRequest) -> Asked:
    share = not request.chart.has_dependencies
    return Asked(question_of(request, share=share, read=True), request.chart.content)


def _outcome(answer: Answer) -> RenderOutcome:
    match answer:
        case Rendered(files, crds, unchecked, bodies):
            known = bodies or [None] * (len(files) + len(crds))
            printed = [
                RenderedFile(path, text, read)
                for (path, text), read in zip((*files, *crds), known, strict=True)
            ]
            return RenderOutcome(
                unchecked=unchecked,
                files=tuple(printed[: len(files)]),
                crds=tuple(printed[len(files) :]),
            )
        case Refused(kind, message):
            return RenderOutcome(failure=Failure(FailureKind(kind), message))
        case _:
            return RenderOutcome(lost="Helm's engine gave no answer")
