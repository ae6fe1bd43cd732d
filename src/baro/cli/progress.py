"""Progress on stderr, for long work on a terminal."""

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from baro.expand.ports import Progress, Silence

_PATIENCE = 0.5
"""Seconds before anything is shown: short runs stay silent."""


class TerminalProgress:
    """A bar on stderr that appears when the work turns out to be long."""

    def __init__(self) -> None:
        """Show nothing yet."""
        from rich.console import Console  # noqa: PLC0415 - only on a terminal
        from rich.progress import Progress as Bar  # noqa: PLC0415 - likewise

        self._bar = Bar(console=Console(stderr=True), transient=True)
        self._started = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def stage(self, text: str, total: int | None = None) -> None:
        """Begin a stage."""
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._bar.add_task(text, total=total)
        self._show()

    def advance(self, by: int = 1) -> None:
        """Move the bar."""
        if self._bar.task_ids:
            self._bar.advance(self._bar.task_ids[-1], by)
        self._show()

    def _show(self) -> None:
        if not self._shown and time.monotonic() - self._started > _PATIENCE:
            self._bar.start()
            self._shown = True


class Unwatched(Silence):
    """Progress for pipes and CI: nothing is shown."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing."""


def progress() -> AbstractContextManager[Progress]:
    """Return a bar where somebody watches stderr, else silence."""
    return TerminalProgress() if sys.stderr.isatty() else Unwatched()
