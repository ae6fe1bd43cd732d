"""Whether what somebody names is there; whatever they name, it is an answer."""

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
