"""The lab: a context manager, and what one can do with it."""

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import yaml

from lab import charts
from lab.api import Api, Object
from lab.binaries import named
from lab.build import build
from lab.commands import attempt, run
from lab.errors import ApiError, LabError, WaitError
from lab.location import ARGOCD_NAMESPACE, Site
from lab.parts.catalog import EVERYTHING, PARTS, binaries_of, with_needs
from lab.parts.part import Part
from lab.processes import Processes, Program
from lab.removal import remove
from lab.repository import Repository, create_repository
from lab.web import Web

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")
FIRST_POLL_SECONDS = 0.02
LAST_POLL_SECONDS = 0.25
WATCH_SECONDS = 0.5
# Only what never happens takes so long; a part that dies ends every wait at once.
WAIT_SECONDS = 600.0
UNANSWERED = (ApiError, ConnectionError, TimeoutError, http.client.HTTPException)


class Lab:
    """Real processes on loopback, alive inside a `with` block.

    `parts` names what is needed; what those need comes along. With `keep` the
    state folder, and so the logs, stay when the lab ends.
    """

    def __init__(
        self, parts: Iterable[str] = EVERYTHING, *, keep: bool = False
    ) -> None:
        """Choose parts; nothing starts before the `with` block."""
        self.parts = with_needs(parts)
        self.site = Site()
        self.web = Web(self.site)
        self.processes = Processes(self.site.state, keep=keep)
        self._keep = keep
        self.repositories: dict[str, Repository] = {}
        self.api: Api | None = None
        self._left = threading.Event()
        self._watchers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Build what is missing, start every part, wait until all are ready."""
        try:
            build(binaries_of(self.parts))
            self.web.start()
            self._start_parts()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything that was started."""
        self.close()

    def close(self) -> None:
        """Undo nothing, end everything: the state goes with the processes."""
        self._left.set()
        self.web.stop()
        self.processes.close()
        for watcher in self._watchers:
            watcher.join()
        if self.api is not None:
            self.api.close()
        if not self._keep:
            # The supervisor's last act, too: it may have been killed.
            remove(self.site.state)
        self.site.claims.release()

    def _start_parts(self) -> None:
        waiting = dict.fromkeys(self.parts)
        started: dict[str, Program | None] = {}
        ready: set[str] = set()
        since: dict[str, float] = {}
        while len(ready) < len(self.parts):
            for name in [name for name in waiting if ready.issuperset(needs(name))]:
                del waiting[name]
                started[name] = self._start(PARTS[name])
                since[name] = time.monotonic()
            self.processes.check()
            for name, program in started.items():
                if name not in ready and not (program and program.ready()):
                    self._prepare(PARTS[name])
                    ready.add(name)
            for name, program in started.items():
                if name in ready or program is None:
                    continue
                if time.monotonic() - since[name] > program.seconds:
                    raise self.processes.late(program, program.ready())
            time.sleep(0.02)

    def _start(self, part: Part) -> Program | None:
        if part.program is None:
            return None
        program = part.program(self.site)
        self.processes.start(program)
        return program

    def _prepare(self, part: Part) -> None:
        if part.name == "apiserver":
            self.api = Api(self.site.port("apiserver"), self.site.certificates)
            self.site.write_kubeconfig()
        if part.prepare is not None:
            part.prepare(self.site, self.kubernetes)
        if part.watch is not None:
            watch = part.watch
            watcher = threading.Thread(target=self._watch, args=(watch,), daemon=True)
            self._watchers.append(watcher)
            watcher.start()

    def _watch(self, look: Callable[[Site, Api], None]) -> None:
        while not self._left.wait(WATCH_SECONDS):
            with contextlib.suppress(ApiError):
                look(self.site, self.kubernetes)

    @property
    def kubernetes(self) -> Api:
        """Return the API; a lab without an API server has none."""
        if self.api is None:
            raise LabError("this lab has no API server", "ask for the part apiserver")
        return self.api

    def start(self, program: Program) -> None:
        """Start a program beside the parts and wait until it is ready."""
        self.processes.start(program)
        self.processes.wait_ready(program)

    def restart(self, name: str) -> None:
        """End a part and start it again, on the same port and state."""
        program = self.processes.stop(name)
        self.start(program)

    def git(
        self,
        name: str,
        files: Mapping[str, str] | Path | None = None,
        *,
        url: str = "",
    ) -> Repository:
        """Make a repository, with a first commit when files are given.

        With `url`, Argo CD finds it at that foreign address as well.
        """
        made = create_repository(self.site, name, self.web.address)
        self.repositories[name] = made
        if url:
            self.web.serve_as(url, f"/git/{made.bare.name}")
        if files is not None:
            made.push(files, "Begin")
        return made

    def push(
        self,
        repository: Repository,
        files: Mapping[str, str | None] | Path,
        message: str = "Change files",
    ) -> str:
        """Commit files to a repository's main branch; return the SHA."""
        return repository.push(files, message)

    def chart(self, folder: Path, *, url: str = "") -> str:
        """Publish a chart in a Helm repository; return the repository's address.

        It is the lab's own repository, or the one at a foreign address.
        """
        shelf = charts.shelf(url)
        if url:
            self.web.serve_as(url, f"/charts/{shelf}")
        charts.publish(self.site, folder, shelf, url or f"{self.web.address}/charts")
        return url or f"{self.web.address}/charts"

    def oci_chart(self, folder: Path, project: str = "charts") -> str:
        """Publish a chart in the OCI registry; return its address without scheme."""
        package = charts.publish(self.site, folder, "", f"{self.web.address}/charts")
        return charts.push(self.site, package, project)

    def apply(self, manifests: str | Object | Iterable[Object]) -> list[Object]:
        """Apply YAML text or manifests; return them as they are now."""
        return [self.kubernetes.apply(found) for found in _documents(manifests)]

    def wait(
        self,
        question: Callable[[], Answer],
        what: str,
        seconds: float = WAIT_SECONDS,
    ) -> Answer:
        """Ask until the answer is true, and return it.

        Raises `WaitError` naming `what` and the last answer when it stays false,
        and `PartError` as soon as a part of the lab dies. It asks at least once, and
        once more when the time is over, however long the machine was busy elsewhere.
        """
        deadline = time.monotonic() + seconds
        pause = FIRST_POLL_SECONDS
        while True:
            self.processes.check()
            over = time.monotonic() >= deadline
            try:
                answer = question()
                if answer:
                    return answer
                last = repr(answer)
            except UNANSWERED as error:
                last = str(error)  # if a part died, the next check says which
            if over:
                break
            time.sleep(pause)
            pause = min(pause * 1.2, LAST_POLL_SECONDS)
        self.processes.check()
        raise WaitError(f"after {seconds:.0f} s, not yet: {what}\nlast answer: {last}")

    def fault(
        self,
        kind: Callable[Concatenate["Lab", Arguments], AbstractContextManager[Answer]],
        *arguments: Arguments.args,
        **named_arguments: Arguments.kwargs,
    ) -> AbstractContextManager[Answer]:
        """Break something for the length of a `with` block: see `lab.faults`."""
        return kind(self, *arguments, **named_arguments)

    def kubectl(self, *words: str) -> str:
        """Run kubectl as the administrator; return what it prints."""
        environment = self.site.environment()
        return run(named("kubectl").path, *words, environment=environment)

    def argocd(self, *words: str, check: bool = True) -> str:
        """Run the argocd command line against the lab's API server."""
        server = f"127.0.0.1:{self.site.port('argocd-server')}"
        connected = ("--plaintext", "--server", server)
        command = (str(named("argocd").path), *connected, *words)
        environment = self.site.environment(ARGOCD_BINARY_NAME="argocd")
        if check:
            return run(*command, environment=environment)
        done = attempt(*command, environment=environment)
        return done.stdout + done.stderr

    def application(self, name: str) -> Any:
        """Return an Application, or nothing."""
        return self.kubernetes.find(
            "argoproj.io/v1alpha1", "Application", name, ARGOCD_NAMESPACE
        )

    def refresh(self, name: str, *, hard: bool = False) -> None:
        """Ask Argo CD to compare an Application now; `hard` forgets its caches."""
        found = self.application(name)
        kind = "hard" if hard else "normal"
        asked = {"annotations": {"argocd.argoproj.io/refresh": kind}}
        self.kubernetes.patch(found, {"metadata": asked})

    def log(self, part: str, since: int = 0) -> str:
        """Return what a part has logged so far, or since its log had so many bytes."""
        path = self.site.state / "logs" / f"{part}.log"
        if not path.exists():
            return ""
        with path.open("rb") as log:
            log.seek(since)
            return log.read().decode(errors="replace")

    def logged(self, part: str) -> int:
        """Return how many bytes a part has logged so far."""
        path = self.site.state / "logs" / f"{part}.log"
        return path.stat().st_size if path.exists() else 0


def needs(name: str) -> tuple[str, ...]:
    """Return what must be ready before a part starts."""
    return PARTS[name].needs


def _documents(manifests: str | Object | Iterable[Object]) -> Iterable[Object]:
    if isinstance(manifests, str):
        return [found for found in yaml.safe_load_all(manifests) if found]
    if isinstance(manifests, dict):
        return [manifests]
    return manifests
