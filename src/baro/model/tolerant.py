"""Reads values that somebody else wrote, whatever they are."""

from collections.abc import Mapping, Sequence
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """Return a map, or an empty one for anything else."""
    return value if isinstance(value, (dict, Mapping)) else {}


def sequence(value: object) -> Sequence[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, (list, tuple)) else ()


def maps(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the maps of a list; other elements are passed over."""
    return [each for each in sequence(value) if isinstance(each, (dict, Mapping))]


def text(value: object) -> str:
    """Return a string or a number as text, anything else as an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""
