"""The process in which Helm's engine runs: one question at a time, over pipes.

It is started afresh and never forked: the Go runtime does not survive a fork. It may
die at any time, of a chart that exhausts the stack or the memory, and is restarted.
"""

import gc
import importlib
import os
import resource
import signal
import sys
import threading
import time
from typing import IO, Any

import msgspec

from baro.expand.engine.messages import (
    Answer,
    AskVersion,
    Question,
    Refused,
    Render,
    Unknown,
    Version,
)
from baro.expand.engine.shelf import Shelf
from baro.process.frames import read_frame, write_frame

MEMORY = 2 * 1024**3
"""Bytes that one worker may use; a chart that wants more ends its worker."""

_GLANCE = 1.0
"""Seconds between two looks at whether whoever started this is still there."""


def answer(shelf: Shelf, question: Render) -> Answer:
    """Render one chart."""
    # Only the worker may load the library: whoever does can no longer fork.
    from baro.expand.engine.library import Refusal, render  # noqa: PLC0415
    from baro.expand.engine.reading import with_bodies  # noqa: PLC0415

    if question.content is not None:
        shelf.put(question.digest, question.content)
    if question.digest not in shelf:
        return Unknown()
    try:
        rendered = render(shelf, question)
        return with_bodies(rendered) if question.read else rendered
    except Refusal as refusal:
        return Refused(refusal.kind, refusal.message)


def serve(questions: IO[bytes], answers: IO[bytes], timeout: float) -> None:
    """Answer until the questions end; end the process if one takes `timeout` s."""
    decoder: Any = msgspec.msgpack.Decoder(Question)
    shelf = Shelf()
    while (frame := read_frame(questions)) is not None:
        # Ends us while the engine is busy, too, and when nobody is left to do it.
        signal.setitimer(signal.ITIMER_REAL, timeout)
        question: Question = decoder.decode(frame)
        reply: Answer
        if isinstance(question, AskVersion):
            from baro.expand.engine.library import version  # noqa: PLC0415

            reply = Version(version())
        else:
            reply = answer(shelf, question)
        signal.setitimer(signal.ITIMER_REAL, 0)
        write_frame(answers, msgspec.msgpack.encode(reply))


def main(arguments: list[str]) -> None:
    """Serve standard input; standard output is for answers alone."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    memory = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    with (
        os.fdopen(os.dup(0), "rb") as questions,
        os.fdopen(os.dup(1), "wb") as answers,
    ):
        # Whatever else prints must not get between the frames.
        os.dup2(2, 1)
        _load()
        # What is loaded stays, and answers leave no cycles behind.
        gc.freeze()
        gc.set_threshold(100_000, 20, 100)
        try:
            serve(questions, answers, timeout=float(arguments[0]))
        except MemoryError:
            # In Go's words, as when it is Go that gets none.
            sys.exit("fatal error: out of memory")
        except Exception as error:  # noqa: BLE001 - its first line has to tell
            sys.exit(f"{type(error).__name__}: {error}")


def _leave_with(parent: int) -> None:
    """End this process, whatever the engine does, once nobody waits for it."""
    while os.getppid() == parent:
        time.sleep(_GLANCE)
    os._exit(0)


def _load() -> None:
    """Load the library, or say in one line why that cannot be."""
    try:
        importlib.import_module("baro.expand.engine.library")
    except Exception as error:  # noqa: BLE001 - of whatever sort: it is of no use then
        told = str(error).partition("\n")[0]
        sys.exit(f"its library does not load: {told}")


if __name__ == "__main__":
    main(sys.argv[1:])
