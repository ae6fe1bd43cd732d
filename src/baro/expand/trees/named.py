"""Whether what somebody names is there; whatever they name, it is an answer."""

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    """Tell whether there is a file or folder; a name that none can have is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder; a name that none can have is not."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def from_here(folder: Path) -> str:
    """Return what stands in front of a folder's files so that they open from here."""
    top, here = folder.resolve(), Path.cwd()
    if top == here:
        return ""
    near = top if top.parent == Path(top.anchor) else top.parent
    if top.is_relative_to(here) or here.is_relative_to(near):
        return f"{os.path.relpath(top)}/"
    return f"{top}/"
