"""The worker processes: started when first needed, again when they died."""

import os
import queue
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from baro.errors import ToolError
from baro.expand.engine.messages import Answer, AskVersion, Question, Render, Unknown
from baro.process.environment import NOWHERE
from baro.process.peer import Peer

Held = TypeVar("Held")

TIMEOUT = 60.0
"""Seconds that one rendering may take."""
STARTING = 60.0
"""Seconds that a worker may take to start and say who it is, on a busy machine."""
PATIENCE = 0.1
"""Seconds that a question waits for a busy worker before another one is started.

A start takes about as long; charts that render fast never need a second worker.
"""

_ANSWER: Any = msgspec.msgpack.Decoder(Answer)
_REASON = re.compile(r"^(?:fatal error|panic|runtime): .+", re.MULTILINE)
_MEMORY = re.compile(r"out of memory|cannot allocate memory|C malloc failed")
_GRACE = 30.0
"""Seconds after which a worker that nobody stops stops itself."""

_GO = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
"""Go collects its garbage seldom, until it holds half of what a worker may."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the chart that it is about: sent where it is not known."""

    question: Question
    chart: bytes | None = field(default=None, repr=False)


class Told(Struct, frozen=True):
    """The answers to the first questions, and what went wrong with the next one."""

    answers: Sequence[Answer]
    error: ToolError | None = None


class Worker:
    """One worker process, started when it is first asked, and again when it died."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        """Remember the limit; start nothing yet."""
        self._timeout = timeout
        self._peer: Peer | None = None
        self._charts: set[str] = set()
        self._met = False
        self._closed = False

    @property
    def closed(self) -> bool:
        """Tell whether it was ended for good."""
        return self._closed

    def start(self) -> Peer:
        """Return the process, started where there is none; wait for nothing.

        Raises:
            ToolError: it cannot be started.
        """
        if self._peer is None or not self._peer.alive:
            self._peer = self._process()
            self._charts.clear()
            self._met = False
        return self._peer

    def ask(self, asked: Asked, *, timeout: float | None = None) -> Answer:
        """Return the worker's answer.

        Raises:
            ToolError: it died over the question, or took too long.
        """
        told = self.ask_all([asked], timeout=timeout)
        if told.error is not None:
            raise told.error
        return told.answers[0]

    def ask_all(self, asked: Sequence[Asked], *, timeout: float | None = None) -> Told:
        """Return what the worker tells to some questions that are put at once.

        At least the first one is answered, or wrong; whatever is not is to be asked
        again. `timeout` is for each of them.
        """
        answers: list[Answer] = []
        since = time.monotonic()
        limit = timeout or self._timeout
        try:
            peer = self._started()
            peer.timeout = limit
            since = time.monotonic()
            for frame in peer.ask_all(list(self._messages(asked))):
                answers.append(_ANSWER.decode(frame))
                since = time.monotonic()
        except UnicodeEncodeError:
            return Told((), ToolError("Helm's engine takes nothing but Unicode"))
        except ToolError as error:
            if answers and time.monotonic() - since < limit:
                # Whatever it said may be about the others: ask the next one alone.
                return Told(answers)
            said = self._peer.stderr if self._peer is not None else ""
            return Told(answers, _explained(error, said))
        return self._without_unknown(asked, answers, limit)

    def _started(self) -> Peer:
        """Return the process once it answers: its start is no question's time.

        Raises:
            ToolError: it does not start.
        """
        peer = self.start()
        if not self._met:
            peer.timeout = STARTING
            peer.ask(msgspec.msgpack.encode(AskVersion()))
            self._met = True
        return peer

    def _without_unknown(
        self, asked: Sequence[Asked], answers: list[Answer], timeout: float
    ) -> Told:
        """Return the answers before the first that only asks for a chart."""
        for index, answer in enumerate(answers):
            if isinstance(answer, Unknown):
                # It has dropped the chart, to make room for others.
                self._charts.clear()
                if index:
                    return Told(answers[:index])
                return self.ask_all(asked[:1], timeout=timeout)
        return Told(answers)

    def _messages(self, asked: Sequence[Asked]) -> Iterator[bytes]:
        """Yield questions as they are sent, up to one that cannot be.

        Raises:
            UnicodeEncodeError: that is the first one.
        """
        for index, each in enumerate(asked):
            question = each.question
            if isinstance(question, Render) and question.digest not in self._charts:
                self._charts.add(question.digest)
                question = msgspec.structs.replace(question, content=each.chart)
            try:
                yield msgspec.msgpack.encode(question)
            except UnicodeEncodeError:
                self._charts.clear()
                if not index:
                    raise
                return

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

    def _process(self) -> Peer:
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
    if _MEMORY.search(reason[0]):
        return ToolError("Helm's engine ran out of memory")
    return ToolError(f"{error.message.partition(':')[0]}: {reason[0]}")


class Workers:
    """Workers for several threads; each question goes to one that is idle."""

    def __init__(self, jobs: int, timeout: float, first: Worker | None = None) -> None:
        """Make room for `jobs` workers that answer within `timeout` seconds.

        `first` is one that may have been started already.
        """
        others = range(1, jobs)
        self._all = [first or Worker(timeout), *(Worker(timeout) for _ in others)]
        # The one that was idle last knows the charts.
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._idle.put(self._all[0])
        self._spare: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._all[1:]:
            self._spare.put(worker)

    def start(self) -> None:
        """Start the first worker, and do not wait for it.

        Raises:
            ToolError: it cannot be started.
        """
        self._all[0].start()

    def ask(self, asked: Asked, *, timeout: float | None = None) -> Answer:
        """Return the answer of an idle worker; wait until there is one.

        Raises:
            ToolError: the worker died over the question, or took too long.
        """
        return self.hold(lambda worker: worker.ask(asked, timeout=timeout))

    def hold(self, use: Callable[[Worker], Held]) -> Held:
        """Use one worker for several questions."""
        worker = self._taken()
        try:
            return use(worker)
        finally:
            self._idle.put(worker)

    def _taken(self) -> Worker:
        try:
            return self._idle.get(timeout=PATIENCE)
        except queue.Empty:
            pass
        try:
            return self._spare.get_nowait()
        except queue.Empty:
            return self._idle.get()

    def close(self) -> None:
        """End all; whoever waits for one gets a ToolError."""
        for worker in self._all:
            worker.kill()
        for _ in range(len(self._all) - self._spare.qsize()):
            self._idle.get().close()
