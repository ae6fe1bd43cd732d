"""The worker processes: started when first needed, again when they died."""

import os
import queue
import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from baro.errors import ToolError
from baro.expand.engine.messages import Answer, Question
from baro.process import NOWHERE, Peer

Held = TypeVar("Held")

_ANSWER: Any = msgspec.msgpack.Decoder(Answer)
_REASON = re.compile(r"^(?:fatal error|panic|runtime): .*", re.MULTILINE)
_GRACE = 30.0
"""Seconds after which a worker that nobody stops stops itself."""

_GO = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Go collects its garbage seldom, until it holds half of what a worker may."""


class Worker:
    """One worker process, started when it is first asked, and again when it died."""

    def __init__(self, timeout: float) -> None:
        """Remember the limit; start nothing yet."""
        self._timeout = timeout
        self._peer: Peer | None = None
        self._closed = False

    def ask(self, question: Question, *, timeout: float | None = None) -> Answer:
        """Return the worker's answer.

        Raises:
            ToolError: it died over the question, or took too long.
        """
        if self._peer is None or not self._peer.alive:
            self._peer = self._start()
        self._peer.timeout = timeout or self._timeout
        try:
            frame = self._peer.ask(msgspec.msgpack.encode(question))
        except UnicodeEncodeError as error:
            raise ToolError("Helm's engine takes nothing but Unicode") from error
        except ToolError as error:
            raise _explained(error, self._peer.stderr) from error
        answer: Answer = _ANSWER.decode(frame)
        return answer

    def kill(self) -> None:
        """End the process, whatever it does; never start another."""
        self._closed = True
        if self._peer is not None:
            self._peer.kill()

    def close(self) -> None:
        """Take back what the process held."""
        self._closed = True
        if self._peer is not None:
            self._peer.close()

    def _start(self) -> Peer:
        if self._closed:
            raise ToolError("Helm's engine is closed")
        if self._peer is not None:
            self._peer.close()
        # The worker gives up by itself, later than we do, should we be gone.
        give_up = f"{self._timeout + _GRACE:g}"
        path = os.pathsep.join(entry for entry in sys.path if entry)
        program = (sys.executable, "-P", "-X", "utf8")
        return Peer(
            (*program, "-m", "baro.expand.engine.worker", give_up),
            timeout=self._timeout,
            env={"PYTHONPATH": path, **_GO, **NOWHERE},
            name="Helm's engine",
        )


def _explained(error: ToolError, complaint: str) -> ToolError:
    """Return the error with the reason that Go gives, not with a warning before it."""
    reason = _REASON.search(complaint)
    if reason is None:
        return error
    return ToolError(f"{error.message.partition(':')[0]}: {reason[0]}")


class Workers:
    """Workers for several threads; each question goes to one that is idle."""

    def __init__(self, jobs: int, timeout: float) -> None:
        """Make room for `jobs` workers that answer within `timeout` seconds."""
        self._all = [Worker(timeout) for _ in range(jobs)]
        # The one that was idle last has started, and knows the charts.
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._all:
            self._idle.put(worker)

    def ask(self, question: Question, *, timeout: float | None = None) -> Answer:
        """Return the answer of an idle worker; wait until there is one.

        Raises:
            ToolError: the worker died over the question, or took too long.
        """
        return self.hold(lambda worker: worker.ask(question, timeout=timeout))

    def hold(self, use: Callable[[Worker], Held]) -> Held:
        """Use one worker for several questions."""
        worker = self._idle.get()
        try:
            return use(worker)
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End all; whoever waits for one gets a ToolError."""
        for worker in self._all:
            worker.kill()
        for _ in self._all:
            self._idle.get().close()
