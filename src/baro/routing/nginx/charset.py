"""Sets of bytes, as 256-bit numbers: what one place of a pattern can match."""

from collections.abc import Iterable, Iterator

_HALF = 128
ALL = (1 << 256) - 1


def of(codes: Iterable[int]) -> int:
    """Return the set of these bytes."""
    bits = 0
    for code in codes:
        bits |= 1 << code
    return bits


def negate(bits: int) -> int:
    """Return all other bytes."""
    return ALL ^ bits


def fold(bits: int) -> int:
    """Add the other case of every ASCII letter."""
    upper = bits & UPPER
    lower = bits & LOWER
    return bits | upper << 32 | lower >> 32


def pattern(bits: int) -> bytes:
    """Write the set as a character class of Python's `re`."""
    if not bits:
        return b"(?!)"
    if bits == ALL:
        return rb"[\x00-\xff]"
    # The shorter of the two ways to write it.
    flipped = bits.bit_count() > _HALF
    body = b"".join(_ranges(negate(bits) if flipped else bits))
    return (b"[^" if flipped else b"[") + body + b"]"


def _ranges(bits: int) -> Iterator[bytes]:
    code = 0
    while bits >> code:
        if not bits >> code & 1:
            code += 1
            continue
        first = code
        while bits >> code & 1:
            code += 1
        yield b"\\x%02x-\\x%02x" % (first, code - 1)


DIGIT = of(b"0123456789")
UPPER = of(range(ord("A"), ord("Z") + 1))
LOWER = of(range(ord("a"), ord("z") + 1))
ALPHA = UPPER | LOWER
WORD = ALPHA | DIGIT | of(b"_")
SPACE = of(b" \t\n\x0b\x0c\r")
BLANK = of(b" \t")
NEWLINE = of(b"\n")
PRINT = of(range(0x20, 0x7F))

# The letters after a backslash, inside a class and outside.
ESCAPES = {
    "d": DIGIT,
    "D": negate(DIGIT),
    "w": WORD,
    "W": negate(WORD),
    "s": SPACE,
    "S": negate(SPACE),
}
POSIX = {
    "alpha": ALPHA,
    "digit": DIGIT,
    "alnum": ALPHA | DIGIT,
    "upper": UPPER,
    "lower": LOWER,
    "space": SPACE,
    "blank": BLANK,
    "word": WORD,
    "xdigit": of(b"0123456789abcdefABCDEF"),
    "punct": PRINT & negate(ALPHA | DIGIT | of(b" ")),
}
