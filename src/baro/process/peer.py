"""A program that lives on and answers, such as `git cat-file --batch`."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence

from baro.process.frames import LENGTH, framed
from baro.process.program import Program


class Peer(Program):
    """A program that is asked again and again.

    Each `send` starts the clock: the message and everything that is read until the
    next `send` share `timeout` seconds, and complaints of before are forgotten. While
    sending, answers are taken in, so a batch of questions may be sent at once.
    """

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

        The peer uses `read_frame` and `write_frame`.

        Raises: as `line`.
        """
        (answer,) = self.ask_all((message,))
        return answer

    def ask_all(self, messages: Sequence[bytes]) -> Iterator[bytes]:
        """Send frames at once, and yield the frames that answer them, in order.

        Each answer may take `timeout` seconds.

        Raises: as `line`.
        """
        self.send(b"".join(map(framed, messages)))
        for _ in messages:
            self._deadline = time.monotonic() + self.timeout
            (size,) = LENGTH.unpack(self.exactly(LENGTH.size))
            yield self.exactly(size)

    def _take(self, enough: Callable[[], bool]) -> None:
        while not enough():
            if not self._open:
                self._fail(self._death())
            self._turn()

    def _cut(self, size: int, skip: int = 0) -> bytes:
        taken = bytes(self._answer[:size])
        del self._answer[: size + skip]
        return taken

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
