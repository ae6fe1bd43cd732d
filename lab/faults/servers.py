"""Faults of the control plane's own processes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lab.laboratory import Lab

PULSE_SECONDS = 1.0


@contextmanager
def part_gone(lab: Lab, name: str) -> Iterator[None]:
    """End a part; afterwards start it again on its old port and state."""
    program = lab.processes.stop(name, number=signal.SIGKILL)
    try:
        yield
    finally:
        lab.start(program)


@contextmanager
def repo_server_gone(lab: Lab) -> Iterator[None]:
    """Leave Argo CD without its repo-server."""
    with part_gone(lab, "repo-server"):
        yield


@contextmanager
def api_server_gone(lab: Lab) -> Iterator[None]:
    """Leave everybody without an API server."""
    with part_gone(lab, "apiserver"):
        yield


@contextmanager
def api_server_slow(lab: Lab, asleep: float = 0.8) -> Iterator[None]:
    """Let the API server sleep for most of every second (`asleep`, below 1)."""
    awake = threading.Event()

    def pulse() -> None:
        while not awake.is_set():
            lab.processes.signal("apiserver", signal.SIGSTOP)
            awake.wait(asleep * PULSE_SECONDS)
            lab.processes.signal("apiserver", signal.SIGCONT)
            awake.wait((1 - asleep) * PULSE_SECONDS)

    pulsing = threading.Thread(target=pulse, daemon=True)
    pulsing.start()
    try:
        yield
    finally:
        awake.set()
        pulsing.join()
        lab.processes.signal("apiserver", signal.SIGCONT)
