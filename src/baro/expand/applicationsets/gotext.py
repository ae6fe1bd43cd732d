"""Values as Go prints them: `%v`, `%q`, and the flat form of nested maps."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SHORTEST = 6
"""The exponent from which Go's `%v` turns to scientific notation."""
_SMALLEST = -4
_NOT_A_NAME = re.compile(r"[^-a-z0-9.]")
_LONGEST_NAME = 253
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def printed(value: Any) -> str:
    """Return what Go prints for `%v`; numbers are float64, as JSON gives them."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        pairs = (f"{key}:{printed(value[key])}" for key in sorted(value))
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, Sequence):
        return f"[{' '.join(printed(element) for element in value)}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(float(value))


def number(value: float) -> str:
    """Return a float64 as `%v` prints it: `1e+06`, `123456`, `1.5`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    sign = "-" if math.copysign(1, value) < 0 else ""
    digits, exponent = _shortest(abs(value))
    if not _SMALLEST <= exponent < _SHORTEST:
        return f"{sign}{_scientific(digits, exponent)}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, rest = digits[: exponent + 1], digits[exponent + 1 :]
    whole = whole.ljust(exponent + 1, "0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits that give `value` back, and its decimal exponent."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "0", 0
    leading = len(whole.lstrip("0"))
    power = leading - 1 if leading else len(digits) - len(fraction) - 1
    return digits.rstrip("0"), power + int(exponent or 0)


def _scientific(digits: str, exponent: int) -> str:
    mantissa = f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits
    sign = "-" if exponent < 0 else "+"
    return f"{mantissa}e{sign}{abs(exponent):02d}"


def quoted(text: str) -> str:
    """Return a string as `%q` prints it."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    if character == " " or (character.isprintable() and character != "\u00ad"):
        return character
    code = ord(character)
    if code < ord(" ") or code == 0x7F:  # noqa: PLR2004 - DEL
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def flattened(
    values: Mapping[str, Any], opaque: tuple[type, ...] = ()
) -> dict[str, Any]:
    """Return the leaves of nested maps and lists under dotted keys.

    Empty maps and lists vanish. Of two equal keys the last one stays. Values of the
    `opaque` types are leaves, as every Go slice other than `[]interface{}` is.
    """
    # github.com/jeremywohl/flatten: flatten.go
    return dict(_leaves(values, "", opaque))


def _leaves(
    value: Any, prefix: str, opaque: tuple[type, ...]
) -> Iterator[tuple[str, Any]]:
    pairs: Iterator[tuple[str, Any]]
    if isinstance(value, Mapping):
        pairs = iter(value.items())
    else:
        pairs = ((str(index), element) for index, element in enumerate(value))
    for name, inner in pairs:
        key = f"{prefix}.{name}" if prefix else name
        nested = isinstance(inner, Mapping) or type(inner) is list
        if nested and not isinstance(inner, opaque):
            yield from _leaves(inner, key, opaque)
        else:
            yield key, inner


def normalized(name: str) -> str:
    """Return `name` fit for a Kubernetes name, as Argo CD's `normalize` does."""
    # Argo CD: applicationset/utils/template_functions.go, SanitizeName
    return _NOT_A_NAME.sub("-", name.lower())[:_LONGEST_NAME].strip("-.")
