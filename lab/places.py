"""Where the lab keeps what it builds and what it runs."""

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parent


def cache_folder() -> Path:
    """Return the folder of everything built, downloaded or compiled.

    `BARO_LAB_CACHE` names another one. It is never inside the repository.
    """
    chosen = os.environ.get("BARO_LAB_CACHE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser().resolve() / "baro" / "lab"


def modules_folder() -> Path:
    """Return the Go module cache: sources of everything that is built."""
    return cache_folder() / "modules"


def objects_folder() -> Path:
    """Return Go's build cache, which makes an interrupted build resume."""
    return cache_folder() / "objects"


def runs_folder() -> Path:
    """Return the folder of labs started from the command line."""
    return cache_folder() / "runs"
