"""Paths inside a tree of files; none of them leaves its root."""

from collections.abc import Callable
from functools import lru_cache

LONGEST_CHAIN = 40
"""Symlinks that one path may pass through, as Linux has it."""


class OutsideError(ValueError):
    """A path leaves the root of its tree."""


@lru_cache(maxsize=4096)
def normal(path: str) -> str:
    """Return a path without `.`, `..` and doubled slashes; the root is empty.

    Raises:
        OutsideError: it is absolute, leaves the root, or is no path at all.
    """
    if path.startswith("/") or "\0" in path:
        raise OutsideError(path)
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            if not steps:
                raise OutsideError(path)
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def resolve(path: str, link: Callable[[str], str | None]) -> str:
    """Return where a path leads when every symlink on it is followed.

    `link` returns the target of the symlink at a (normal) path, None for what is no
    symlink.

    Raises:
        OutsideError: the path, or a symlink on it, leaves the root, or the symlinks
            form a ring.
    """
    if path.startswith("/") or "\0" in path:
        raise OutsideError(path)
    ahead = [step for step in reversed(path.split("/")) if step not in ("", ".")]
    behind: list[str] = []
    followed = 0
    while ahead:
        step = ahead.pop()
        if step == "..":
            if not behind:
                raise OutsideError(path)
            behind.pop()
            continue
        if step in ("", "."):
            continue
        target = link("/".join((*behind, step)))
        if target is None:
            behind.append(step)
            continue
        followed += 1
        if target.startswith("/") or followed > LONGEST_CHAIN:
            raise OutsideError(path)
        ahead.extend(reversed(target.split("/")))
    return "/".join(behind)


def leaves_root(at: str, target: str) -> bool:
    """Tell whether a symlink at `at` is out of bounds, as Argo CD tells.

    Absolute targets are; a relative one is as soon as one of its steps is above the
    root, even if the next comes back.
    """
    # Argo CD: util/app/path/path.go, CheckOutOfBoundsSymlinks
    if target.startswith("/"):
        return True
    depth = at.count("/")
    for step in target.split("/"):
        if step == "..":
            depth -= 1
        elif step not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def ancestors(path: str) -> list[str]:
    """Return the folders above a path, the root (`""`) last."""
    found = []
    while path:
        path = path.rpartition("/")[0]
        found.append(path)
    return found


def under(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies below it."""
    return not folder or path == folder or path.startswith(f"{folder}/")
