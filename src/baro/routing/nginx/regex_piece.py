"""Parts of a pattern, and what is known of each: enough to say that it is quick."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.nginx import charset


class BrokenError(ValueError):
    """PCRE refuses the pattern; the text is PCRE's own where it is known."""


class NotImitatedError(ValueError):
    """The pattern uses a construct that is not read here; the text names it."""


class Piece(Struct, frozen=True):
    """A part of a pattern, written for Python's `re`.

    `first` is what its first byte can be, `later` what the others can be; `fixed`
    tells that it always begins with exactly one byte of `first`; `empty`, that it
    can match nothing. `loops` and `options` count what can be of several lengths
    (many, or two), `forks` tells that two alternatives can begin alike.
    """

    pattern: bytes
    first: int = 0
    later: int = 0
    fixed: bool = False
    empty: bool = False
    loops: int = 0
    options: int = 0
    forks: bool = False
    alternatives: bool = False
    looks_back: bool = False
    zero_width: bool = False
    literal: int | None = None
    parts: tuple["Piece", ...] = ()


def one(bits: int) -> Piece:
    """Match one byte of a set."""
    return Piece(charset.pattern(bits), first=bits, fixed=True)


def assertion(pattern: bytes, *, looks_back: bool) -> Piece:
    """Match nothing, on a condition (`looks_back`: on what stands before)."""
    return Piece(pattern, empty=True, zero_width=True, looks_back=looks_back)


def chain(parts: Sequence[Piece]) -> Piece:
    """Put pieces one after the other."""
    first = later = 0
    empty = True
    for part in parts:
        first |= part.first if empty else 0
        later |= part.later | (0 if empty else part.first)
        empty = empty and part.empty
    leading = next((part for part in parts if not part.zero_width), None)
    return Piece(
        pattern=b"".join(part.pattern for part in parts),
        first=first,
        later=later,
        fixed=leading is not None and leading.fixed,
        empty=empty,
        loops=sum(part.loops for part in parts),
        options=sum(part.options for part in parts),
        forks=any(part.forks for part in parts),
        looks_back=any(part.looks_back for part in parts),
        parts=tuple(parts),
    )


def alternate(branches: Sequence[Piece]) -> Piece:
    """Match one of the branches, the first that leads anywhere."""
    seen = 0
    forks = any(branch.forks for branch in branches)
    for branch in branches:
        forks = forks or branch.empty or bool(seen & branch.first)
        seen |= branch.first
    return Piece(
        pattern=b"|".join(branch.pattern for branch in branches),
        first=seen,
        later=_union(branch.later for branch in branches),
        fixed=all(branch.fixed for branch in branches),
        empty=any(branch.empty for branch in branches),
        loops=sum(branch.loops for branch in branches),
        options=sum(branch.options for branch in branches)
        + (len(branches) - 1 if forks else 0),
        forks=forks,
        alternatives=True,
        looks_back=any(branch.looks_back for branch in branches),
    )


def group(opening: bytes, inside: Piece, *, lookahead: bool = False) -> Piece:
    """Put a piece in parentheses."""
    pattern = opening + inside.pattern + b")"
    if lookahead:
        ahead = assertion(pattern, looks_back=inside.looks_back)
        return replace(ahead, loops=inside.loops, options=inside.options)
    return replace(inside, pattern=pattern, alternatives=False, literal=None, parts=())


def repeat(atom: Piece, sign: bytes, least: int, most: int | None) -> Piece:
    """Repeat a piece; refuses what could be matched in exponentially many ways.

    A piece that varies in itself may be repeated where every round begins with a
    byte that occurs nowhere else in it, so that the rounds cannot be cut otherwise.
    """
    if atom.zero_width:
        raise NotImitatedError("a repeated assertion")
    many = most is None or most > 1
    varies = atom.loops + atom.options
    if many and (atom.forks or atom.empty):
        raise NotImitatedError("a repeated group that can match in several ways")
    if many and varies:
        delimited = atom.fixed and not atom.first & atom.later
        if varies > 1 or not delimited:
            raise NotImitatedError("a repetition inside a repetition")
    span = None if most is None else most - least
    return Piece(
        pattern=atom.pattern + sign,
        first=atom.first,
        later=atom.first | atom.later if many else atom.later,
        fixed=atom.fixed and least > 0,
        empty=atom.empty or least == 0,
        loops=atom.loops + (1 if span is None or span > 1 else 0),
        options=atom.options + (1 if span == 1 else 0),
        forks=atom.forks,
        looks_back=atom.looks_back,
    )


def _union(sets: Iterable[int]) -> int:
    bits = 0
    for each in sets:
        bits |= each
    return bits
