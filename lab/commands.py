"""Run a short program and say what it said when it fails."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.errors import LabError

SECONDS = 120


def run(
    *command: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    text: str | None = None,
    seconds: float = SECONDS,
) -> str:
    """Return a program's standard output; `text` is its standard input.

    Raises `LabError` with the program's own words when it fails or takes too long.
    """
    done = attempt(
        *command, folder=folder, environment=environment, text=text, seconds=seconds
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        name = Path(command[0]).name
        words = " ".join(str(word) for word in command[1:4])
        raise LabError(f"{name} {words} failed: {said}")
    return done.stdout


def attempt(
    *command: str | Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    text: str | None = None,
    seconds: float = SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run a program that may fail; return its exit code and what it said."""
    name = Path(command[0]).name
    try:
        return subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env=None if environment is None else dict(environment),
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except FileNotFoundError:
        raise LabError(
            f"the program {name} is not there",
            "python -m lab build builds programs; lab/setup.sh installs Debian's",
        ) from None
    except subprocess.TimeoutExpired:
        raise LabError(f"{name} did not end within {seconds:.0f} s") from None
