"""The three kinds of file patterns: Go's own, doublestar's and gobwas's.

No pattern can run away: choices in braces are written out (within a bound), and every
`*` is settled at its first match, which for a flat pattern is as good as any.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

LONGEST = 1000
"""Characters of one pattern."""
MOST_CHOICES = 256
"""Patterns that the braces of one may stand for."""

_SYNTAX = "syntax error in pattern"


class PatternError(ValueError):
    """The text is no pattern of its kind."""


class PathPattern(Struct, frozen=True):
    """A compiled pattern: some alternatives, each a list of folder patterns.

    None in an alternative is `**`: any folders, none included.
    """

    alternatives: tuple[tuple[re.Pattern[str] | None, ...], ...]
    folders: bool

    def matches(self, path: str) -> bool:
        """Tell whether the whole path matches."""
        parts = path.split("/") if self.folders else [path]
        return any(_fits(steps, parts) for steps in self.alternatives)


@lru_cache(maxsize=1024)
def go_pattern(pattern: str) -> PathPattern:
    """Compile what Go's `path.Match` takes: `*` stays in its folder.

    Raises:
        PatternError: `syntax error in pattern`.
    """
    flat = _flat(pattern, star="[^/]", negation="^")
    return PathPattern(((flat,),), folders=False)


@lru_cache(maxsize=1024)
def doublestar_pattern(pattern: str) -> PathPattern:
    """Compile a doublestar pattern: `**` crosses folders, `{a,b}` chooses.

    Raises:
        PatternError: `syntax error in pattern`.
    """
    return PathPattern(
        tuple(
            tuple(
                None if part == "**" else _flat(part, star="[^/]", negation="^!")
                for part in choice.split("/")
            )
            for choice in _choices(pattern)
        ),
        folders=True,
    )


@lru_cache(maxsize=1024)
def gobwas_pattern(pattern: str) -> PathPattern:
    """Compile a gobwas pattern without separators: `*` matches slashes too.

    Raises:
        PatternError: the pattern does not compile; Argo CD then matches nothing.
    """
    flat = tuple(
        (_flat(choice, star=".", negation="!"),) for choice in _choices(pattern)
    )
    return PathPattern(flat, folders=False)


def _fits(steps: tuple[re.Pattern[str] | None, ...], parts: list[str]) -> bool:
    """Match folder by folder; `reached` holds the steps that may come next."""
    reached = _skip(steps, {0})
    for part in parts:
        following: set[int] = set()
        for at in reached:
            if at == len(steps):
                continue
            step = steps[at]
            if step is None:
                following.add(at)
            elif step.fullmatch(part):
                following.add(at + 1)
        reached = _skip(steps, following)
    return len(steps) in reached


def _skip(steps: tuple[re.Pattern[str] | None, ...], reached: set[int]) -> set[int]:
    """Add what comes after each `**`, which may stand for nothing."""
    for at in sorted(reached):
        following = at
        while following < len(steps) and steps[following] is None:
            following += 1
            reached.add(following)
    return reached


def _choices(pattern: str) -> list[str]:
    """Write out the braces of a pattern."""
    if len(pattern) > LONGEST:
        raise PatternError(f"pattern is longer than {LONGEST} characters")
    waiting = [pattern]
    found: list[str] = []
    while waiting:
        if len(waiting) + len(found) > MOST_CHOICES:
            raise PatternError(f"braces stand for more than {MOST_CHOICES} patterns")
        current = waiting.pop(0)
        opening = next((i for i, c in _bare(current) if c == "{"), None)
        if opening is None:
            found.append(current)
            continue
        before = current[:opening]
        inside, after = _braces(current, opening)
        waiting = [f"{before}{choice}{after}" for choice in inside] + waiting
    return found


def _braces(pattern: str, opening: int) -> tuple[list[str], str]:
    depth, start = 0, opening + 1
    inside: list[str] = []
    for index, character in _bare(pattern):
        if index < opening or character not in "{},":
            continue
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 or (depth == 1 and character == ","):
            inside.append(pattern[start:index])
            start = index + 1
        if depth == 0:
            return inside, pattern[start:]
    raise PatternError(_SYNTAX)


def _bare(pattern: str) -> Iterator[tuple[int, str]]:
    """Yield the characters that stand neither in a class nor after a backslash."""
    at, in_class = 0, False
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 2
            continue
        if not in_class:
            yield at, character
        in_class = character == "[" or (in_class and character != "]")
        at += 1


def _flat(pattern: str, *, star: str, negation: str) -> re.Pattern[str]:
    """Compile a pattern without braces; `star` is what one of `*` may match."""
    if len(pattern) > LONGEST:
        raise PatternError(f"pattern is longer than {LONGEST} characters")
    runs = [""]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            runs.append("")
            continue
        if character == "?":
            runs[-1] += star
        elif character == "[":
            members, at = _class(pattern, at, negation)
            runs[-1] += members
        elif character == "\\":
            if at >= len(pattern):
                raise PatternError(_SYNTAX)
            runs[-1] += re.escape(pattern[at])
            at += 1
        else:
            runs[-1] += re.escape(character)
    first, *rest = runs
    settled = "".join(f"(?>{star}*?{run})" for run in rest[:-1] if run)
    last = f"{star}*{rest[-1]}" if rest else ""
    try:
        return re.compile(first + settled + last, re.DOTALL)
    except re.error as error:
        raise PatternError(_SYNTAX) from error


def _class(pattern: str, at: int, negation: str) -> tuple[str, int]:
    """Return a `[...]` as a regular expression, and where it ends."""
    negated = pattern[at : at + 1] in tuple(negation)
    at += negated
    members: list[str] = []
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "]" and members:
            inside = "".join(members)
            return f"[{'^' if negated else ''}{inside}]", at
        if character == "\\" and at < len(pattern):
            character = re.escape(pattern[at])
            at += 1
            members.append(character)
        elif character == "-" and members:
            members.append("-")
        elif character == "]":
            break
        else:
            members.append(re.escape(character))
    raise PatternError(_SYNTAX)
