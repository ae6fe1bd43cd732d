"""The lab's side of its supervisor: start a part, know when it ends and why."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.errors import PartError
from lab.places import SOURCE

POLL_SECONDS = 0.05
LOG_LINES = 15
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Program:
    """How to start a part.

    `ready` is asked again and again; it answers what is still missing, or nothing.
    `user` is another account to run as, for programs that refuse to be root.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], str]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 600
    user: str | None = None


@dataclass(slots=True)
class Running:
    """A started part; `status` is set once it ended."""

    program: Program
    log: Path
    pid: int = 0
    status: int | None = None
    why: str = ""
    expected: bool = False

    def has_ended(self) -> bool:
        """Tell whether its status is known."""
        return self.status is not None


class Processes:
    """Every process of one lab, below one supervisor."""

    def __init__(self, state: Path, *, keep: bool) -> None:
        """Start the supervisor."""
        self.state = state
        self._running: dict[str, Running] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "lab.supervisor", state, *(["keep"] * keep)],
            cwd=SOURCE.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, program: Program) -> None:
        """Start a part without waiting until it is ready."""
        log = self.state / "logs" / f"{program.name}.log"
        log.parent.mkdir(exist_ok=True)
        with self._changed:
            self._running[program.name] = Running(program, log)
        self._order(
            do="start",
            name=program.name,
            command=program.command,
            environment=dict(program.environment),
            folder=str(self.state),
            log=str(log),
            user=program.user,
        )

    def wait_ready(self, program: Program) -> None:
        """Wait until a part is ready; say why when it is not."""
        deadline = time.monotonic() + program.seconds
        while True:
            self.check()
            missing = program.ready()
            if not missing:
                return
            if time.monotonic() > deadline:
                raise self.late(program, missing)
            time.sleep(POLL_SECONDS)

    def late(self, program: Program, missing: str) -> PartError:
        """Return what to say of a part that is not ready in time."""
        return PartError(
            f"{program.name} is not ready after {program.seconds:.0f} s: "
            f"{missing}\n{last_lines(self._running[program.name].log)}"
        )

    def check(self) -> None:
        """Raise if a part, or the supervisor, ended without being told to."""
        if self._supervisor.poll() is not None and not self._closing:
            raise PartError(
                f"the lab's supervisor ended ({_ending(self._supervisor.returncode)}) "
                "and took every part with it"
            )
        for name, running in list(self._running.items()):
            if running.status is not None and not running.expected:
                ending = running.why or _ending(running.status)
                raise PartError(f"{name} {ending}\n{last_lines(running.log)}")

    def stop(self, name: str, *, number: int = signal.SIGTERM) -> Program:
        """End a part on purpose, wait for its end; return how to start it again."""
        running = self._running[name]
        running.expected = True
        self._order(do="signal", name=name, signal=number)
        with self._changed:
            if not self._changed.wait_for(running.has_ended, STOP_SECONDS):
                self._order(do="signal", name=name, signal=signal.SIGKILL)
                self._changed.wait_for(running.has_ended, STOP_SECONDS)
        return running.program

    def signal(self, name: str, number: int) -> None:
        """Send a part a signal, such as SIGSTOP and SIGCONT."""
        self._order(do="signal", name=name, signal=number)

    def alive(self) -> dict[str, int]:
        """Return the process id of every part that runs."""
        return {
            name: running.pid
            for name, running in self._running.items()
            if running.status is None and running.pid
        }

    @property
    def supervisor_pid(self) -> int:
        """Return the process id of the supervisor."""
        return self._supervisor.pid

    def close(self) -> None:
        """End every part and wait until all are gone."""
        self._closing = True
        if self._supervisor.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._supervisor.stdin.close()
        self._supervisor.wait()
        self._listener.join(timeout=5)

    def _order(self, **order: object) -> None:
        stdin = self._supervisor.stdin
        try:
            if stdin is not None:
                stdin.write(json.dumps(order) + "\n")
                stdin.flush()
        except (BrokenPipeError, ValueError):
            self.check()

    def _listen(self) -> None:
        if self._supervisor.stdout is None:
            return
        for line in self._supervisor.stdout:
            event = json.loads(line)
            running = self._running[event["name"]]
            with self._changed:
                if event["event"] == "started":
                    running.pid = event["pid"]
                elif event["event"] == "ended":
                    running.status = event["status"]
                else:
                    running.status, running.why = 127, f"cannot start: {event['why']}"
                self._changed.notify_all()
        self._supervisor.stdout.close()


def last_lines(log: Path, count: int = LOG_LINES) -> str:
    """Return the end of a log, for a message."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    if not lines:
        return f"its log {log} is empty"
    shown = "\n".join(f"    {line[:400]}" for line in lines)
    return f"the end of its log:\n{shown}"


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended by itself with exit code {status}"
