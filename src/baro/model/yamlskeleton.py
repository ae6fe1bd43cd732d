"""Reads texts that differ from a known one in nothing but single words.

A tree holds hundreds of documents of one shape, and a chart prints hundreds more.
Such a text is cut into its words and what stands between them, its skeleton. Words
are scalars of one line that YAML reads in one way wherever they stand: plain ones of
harmless characters, and quoted ones without an escape. Once a skeleton is known, only
its words are looked at; what is around them was read by the real reader.

What comes out is MessagePack, which is put together of ready pieces.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import msgspec
from msgspec import Struct

from baro.model.yamlscalar import scalar

LONGEST = 256 * 1024
"""Characters of a text that is cut."""
KEPT = 8 * 1024 * 1024
"""Characters of skeletons that are kept; then all are forgotten."""
_LONGEST_WORD = 256
"""Characters of a word whose meaning is kept."""
_WORDS = 50_000
"""Words whose meaning is kept; then all are forgotten."""

# A word stands behind a space, so never where a line begins, and before what ends it
# in every context. None of its characters begins or ends anything in YAML there; nor
# does a colon before another of them. (A possessive group would be wrong here: Python
# before 3.11.5 lets it end in the middle.)
_INNER = r"[A-Za-z0-9_./=+@~%-]"
_WORD = re.compile(
    rf" ([A-Za-z0-9_./]{_INNER}*(?::{_INNER}+)*"
    r"""|"[ !#-\[\]-~]*+"|'[ -&(-~]*+')"""
    r"(?![^\n,}\]])"
)
_PROPERTY = re.compile(r"(?<![A-Za-z0-9_./])[&*!]")
"""Where an anchor, an alias or a tag may begin."""
_MARK = 7_310_052_000_000_000
"""Stands for the first word. A number, for it remains one as a plain scalar only: in
a comment, a key, a quoted or a block scalar it does not."""
_MARKED = str(_MARK)[:7]

# What YAML does not print, and so is free for our own use.
_OPEN, _BETWEEN = "\0", "\1"
_FIRST = f"[{_OPEN} "
"""What a `[` is while a text is cut: the first word of a list needs a space, too."""

_encode = msgspec.msgpack.encode
_ERRORS = (ValueError, OverflowError, RecursionError)


class _Meanings(dict[str, bytes]):
    """What each word means, as MessagePack."""

    def __missing__(self, word: str) -> bytes:
        """Read a word that was not met before.

        Raises:
            ValueError: it is a number that JSON does not have.
        """
        value = word[1:-1] if word[0] in "\"'" else scalar(word)
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(word)
        meaning = _encode(value)
        if len(word) <= _LONGEST_WORD:
            if len(self) >= _WORDS:
                self.clear()
            self[word] = meaning
        return meaning


class _Form(Struct, frozen=True):
    """What a text holds, with gaps for words: every other piece is one.

    `order` says which word fills the next gap.
    """

    pieces: list[bytes]
    order: list[int]


@dataclass(slots=True)
class _Known:
    """What is known of a skeleton: a form for each choice of the words in `fixed`.

    These are no scalars of their own, but part of a longer one, of a key or a comment.
    Where there is no form, the text is to be read in full.
    """

    fixed: tuple[int, ...]
    forms: dict[tuple[str, ...], _Form | None]


class Skeletons:
    """Reads texts of which it has met the like; `read` is the reader it learns from.

    That one returns what JSON can hold, which depends on a word in nothing but the
    value there. It raises ValueError over a text that it has to read itself.
    """

    def __init__(self, read: Callable[[str], Any]) -> None:
        """Begin with nothing learnt."""
        self._read = read
        self._met: set[int] = set()
        self._known: dict[str, _Known] = {}
        self._size = 0
        self._meanings = _Meanings()

    def packed(self, text: str) -> bytes | None:
        """Return what `read` would, as MessagePack; None where it has to be asked.

        Learning takes as long as reading a few times. It is worth it from the second
        text on.
        """
        if len(text) > LONGEST or _OPEN in text or _BETWEEN in text:
            return None
        parts = _WORD.split(text.replace("[", _FIRST))
        skeleton = _BETWEEN.join(parts[::2])
        known = self._known.get(skeleton)
        if known is None:
            if not self._again(skeleton, skeleton):
                return None
            known = self._known[skeleton] = self._learnt(parts)
        choice = tuple([parts[2 * index + 1] for index in known.fixed])
        try:
            form = known.forms[choice]
        except KeyError:
            if not self._again(skeleton, choice):
                return None
            form = known.forms[choice] = self._form(parts, known.fixed)
        return self._filled(form, parts) if form is not None else None

    def _again(self, skeleton: str, met: object) -> bool:
        """Tell whether something was met before; note that it is now."""
        key = hash((skeleton, met))
        if key not in self._met:
            self._met.add(key)
            return False
        self._size += len(skeleton)
        if self._size > KEPT:
            self._known.clear()
            self._met.clear()
            self._size = 0
        return True

    def _filled(self, form: _Form, parts: Sequence[str]) -> bytes | None:
        meanings = self._meanings
        pieces = form.pieces.copy()
        try:
            pieces[1::2] = [meanings[parts[2 * index + 1]] for index in form.order]
        except ValueError:
            return None
        return b"".join(pieces)

    def _learnt(self, parts: Sequence[str]) -> _Known:
        """Find out which words are scalars of their own."""
        words = range(len(parts) // 2)
        try:
            found = set(_marks(self._read(_marked(parts, words))))
        except _ERRORS:
            found = set()
        fixed = tuple(index for index in words if index not in found)
        known = _Known(fixed, {})
        known.forms[tuple(parts[2 * i + 1] for i in fixed)] = self._form(parts, fixed)
        return known

    def _form(self, parts: Sequence[str], fixed: Collection[int]) -> _Form | None:
        """Return what a text of this skeleton holds; None if that cannot be told."""
        free = [index for index in range(len(parts) // 2) if index not in fixed]
        known = [*parts[::2], *(parts[2 * index + 1] for index in fixed)]
        if any(_PROPERTY.search(each) or _MARKED in each for each in known):
            return None
        try:
            form = _gapped(self._read(_marked(parts, free)))
            if sorted(form.order) != free:
                return None
            whole = _encode(self._read(_marked(parts, ())))
        except _ERRORS:
            return None
        return form if self._filled(form, parts) == whole else None


def _marked(parts: Sequence[str], marked: Collection[int]) -> str:
    """Return a text with a number for some of its words."""
    words = [
        f" {_MARK + index if index in marked else word}"
        for index, word in enumerate(parts[1::2])
    ]
    whole = [*parts]
    whole[1::2] = words
    return "".join(whole).replace(_FIRST, "[")


def _is_mark(value: object) -> bool:
    return type(value) is int and _MARK <= value < _MARK + LONGEST


def _marks(value: Any) -> Iterator[int]:
    """Yield the words whose numbers are values."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _marks(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _marks(each)
    elif _is_mark(value):
        yield value - _MARK


def _gapped(value: Any) -> _Form:
    """Return a value as MessagePack, with gaps for the words that it has."""
    pieces = [bytearray()]
    order: list[int] = []

    def write(value: Any) -> None:
        if isinstance(value, dict):
            pieces[-1].extend(_head(len(value), 0x80, 0xDE))
            for key, each in value.items():
                pieces[-1].extend(_encode(key))
                write(each)
        elif isinstance(value, (list, tuple)):
            pieces[-1].extend(_head(len(value), 0x90, 0xDC))
            for each in value:
                write(each)
        elif _is_mark(value):
            order.append(value - _MARK)
            pieces.extend((bytearray(), bytearray()))
        else:
            pieces[-1].extend(_encode(value))

    write(value)
    return _Form([bytes(piece) for piece in pieces], order)


def _head(size: int, few: int, many: int) -> bytes:
    """Return how MessagePack begins a map or an array of `size`."""
    if size < 1 << 4:
        return bytes((few | size,))
    if size < 1 << 16:
        return bytes((many,)) + size.to_bytes(2, "big")
    return bytes((many + 1,)) + size.to_bytes(4, "big")
