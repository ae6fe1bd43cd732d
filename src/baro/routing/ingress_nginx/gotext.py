"""How Go reads the text of an annotation."""

import re

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def parse_bool(text: str) -> bool | None:
    """Read a boolean as `strconv.ParseBool` does; None for `yes`, `on` and the rest."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def is_on(text: str) -> bool:
    """Tell whether a value sets something, as neither nothing, `false` nor `0` do."""
    return bool(text) and parse_bool(text) is not False


def parse_int(text: str) -> int | None:
    """Read an integer as `strconv.Atoi` does; None where it would fail."""
    return int(text) if _INTEGER.fullmatch(text) else None


def trim_lines(text: str) -> str:
    """Trim every line, as the controller does to each text annotation."""
    # ingress-nginx: internal/ingress/annotations/parser/main.go, normalizeString
    return "\n".join(line.strip() for line in text.split("\n"))
