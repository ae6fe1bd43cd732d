"""What a path that is a regular expression says, read from its text."""

import re

from baro.routing.nginx.regex import Regex, TooManyStepsError

# `+` and `$` are fine in plain URLs: `/c++`, `/$metadata`.
_SIGNS = re.compile(r"[][(){}|^\\*?]|[.)\]]\+|\$(?=$|[)|])")
_QUANTIFIERS = "?*+{"
_STOPS = "[](){}|^$.*+?"
_REST = re.compile(r"(?:\.|\]|\\[wWSD])[*+]")
_GROUP = re.compile(r"\\.|\[(?:\\.|\]?[^\]])*\]|\((\?[:=!>])?|\)", re.DOTALL)


def looks_like_pattern(path: str) -> bool:
    """Tell whether somebody who wrote this path meant a regular expression."""
    return _SIGNS.search(path) is not None


def literal_beginning(path: str) -> str:
    """Return the text that every match begins with; empty where there is none."""
    if _has_alternatives(path):
        return ""
    found: list[str] = []
    at = 0
    while at < len(path):
        sign = path[at]
        step = 1
        if sign == "\\" and path[at + 1 : at + 2] and not path[at + 1].isalnum():
            sign, step = path[at + 1], 2
        elif sign in _STOPS or sign == "\\":
            break
        if path[at + step : at + step + 1] in tuple(_QUANTIFIERS):
            break
        found.append(sign)
        at += step
    return "".join(found)


def captures(path: str) -> list[str]:
    """Return what stands in each capture group, in the order of their numbers."""
    found: list[tuple[int, int]] = []
    open_groups: list[int | None] = []
    for sign in _GROUP.finditer(path):
        if sign[0].startswith("("):
            counts = sign[1] is None
            open_groups.append(len(found) if counts else None)
            if counts:
                found.append((sign.end(), len(path)))
        elif sign[0] == ")" and open_groups:
            number = open_groups.pop()
            if number is not None:
                found[number] = (found[number][0], sign.start())
    return [path[start:end] for start, end in found]


def holds_rest(capture: str) -> bool:
    """Tell whether a capture group takes what is left of a path."""
    return _REST.search(capture) is not None


def takes(regex: Regex, text: str) -> bool:
    """Tell whether a pattern matches a path; not where that takes too long."""
    octets = text.encode()
    try:
        return regex.search(octets, octets.lower()) is not None
    except TooManyStepsError:
        return False


def _has_alternatives(path: str) -> bool:
    depth = 0
    for sign in re.finditer(r"\\.|\[(?:\\.|\]?[^\]])*\]|[()|]", path, re.DOTALL):
        if sign[0] == "|" and depth == 0:
            return True
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
    return False
