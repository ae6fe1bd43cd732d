"""Reads a PCRE pattern piece by piece and writes it anew for Python's `re`."""

import re

from baro.routing.nginx import charset
from baro.routing.nginx.regex_piece import (
    BrokenError,
    NotImitatedError,
    Piece,
    alternate,
    assertion,
    chain,
    group,
    one,
    repeat,
)

_DEEPEST = 50
_MOST = 65535
_ASCII_END = 0x7F
_CONTROLS = {"t": 0x09, "n": 0x0A, "r": 0x0D, "f": 0x0C, "e": 0x1B, "a": 0x07}
_BOUNDS = re.compile(rb"\{(\d+)(,?)(\d*)\}")
_LOOSE_BOUNDS = re.compile(rb"\{[ \t]*(?:\d[\d \t]*)?,?[ \t]*[\d \t]*\}")
_NAME = re.compile(rb"([A-Za-z_]\w{0,31})>")
_NAMED_SET = re.compile(rb"\[([:.=])(\^?)([^\]]*?)\1\]")
_SPECIAL_GROUPS = ((b"?:", False), (b"?=", True), (b"?!", True))
_SIMPLE = {
    ".": one(charset.negate(charset.NEWLINE)),
    "^": assertion(b"^", looks_back=True),
    "$": assertion(b"$", looks_back=False),
}


class Parser:
    """One pass over one pattern."""

    def __init__(self, source: bytes, *, caseless: bool) -> None:
        """Begin at the start of `source`."""
        self.source = source
        self.caseless = caseless
        self.position = 0
        self.groups = 0
        self.names: dict[str, int] = {}

    def parse(self) -> Piece:
        """Read all of it.

        Raises:
            BrokenError: PCRE refuses it.
            NotImitatedError: PCRE might not, but it is not known here.
        """
        if b"\0" in self.source:
            raise NotImitatedError("a NUL byte")
        whole = self._alternatives(0)
        if self.position < len(self.source):
            raise BrokenError("unmatched closing parenthesis")
        return whole

    def _peek(self, ahead: int = 1) -> bytes:
        return self.source[self.position : self.position + ahead]

    def _take(self) -> int:
        code = self.source[self.position]
        self.position += 1
        return code

    def _alternatives(self, depth: int) -> Piece:
        if depth > _DEEPEST:
            raise NotImitatedError("groups nested more than 50 deep")
        branches = [self._sequence(depth)]
        while self._peek() == b"|":
            self.position += 1
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else alternate(branches)

    def _sequence(self, depth: int) -> Piece:
        parts: list[Piece] = []
        while self._peek() not in (b"", b"|", b")"):
            parts.append(self._quantified(self._atom(depth)))
        return chain(parts)

    def _quantified(self, atom: Piece) -> Piece:
        bounds = self._bounds()
        if bounds is None:
            return atom
        sign, least, most = bounds
        if self._peek() in (b"?", b"+"):
            sign += bytes((self._take(),))
        if self._peek() in (b"*", b"+", b"?") or _BOUNDS.match(
            self.source, self.position
        ):
            raise NotImitatedError("a repetition of a repetition")
        return repeat(atom, sign, least, most)

    def _bounds(self) -> tuple[bytes, int, int | None] | None:
        sign = self._peek()
        if sign in (b"*", b"+", b"?"):
            self.position += 1
            return sign, (1 if sign == b"+" else 0), (1 if sign == b"?" else None)
        found = _BOUNDS.match(self.source, self.position)
        if found is None:
            return None
        self.position = found.end()
        least = int(found[1])
        most = (int(found[3]) if found[3] else None) if found[2] else least
        if max(least, most or 0) > _MOST:
            raise BrokenError("number too big in {} quantifier")
        if most is not None and most < least:
            raise BrokenError("numbers out of order in {} quantifier")
        return found[0], least, most

    def _atom(self, depth: int) -> Piece:
        code = self._take()
        sign = chr(code)
        if sign in _SIMPLE:
            return _SIMPLE[sign]
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            self._refuse_bare_set()
            return one(self._class())
        if sign == "\\":
            return self._escape()
        self._refuse_quantifier(sign)
        return self._literal(code)

    def _refuse_quantifier(self, sign: str) -> None:
        """Refuse `*` or `{2}` without anything before it, and what PCREs read apart."""
        if sign in "*+?" or _BOUNDS.match(self.source, self.position - 1):
            raise BrokenError("quantifier does not follow a repeatable item")
        if _LOOSE_BOUNDS.match(self.source, self.position - 1):
            raise NotImitatedError("{,n}, whose meaning depends on PCRE's version")

    def _literal(self, code: int) -> Piece:
        bits = charset.of((code,))
        bits = charset.fold(bits) if self.caseless else bits
        return Piece(re.escape(bytes((code,))), first=bits, fixed=True, literal=code)

    def _escape(self) -> Piece:
        sign = self._escaped_sign()
        if sign in "bB":
            self.position += 1
            return assertion(f"\\{sign}".encode(), looks_back=True)
        if sign in charset.ESCAPES:
            self.position += 1
            return one(charset.ESCAPES[sign])
        return self._literal(self._escaped_code())

    def _escaped_sign(self) -> str:
        if self.position >= len(self.source):
            raise BrokenError("\\ at end of pattern")
        return chr(self.source[self.position])

    def _escaped_code(self) -> int:
        """Read one character after a backslash, inside a class or outside."""
        code = self._take()
        sign = chr(code)
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign == "x":
            digits = re.match(rb"[0-9A-Fa-f]{2}", self.source[self.position :])
            if digits is None:
                raise NotImitatedError("\\x without two digits")
            self.position += 2
            return int(digits[0], 16)
        if sign.isalnum() or code > _ASCII_END:
            raise NotImitatedError(f"\\{sign}")
        return code

    def _group(self, depth: int) -> Piece:
        opening, lookahead = b"(", False
        if self._peek() == b"*":
            raise NotImitatedError("(*")
        if self._peek() == b"?":
            opening, lookahead = self._special_group()
        else:
            self.groups += 1
        inside = self._alternatives(depth + 1)
        if self._peek() != b")":
            raise BrokenError("missing closing parenthesis")
        self.position += 1
        return group(opening, inside, lookahead=lookahead)

    def _special_group(self) -> tuple[bytes, bool]:
        rest = self._peek(40)
        for opening, lookahead in _SPECIAL_GROUPS:
            if rest.startswith(opening):
                self.position += len(opening)
                return b"(" + opening, lookahead
        for opening in (b"?P<", b"?<"):
            name = _NAME.match(rest, len(opening))
            if rest.startswith(opening) and name:
                self.position += name.end()
                return self._named_group(name[1].decode()), False
        raise NotImitatedError(f"({rest[:3].decode(errors='replace')}")

    def _named_group(self, name: str) -> bytes:
        self.groups += 1
        if name in self.names:
            raise BrokenError(
                "two named subpatterns have the same name (PCRE2_DUPNAMES not set)"
            )
        self.names[name] = self.groups
        return b"("

    def _refuse_bare_set(self) -> None:
        if _NAMED_SET.match(self.source, self.position - 1):
            raise BrokenError("POSIX named classes are supported only within a class")

    def _class(self) -> int:
        negated = self._peek() == b"^"
        if negated:
            self.position += 1
        bits = 0
        first = True
        while first or self._peek() != b"]":
            if self.position >= len(self.source):
                raise BrokenError("missing terminating ] for character class")
            bits |= self._member()
            first = False
        self.position += 1
        bits = charset.fold(bits) if self.caseless else bits
        return charset.negate(bits) if negated else bits

    def _member(self) -> int:
        """Read one member of a class: a set, a range, or a character."""
        named = self._named_set()
        if named is not None:
            return named
        low = self._class_code()
        if low is None:
            return self._class_set()
        if self._peek() != b"-" or self._peek(2) in (b"-]", b"-"):
            return charset.of((low,))
        self.position += 1
        high = None if self._named_set() is not None else self._class_code()
        if high is None:
            raise NotImitatedError("a range that ends in a set")
        if high < low:
            raise BrokenError("range out of order in character class")
        return charset.of(range(low, high + 1))

    def _named_set(self) -> int | None:
        """Read `[:alpha:]` and the like, if one stands here."""
        found = _NAMED_SET.match(self.source, self.position)
        if found is None:
            return None
        bits = charset.POSIX.get(found[3].decode(errors="replace"))
        if found[1] != b":" or bits is None:
            raise NotImitatedError(found[0].decode(errors="replace"))
        self.position = found.end()
        return charset.negate(bits) if found[2] else bits

    def _class_code(self) -> int | None:
        """Read one character of a class; None where an escaped set stands."""
        code = self._take()
        if code != ord("\\"):
            return code
        sign = self._escaped_sign()
        if sign in charset.ESCAPES:
            return None
        if sign == "b":
            self.position += 1
            return ord("\b")
        return self._escaped_code()

    def _class_set(self) -> int:
        bits = charset.ESCAPES[chr(self._take())]
        if self._peek() == b"-" and self._peek(2) != b"-]":
            raise NotImitatedError("a range that begins with a set")
        return bits
