"""Where the lab keeps what it builds and what it runs."""

import os
from pathlib import Path

from lab.errors import LabError

SOURCE = Path(__file__).resolve().parent


def cache_folder() -> Path:
    """Return the folder of everything built, downloaded or compiled.

    `BARO_LAB_CACHE` names another one. It is never inside the repository.
    """
    chosen = os.environ.get("BARO_LAB_CACHE")
    if chosen:
        return _expanded(chosen)
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return _expanded(home) / "baro" / "lab"


def modules_folder() -> Path:
    """Return the Go module cache: sources of everything that is built."""
    return cache_folder() / "modules"


def objects_folder() -> Path:
    """Return Go's build cache, which makes an interrupted build resume."""
    return cache_folder() / "objects"


def runs_folder() -> Path:
    """Return the folder of labs started from the command line.

    It is not in the cache, which several people may share and only read.
    """
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return _expanded(home) / "baro" / "lab"


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError:
        raise LabError(
            f"there is no home folder for {text}",
            "set HOME, or BARO_LAB_CACHE and XDG_STATE_HOME",
        ) from None
