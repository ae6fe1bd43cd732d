"""The only place that starts programs: Git, Helm and its workers, Kustomize.

A program gets an environment of its own making: what it needs to find its files, its
network and its credentials, and nothing that a hook or a shell left behind. It cannot
ask a question, its output is bounded, and it ends when its time is over.
"""

import os
import selectors
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn, Self

from baro.errors import ToolError

TIMEOUT = 60.0
"""Seconds that a program, or one exchange with a peer, may take."""
LONGEST = 256 * 1024 * 1024
"""Bytes that a program, or one answer of a peer, may print."""
LONGEST_COMPLAINT = 64 * 1024
"""Bytes of standard error that are kept; the first ones tell the cause."""

_CHUNK = 256 * 1024
_LENGTH = struct.Struct(">I")
_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "DOCKER_CONFIG", "HELM_C_LIB"),
    *("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"),
)
_SET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # A partial clone must not reach for the network behind our back.
    "GIT_NO_LAZY_FETCH": "1",
}
_QUIET = {"core.fsmonitor": "false", "core.hooksPath": os.devnull}
"""A repository that is only looked at must not start programs of its own."""
NOWHERE = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}
"""Lets a program that must not fetch anything run against a wall."""


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


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that programs get, with `extra` laid over it."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_SET, **git_configuration({}), **(extra or {})}


def git_configuration(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make Git use settings, over what is configured."""
    found = {}
    whole = {**_QUIET, **settings}
    for index, (key, value) in enumerate(whole.items()):
        found[f"GIT_CONFIG_KEY_{index}"] = key
        found[f"GIT_CONFIG_VALUE_{index}"] = value
    return {"GIT_CONFIG_COUNT": str(len(whole)), **found}


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
    with Peer(argv, timeout=timeout, cwd=cwd, env=env) as peer:
        return peer.finish(stdin)


class Peer:
    """A program that lives on and answers, such as `git cat-file --batch`.

    Each `send` starts the clock: the message and everything that is read until the
    next `send` share `timeout` seconds. While sending, answers are taken in, so a
    batch of questions may be sent at once. After a ToolError the program is gone.
    `name` is what errors call it. Use it from one thread at a time.
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
        """Return the peer itself."""
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
        """Return the first that it said on standard error since the last `send`."""
        return self._complaint.decode("utf-8", "replace")

    def send(self, message: bytes) -> None:
        """Send bytes, and start the clock.

        Raises:
            ToolError: the program does not take them in time.
        """
        self._deadline = time.monotonic() + self.timeout
        self._complaint.clear()
        self._write(message)

    def line(self) -> bytes:
        """Return the next line of the answer, without its newline.

        Raises:
            ToolError: the program ended, printed too much, or took too long.
        """
        self._take(lambda: b"\n" in self._answer)
        return self._cut(self._answer.index(b"\n"), skip=1)

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes of the answer.

        Raises: as `line`.
        """
        if size > self.longest:
            self._fail(f"wants to print more than {self.longest} bytes")
        self._take(lambda: len(self._answer) >= size)
        return self._cut(size)

    def ask(self, message: bytes) -> bytes:
        """Send a frame and return the frame that answers it.

        A frame is four bytes of length, the most significant first, and the message;
        the peer uses `read_frame` and `write_frame`.

        Raises: as `line`.
        """
        (answer,) = self.ask_all((message,))
        return answer

    def ask_all(self, messages: Sequence[bytes]) -> Iterator[bytes]:
        """Send frames at once, and yield the frames that answer them, in order.

        Each answer may take `timeout` seconds.

        Raises: as `line`.
        """
        self.send(b"".join(_LENGTH.pack(len(each)) + each for each in messages))
        for _ in messages:
            self._deadline = time.monotonic() + self.timeout
            (size,) = _LENGTH.unpack(self.exactly(_LENGTH.size))
            yield self.exactly(size)

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

    def _take(self, enough: Callable[[], bool]) -> None:
        while not enough():
            if not self._open:
                self._fail(self._death())
            self._turn()

    def _cut(self, size: int, skip: int = 0) -> bytes:
        taken = bytes(self._answer[:size])
        del self._answer[: size + skip]
        return taken

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

    def _death(self) -> str:
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "closed its output"
        end = (
            f"was ended by {signal.Signals(-status).name}"
            if status < 0
            else f"ended with status {status}"
        )
        said = self.stderr.strip().partition("\n")[0]
        return f"{end}: {said}" if said else end

    def _fail(self, reason: str) -> NoReturn:
        self.close()
        raise ToolError(f"{self.name} {reason}")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame that a peer is asked, None at the end; its side of `ask`.

    Raises:
        EOFError: the stream ends inside a frame.
    """
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise EOFError("the stream ends inside a frame")
    (size,) = _LENGTH.unpack(head)
    message = stream.read(size)
    if len(message) < size:
        raise EOFError("the stream ends inside a frame")
    return message


def write_frame(stream: IO[bytes], message: bytes) -> None:
    """Answer with a frame."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def _piped(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ToolError("a pipe is missing")
    return pipe
