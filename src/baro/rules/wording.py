"""How messages list what is many, and show what a value was."""

from collections.abc import Iterable, Mapping

from baro.model.expansion import Generation
from baro.model.fieldpath import FieldPath
from baro.model.finding import shown
from baro.model.secret import looks_secret

SHOWN = 3
"""How many names a message lists."""
HIDDEN = "(hidden)"
"""What stands for a value that may be a secret."""


def some(names: Iterable[str], shown_at_most: int = SHOWN) -> str:
    """Return a few names, sorted, and how many more there are."""
    every = sorted(set(names))
    more = len(every) - shown_at_most
    listed = ", ".join(every[:shown_at_most])
    return f"{listed} and {more} more" if more > 0 else listed


def once_it_works(generation: Generation) -> str:
    """Return what comes before a consequence that a failure still holds off."""
    return "once the ApplicationSet fails no more, " if generation.halted else ""


def value_at(path: FieldPath, value: object) -> str:
    """Return a value as a report may show it; maps and lists are too long."""
    if isinstance(value, (Mapping, list)):
        return ""
    if any(looks_secret(step) for step in path if isinstance(step, str)):
        return HIDDEN if value not in (None, "") else ""
    return shown(value)


def unprinted_line(text: str) -> str:
    """Return the line of a rendered text that a template left unprinted."""
    lines = text.strip().splitlines()
    left = [line.strip() for line in lines if "{{" in line or "<no value>" in line]
    return left[0] if left else text.strip()
