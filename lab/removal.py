"""How the folder of a lab goes."""

import contextlib
import os
import shutil
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder with what a part has closed even to itself (Argo CD does)."""
    with contextlib.suppress(OSError):
        for place, names, _ in os.walk(folder):
            for path in (Path(place, name) for name in names):
                if not path.is_symlink() and not os.access(path, os.R_OK | os.X_OK):
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
