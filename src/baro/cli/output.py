"""Where an answer goes: stdout or a file, whole or not at all."""

import os
import sys
import tempfile
from pathlib import Path

import click

from baro.errors import InputError


def coloured(choice: str, file: Path | None) -> bool:
    """Tell whether to colour: `always`, or `auto` on a terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    return file is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def write(text: str, file: Path | None) -> None:
    """Write an answer; a file is replaced in one step, never left half-written.

    Raises:
        InputError: the file cannot be written.
    """
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        raise InputError(
            f"cannot write: {error.strerror}",
            where=str(file),
            hint="give --output-file a path in a folder that exists",
        ) from error
