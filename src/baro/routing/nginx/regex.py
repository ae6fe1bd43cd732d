"""Regular expressions of nginx (PCRE), as far as Python's `re` means the same.

Read by a parser of its own, so that nothing is passed to `re` whose meaning there
could differ, or whose matching could take longer than anybody waits. What is valid
PCRE but not read here is `NotImitatedError`; what PCRE refuses is `BrokenError`.
Matched on bytes, without regard to case unless said otherwise.
"""

# PCRE2: doc/pcre2pattern.3, and src/pcre2_error.c for the messages

import re
from dataclasses import dataclass, field
from functools import lru_cache

from msgspec import Struct

from baro.routing.nginx.regex_parser import Parser
from baro.routing.nginx.regex_piece import BrokenError, NotImitatedError, Piece

__all__ = [
    "BrokenError",
    "Found",
    "NotImitatedError",
    "Regex",
    "TooManyStepsError",
    "read",
]

# More steps than this take seconds; nginx has a limit of the same kind.
_STEPS = 20_000_000
_QUICK_LOOPS = 2
_QUICK_OPTIONS = 8
_CACHED = 1 << 16


class TooManyStepsError(Exception):
    """The pattern might take too long on this text."""


class Found(Struct, frozen=True):
    """A match and its groups."""

    match: re.Match[bytes] | None

    def group(self, number: int) -> bytes:
        """Return what a group took; empty where it took nothing or is not there."""
        if self.match is None or number > self.match.re.groups:
            return b""
        return self.match[number] or b""


_LITERALLY = Found(None)


@dataclass(slots=True)
class Regex:
    """A pattern, ready to be matched; compiled when first asked.

    `groups` counts its capture groups, `names` maps the named ones to numbers.
    The literal text in front (lower case) is compared without `re`, so that
    patterns which differ only there share one compiled `tail`.
    """

    source: str
    groups: int
    names: dict[str, int]
    prefix: bytes
    tail: bytes
    whole: bytes
    loops: int
    options: int
    flags: re.RegexFlag
    _compiled: re.Pattern[bytes] | None = field(default=None, repr=False)

    def search(self, text: bytes, folded: bytes) -> Found | None:
        """Find the first match in `text`; `folded` is the same in lower case.

        Raises:
            TooManyStepsError: nobody could wait for the result.
        """
        if self.prefix:
            if not folded.startswith(self.prefix):
                return None
            if not self.tail:
                return _LITERALLY
        if self._compiled is None:
            self._compiled = _compile(self.tail or self.whole, self.flags)
        self._refuse_slow(len(text))
        if self.prefix:
            found = self._compiled.match(text, len(self.prefix))
        else:
            found = self._compiled.search(text)
        return None if found is None else Found(found)

    def _refuse_slow(self, length: int) -> None:
        quick = self.loops <= _QUICK_LOOPS and self.options <= _QUICK_OPTIONS
        if not quick and length**self.loops << self.options > _STEPS:
            raise TooManyStepsError(self.source)


@lru_cache(maxsize=_CACHED)
def read(source: str, *, anchored: bool = True, caseless: bool = True) -> Regex:
    """Read a pattern. `anchored` puts nginx' `^` in front, as in `~* "^PATH"`.

    With an alternative at the top, that `^` binds to the first alternative only,
    which is what happens in nginx too.

    Raises:
        BrokenError: PCRE does not compile it.
        NotImitatedError: PCRE might, but baro does not know what it means.
    """
    parser = Parser(source.encode(), caseless=caseless)
    piece = parser.parse()
    splits = anchored and caseless and not piece.alternatives
    prefix, tail = _split(piece) if splits else (b"", b"")
    return Regex(
        source=source,
        groups=parser.groups,
        names=parser.names,
        prefix=prefix,
        tail=tail,
        whole=(b"^" if anchored else b"") + piece.pattern,
        loops=piece.loops,
        options=piece.options,
        flags=re.IGNORECASE if caseless else re.NOFLAG,
    )


@lru_cache(maxsize=_CACHED)
def _compile(pattern: bytes, flags: re.RegexFlag) -> re.Pattern[bytes]:
    return re.compile(pattern, flags)


def _split(whole: Piece) -> tuple[bytes, bytes]:
    """Return the literal text in front, and the pattern of the rest."""
    literal = bytearray()
    for index, part in enumerate(whole.parts):
        if part.literal is None:
            rest = whole.parts[index:]
            # These look at what stands before them.
            if not literal or any(piece.looks_back for piece in rest):
                return b"", b""
            return bytes(literal).lower(), b"".join(piece.pattern for piece in rest)
        literal.append(part.literal)
    return bytes(literal).lower(), b""
