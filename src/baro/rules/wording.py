"""How messages list what is many."""

from collections.abc import Iterable

SHOWN = 3
"""How many names a message lists."""


def some(names: Iterable[str], shown: int = SHOWN) -> str:
    """Return a few names, sorted, and how many more there are."""
    every = sorted(set(names))
    more = f" and {len(every) - shown} more" if len(every) > shown else ""
    return ", ".join(every[:shown]) + more
