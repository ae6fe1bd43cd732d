"""The word that somebody probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher

ALIKE = 0.75
"""How alike two words must be, from 0 to 1, to take one for the other."""


def nearest(word: str, known: Iterable[str], *, alike: float = ALIKE) -> str:
    """Return the most alike of the known words, or nothing where none is alike."""
    folded = _folded(word)
    ranked = sorted(
        (-SequenceMatcher(None, folded, _folded(other)).ratio(), other)
        for other in set(known)
        if other != word
    )
    if not ranked or -ranked[0][0] < alike:
        return ""
    return ranked[0][1]


def _folded(word: str) -> str:
    return word.casefold().replace("-", "").replace("_", "")
