"""Globs and expressions as Argo CD matches them."""

import re
from functools import lru_cache

Match = re.Pattern[str]
_REPEATED = re.compile(r"[*+?{]")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
_MOST = 4
"""Repetitions in an expression that is tried."""


def matches(pattern: str, text: str, *, separator: str = "") -> bool:
    """Tell whether a glob of gobwas/glob matches; one that does not compile never."""
    if pattern == "*":
        return True
    compiled = _compiled(pattern, separator)
    return compiled is not None and compiled.fullmatch(text) is not None


def listed(entry: str, text: str) -> bool | None:
    """Tell whether `/an expression/` or a glob matches; None if undecided."""
    # Argo CD: util/glob/list.go
    if matches(entry, text):
        return True
    if len(entry) <= len("//") or not (entry[0] == entry[-1] == "/"):
        return False
    expression = entry[1:-1]
    # An expression of somebody else's may take for ever.
    if _REPEATED_GROUP.search(expression) or len(_REPEATED.findall(expression)) > _MOST:
        return None
    try:
        return re.search(expression, text) is not None
    except re.error:
        return None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, separator: str) -> Match | None:
    one = f"[^{re.escape(separator)}]" if separator else "."
    parts: list[str] = []
    at, depth = 0, 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            parts.append(".*")
            at += 2
            continue
        if char == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                return None
            inner = re.escape(pattern[at + 1 : end].removeprefix("!"))
            negated = "^" if pattern[at + 1] == "!" else ""
            parts.append(f"[{negated}{inner.replace(chr(92) + '-', '-')}]")
            at = end
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            depth += (char == "{") - (char == "}")
            parts.append(_translated(char, one, inside=depth > 0))
        at += 1
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        return None


def _translated(char: str, one: str, *, inside: bool) -> str:
    known = {"*": f"{one}*", "?": one, "{": "(?:", "}": ")"}
    if char == "," and inside:
        return "|"
    return known.get(char) or re.escape(char)
