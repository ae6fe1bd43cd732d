"""Starts a worker before the modules are read that will ask it.

Both take about as long, and a machine has more than one core.
"""

from collections.abc import Collection
from contextlib import suppress
from importlib.util import find_spec

import click

from baro.errors import ToolError
from baro.expand.engine.workers import Worker

_WITHOUT = frozenset(("--help", "-h", "--manifests"))
"""Flags with which no chart is rendered."""


def start(ctx: click.Context, arguments: Collection[str]) -> None:
    """Start a worker for a command, and do not wait; it ends with the command."""
    if _WITHOUT.intersection(arguments) or find_spec("helm_python") is None:
        return
    worker = Worker()
    with suppress(ToolError):
        # Whoever asks it hears of it.
        worker.start()
    ctx.obj = worker
    ctx.call_on_close(worker.close)


def worker() -> Worker | None:
    """Return the worker that was started for the command at hand."""
    ctx = click.get_current_context(silent=True)
    return ctx.find_object(Worker) if ctx is not None else None
