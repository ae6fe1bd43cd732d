"""Git's pathspecs, as `git ls-files -- PATHSPEC` takes them."""

# git: dir.c, match_pathspec_item; wildmatch.c, without WM_PATHNAME

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

SPECIAL = frozenset("*?[\\")
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_NOTHING = "(?!)"


class PathspecError(ValueError):
    """A pathspec that Git refuses, or one with magic that is not read here."""


def matching(pathspec: str, files: Iterable[str]) -> list[str]:
    """Return the files that a pathspec names: itself, all below it, or by wildcard.

    `*` and `?` match slashes too.

    Raises:
        PathspecError: it leads out of the repository, or begins with a colon.
    """
    wanted = _cleaned(pathspec)
    if wanted == ".":
        return list(files)
    below = wanted if wanted.endswith("/") else f"{wanted}/"
    wild = _compiled(wanted) if SPECIAL.intersection(wanted) else None
    return [
        file
        for file in files
        if file == wanted
        or file.startswith(below)
        or (wild is not None and wild.fullmatch(file))
    ]


def _cleaned(pathspec: str) -> str:
    if pathspec.startswith(":"):
        raise PathspecError(f"pathspec magic is not read: {pathspec}")
    if pathspec.startswith("/") or ".." in pathspec.split("/"):
        inside = posixpath.normpath(pathspec)
        if pathspec.startswith("/") or inside.startswith(".."):
            raise PathspecError(
                f"fatal: {pathspec}: '{pathspec}' is outside repository"
            )
    cleaned = posixpath.normpath(pathspec) if pathspec else "."
    ends = pathspec.endswith("/") and cleaned != "."
    return f"{cleaned}/" if ends else cleaned


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the wildcard as a regular expression; stars settle at once."""
    runs = [""]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            if runs[-1] or len(runs) == 1:
                runs.append("")
        elif character == "?":
            runs[-1] += "."
        elif character == "[":
            members, at = _class(pattern, at)
            runs[-1] += members
        elif character == "\\":
            runs[-1] += re.escape(pattern[at]) if at < len(pattern) else _NOTHING
            at += 1
        else:
            runs[-1] += re.escape(character)
    first, *rest = runs
    settled = "".join(f"(?>.*?{run})" for run in rest[:-1])
    last = f".*{rest[-1]}" if rest else ""
    return re.compile(first + settled + last, re.DOTALL)


def _class(pattern: str, at: int) -> tuple[str, int]:
    """Return a bracket expression, and where it ends; without an end nothing fits."""
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    begun = at
    while at < len(pattern):
        character = pattern[at]
        if character == "]" and at > begun:
            return f"[{'^' if negated else ''}{''.join(members)}]", at + 1
        named = re.compile(r"\[:([a-z]*):\]").match(pattern, at)
        if named is not None:
            if named[1] not in _CLASSES:
                return _NOTHING, len(pattern)
            members.append(_CLASSES[named[1]])
            at = named.end()
            continue
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(pattern, at + 1)
            if low <= high:
                members.append(f"{re.escape(low)}-{re.escape(high)}")
        members.append(re.escape(low))
    return _NOTHING, len(pattern)


def _member(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] == "\\" and at + 1 < len(pattern):
        return pattern[at + 1], at + 2
    return pattern[at], at + 1
