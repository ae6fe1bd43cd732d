"""The `helm` program as an engine: slower, for where the wheel does not run."""

import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Self

import msgspec

from baro.errors import ToolError
from baro.expand.charts.chartfiles import ChartFilesError, archive_files
from baro.expand.engine.gotemplate import Backend, Portion, evaluate
from baro.expand.engine.messages import Answer, Refused, Render, Rendered
from baro.expand.engine.question import question_of
from baro.expand.engine.refusal import kind_of, worded
from baro.expand.engine.renderings import Renderings
from baro.expand.engine.schemas import outside
from baro.expand.ports import (
    RenderedFile,
    RenderOutcome,
    RenderRequest,
    TemplateFailure,
)
from baro.model.expansion import Failure, FailureKind
from baro.process.environment import NOWHERE
from baro.process.program import Completed, run

TIMEOUT = 60.0
"""Seconds that one rendering may take."""

_SOURCE = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
_CRD = re.compile(r"[^/]+/(?:charts/[^/]+/)*crds/")
_HINT = "Use --debug flag to render out invalid YAML"
_ERROR = re.compile(r"^Error: (.*)", re.MULTILINE | re.DOTALL)


class ProgramEngine:
    """Runs `helm template` for each request, `jobs` at a time."""

    def __init__(
        self, program: str = "helm", jobs: int | None = None, timeout: float = TIMEOUT
    ) -> None:
        """Start nothing yet; `jobs` is the number of cores where it is not given."""
        self._program = program
        self._timeout = timeout
        jobs = max(1, jobs or os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="helm")
        self._renderings = Renderings(self._threads, jobs, self._render_all)
        self._lock = Lock()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the programs under way."""
        self.close()

    @cached_property
    def version(self) -> str:
        """The Helm version, such as `v4.3.1`.

        Raises:
            ToolError: there is no such program.
        """
        return self._run(["version", "--template", "{{.Version}}"]).text.strip()

    def warm(self) -> None:
        """Do nothing: there is nothing to start."""

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
        backend = Backend(self._ask, self._every, strict=False)
        return evaluate(templates, params, options, backend)

    def close(self) -> None:
        """Wait for the programs under way, and remove the unpacked charts."""
        self._threads.shutdown(cancel_futures=True)
        self._renderings.close()
        if "_folder" in self.__dict__:
            self._folder.cleanup()

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="baro-helm-")

    def _render_all(self, requests: Sequence[RenderRequest]) -> list[RenderOutcome]:
        return [self._render(request) for request in requests]

    def _render(self, request: RenderRequest) -> RenderOutcome:
        try:
            answer = self._ask(question_of(request), request.chart.content)
        except ToolError as error:
            return RenderOutcome(lost=str(error))
        if isinstance(answer, Rendered):
            return RenderOutcome(
                files=tuple(RenderedFile(*file) for file in answer.files),
                crds=tuple(RenderedFile(*file) for file in answer.crds),
                unchecked=answer.unchecked,
            )
        if isinstance(answer, Refused):
            kind = FailureKind(answer.kind)
            return RenderOutcome(failure=Failure(kind, answer.message))
        return RenderOutcome(lost="helm gave no answer")

    def _every(
        self, solve: Callable[[Portion], None], portions: Sequence[Portion]
    ) -> None:
        for _ in self._threads.map(solve, portions):
            pass

    def _ask(self, question: Render, content: bytes) -> Answer:
        try:
            chart = self._unpacked(question.digest, content)
            reference = "" if question.skip_schema else outside(content)
        except ChartFilesError as error:
            return Refused(FailureKind.CHART, str(error))
        arguments = [
            *("template", "--include-crds"),
            *("--namespace", question.namespace),
            *("--kube-version", question.kube_version),
            *("--values", "-"),
        ]
        for version in question.api_versions:
            arguments += "--api-versions", version
        if question.skip_schema or reference:
            arguments.append("--skip-schema-validation")
        # A release may be called like a flag.
        arguments += "--", question.release, str(chart)
        done = self._run(arguments, question.values.encode())
        if done.ok:
            unchecked = f"its schema refers to {reference}" if reference else ""
            return msgspec.structs.replace(_rendered(done.text), unchecked=unchecked)
        told = _ERROR.search(done.stderr)
        message = told[1] if told is not None else done.stderr
        message = worded(message.strip().removesuffix(_HINT).rstrip())
        return Refused(kind_of(message), message)

    def _run(self, arguments: Sequence[str], stdin: bytes = b"") -> Completed:
        home = self._folder.name
        return run(
            (self._program, *arguments),
            stdin=stdin,
            timeout=self._timeout,
            # Neither plugins nor repositories of the user take part.
            env={
                "HELM_CACHE_HOME": f"{home}/.cache",
                "HELM_CONFIG_HOME": f"{home}/.config",
                "HELM_DATA_HOME": f"{home}/.data",
                **NOWHERE,
            },
        )

    def _unpacked(self, digest: str, content: bytes) -> Path:
        with self._lock:
            chart = Path(self._folder.name) / digest
            if not chart.is_dir():
                for path, body in archive_files(content).items():
                    target = chart / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(body)
        return chart


def _rendered(output: str) -> Rendered:
    texts: defaultdict[str, list[str]] = defaultdict(list)
    _, *parts = _SOURCE.split(output)
    for path, text in zip(parts[::2], parts[1::2], strict=True):
        texts[path].append(text)
    files = [(path, "---\n".join(found)) for path, found in sorted(texts.items())]
    return Rendered(
        files=[file for file in files if not _CRD.match(file[0])],
        crds=[file for file in files if _CRD.match(file[0])],
    )
