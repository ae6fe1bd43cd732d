"""Where an answer goes: stdout or a file, whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from baro.errors import InputError, ToolError
from baro.model.finding import Gap
from baro.model.secret import without_credentials
from baro.report.plaintext import one_line

_HINT = "give --output-file a path in a folder that exists and may be written to"


def coloured(choice: str, file: Path | None) -> bool:
    """Tell whether to colour: `always`, or `auto` on a terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    return file is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def write(text: str, file: Path | None) -> None:
    """Write an answer; a file is replaced in one step, never left half-written.

    What is no file, such as `/dev/stdout`, is written to. No URL keeps its password.

    Raises:
        InputError: the file cannot be written.
        ToolError: stdout does not take it.
    """
    text = without_credentials(text)
    if file is None:
        _print(text)
        return
    try:
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8", errors="replace")
        else:
            _replace(file, text)
    except OSError as error:
        raise InputError(
            f"cannot write: {error.strerror}", where=str(file), hint=_HINT
        ) from error


def tell(text: str) -> None:
    """Say something to the person at stderr, in one line."""
    click.echo(without_credentials(one_line(text)), err=True)


def tell_gaps(gaps: Iterable[Gap]) -> None:
    """Name what could not be seen, where the answer on stdout has no room for it."""
    for gap in gaps:
        place = f" ({gap.location})" if gap.location is not None else ""
        hint = f" (closes with: {gap.closes_with})" if gap.closes_with else ""
        tell(f"gap: {gap.subject}: {gap.reason}{place}{hint}")


def _print(text: str) -> None:
    try:
        click.echo(text, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ToolError(f"cannot write to stdout: {error.strerror}") from error


def _replace(file: Path, text: str) -> None:
    # A symlink stays one: what it leads to is replaced.
    file = file.resolve()
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
