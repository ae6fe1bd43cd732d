"""A program that runs: started, fed, read, and ended in time."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn, Self

from baro.errors import ToolError
from baro.process.environment import environment

TIMEOUT = 60.0
"""Seconds that a program, or one exchange with a peer, may take."""
LONGEST = 256 * 1024 * 1024
"""Bytes that a program, or one answer of a peer, may print."""
LONGEST_COMPLAINT = 64 * 1024
"""Bytes of standard error that are kept; the first ones tell the cause."""

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program left behind when it ended.

    `status` is its exit status, negative for a signal, as subprocess has it.
    `stderr` holds the first `LONGEST_COMPLAINT` bytes, as text.
    """

    argv: tuple[str, ...]
    status: int
    stdout: bytes = field(repr=False)
    stderr: str

    @property
    def ok(self) -> bool:
        """Tell whether it ended with status 0."""
        return self.status == 0

    @property
    def text(self) -> str:
        """Return the standard output as UTF-8 text."""
        return self.stdout.decode("utf-8", "replace")


def run(
    argv: Sequence[str],
    *,
    stdin: bytes = b"",
    timeout: float = TIMEOUT,
    cwd: str | Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Completed:
    """Run a program to its end; a status other than 0 is the caller's to judge.

    `env` is laid over `environment()`.

    Raises:
        ToolError: it could not be started, took longer than `timeout` seconds, or
            printed more than `LONGEST` bytes.
    """
    with Program(argv, timeout=timeout, cwd=cwd, env=env) as program:
        return program.finish(stdin)


class Program:
    """A program that runs; what it prints is kept until somebody takes it.

    While it is fed, its output is taken in. Everything until `finish` shares `timeout`
    seconds. After a ToolError it is gone. `name` is what errors call it. Use it from
    one thread at a time.
    """

    longest = LONGEST
    """Bytes that may wait to be read."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        timeout: float = TIMEOUT,
        cwd: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        name: str = "",
    ) -> None:
        """Start the program.

        Raises:
            ToolError: it could not be started.
        """
        self.argv = tuple(argv)
        self.timeout = timeout
        self.name = name or Path(argv[0]).name or argv[0]
        self._answer = bytearray()
        self._complaint = bytearray()
        self._open = 2
        self._deadline = time.monotonic() + timeout
        try:
            self._process = subprocess.Popen(  # noqa: S603 - never through a shell
                self.argv,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=environment(env),
                start_new_session=True,
            )
        except FileNotFoundError as error:
            missing = error.filename or self.argv[0]
            raise ToolError(f"{missing}: no such program or folder") from error
        except (OSError, ValueError) as error:
            raise ToolError(f"{self.name} does not start: {error}") from error
        self._stdin = _piped(self._process.stdin)
        self._stdout = _piped(self._process.stdout)
        self._stderr = _piped(self._process.stderr)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)
        for pipe in (self._stdout, self._stderr):
            self._selector.register(pipe, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        """Return the program itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the program."""
        self.close()

    @property
    def alive(self) -> bool:
        """Tell whether the program still runs."""
        return self._process.poll() is None

    @property
    def stderr(self) -> str:
        """Return the first that it said on standard error, as text."""
        return self._complaint.decode("utf-8", "replace")

    def finish(self, message: bytes = b"") -> Completed:
        """Send the last bytes, and return everything until the program's end.

        Raises:
            ToolError: it printed too much, or took too long.
        """
        self._write(message)
        self._stdin.close()
        while self._open:
            self._turn()
        try:
            self._process.wait(max(0.0, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._fail(f"took longer than {self.timeout:g} s")
        return Completed(
            argv=self.argv,
            status=self._process.returncode,
            stdout=bytes(self._answer),
            stderr=self.stderr,
        )

    def kill(self) -> None:
        """End the program, with everything that it started; from any thread."""
        if self.alive:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()

    def close(self) -> None:
        """End the program and take back its pipes; twice does no harm."""
        self.kill()
        self._process.wait()
        self._selector.close()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()

    def _write(self, message: bytes) -> None:
        rest = memoryview(message)
        if not rest:
            return
        self._selector.register(self._stdin, selectors.EVENT_WRITE)
        try:
            while rest:
                if self._stdin in self._turn():
                    rest = rest[os.write(self._stdin.fileno(), rest[:_CHUNK]) :]
        except BrokenPipeError:
            # It ended, or does not care; whether that is wrong shows when reading.
            return
        finally:
            if not self._stdin.closed:
                self._selector.unregister(self._stdin)

    def _turn(self) -> list[object]:
        """Wait for the pipes, take in what they hold, return those that are ready."""
        ready = self._selector.select(max(0.0, self._deadline - time.monotonic()))
        if not ready:
            self._fail(f"took longer than {self.timeout:g} s")
        pipes = [key.fileobj for key, _ in ready]
        if self._stdout in pipes:
            self._answer += self._read(self._stdout)
            if len(self._answer) > self.longest:
                self._fail(f"printed more than {self.longest} bytes")
        if self._stderr in pipes:
            room = LONGEST_COMPLAINT - len(self._complaint)
            self._complaint += self._read(self._stderr)[:room]
        return list(pipes)

    def _read(self, pipe: IO[bytes]) -> bytes:
        chunk = os.read(pipe.fileno(), _CHUNK)
        if not chunk:
            self._selector.unregister(pipe)
            self._open -= 1
        return chunk

    def _fail(self, reason: str) -> NoReturn:
        self.close()
        raise ToolError(f"{self.name} {reason}")


def _piped(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ToolError("a pipe is missing")
    return pipe
