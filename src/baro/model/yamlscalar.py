"""What a plain (unquoted) scalar of YAML means to Kubernetes' Go tools.

That is go-yaml v2, then JSON: `on` and `y` are booleans, `0o755` and `010` are octal,
`1e3` is a number, dates and sexagesimals stay strings.
"""

import math
import re
import struct

Scalar = str | float | bool | None

_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_FLOATS = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_WORDS: dict[str, Scalar] = {**_BOOLEANS, **_NULLS, **_FLOATS}
# go-yaml v2: resolve.go, yamlStyleFloat
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# Go: strconv.ParseInt(s, 0, 64) after underscores are taken out
_INTEGER = re.compile(
    r"[-+]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)"
)
_BETWEEN = re.compile(r"(?<=[0-9])_(?=[0-9])")
_LARGEST = 1 << 64
_LONGEST = len(str(_LARGEST))
"""Decimal digits of the largest integer."""
_SMALLEST = -(1 << 63)
_SIGNED = 1 << 63
_SIGNIFICANT = 9
"""Digits that tell any two 32-bit floats apart."""
_LEAST = -4
"""Power of ten down to which Go writes no exponent."""
_FIXED = 6
"""Figures before the point up to which Go writes no exponent."""


def scalar(text: str) -> Scalar:
    """Return what a plain scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    # go-yaml takes out the underscores, but Go reads what begins with a point.
    plain = _BETWEEN.sub("", text) if text[0] == "." else text.replace("_", "")
    if _INTEGER.fullmatch(plain):
        number = _integer(plain)
        if number is not None:
            return number
    if _FLOAT.fullmatch(plain):
        value = float(plain)
        # Go's ParseFloat refuses what does not fit, and the text stays a text.
        return text if math.isinf(value) else value
    return text


def _integer(text: str) -> int | None:
    """Return what digits mean; None where it does not fit into 64 bits."""
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-").lower()
    if digits[0] != "0" and len(digits) > _LONGEST:
        # Python refuses to count that far.
        return None
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    number = sign * int(digits, 8 if octal else 0)
    return number if _SMALLEST <= number < _LARGEST else None


def tagged(tag: str, text: str) -> Scalar:
    """Return what a scalar with an explicit `!!int` and the like means.

    Raises:
        ValueError: it is no such thing.
    """
    value = scalar(text)
    found = _tag(value)
    if tag == "float" and found == "int":
        return float(value) if isinstance(value, int) else value
    if tag != found:
        raise ValueError(f"cannot decode !!{found} `{text}` as a !!{tag}")
    return value


def _tag(value: Scalar) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "str"
    return "int" if isinstance(value, int) else "float"


def key(value: Scalar) -> str:
    """Return a key as JSON has it.

    Raises:
        ValueError: it cannot be one: null, or an integer beyond 63 bits.
    """
    # sigs.k8s.io/yaml: yaml.go, convertToJSONableObject
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise ValueError("unsupported map key: null")
    if isinstance(value, float):
        return _short(value)
    if value >= _SIGNED:
        raise ValueError(f"unsupported map key: {value}")
    return str(value)


def _short(value: float) -> str:
    """Return a number as Go writes a 32-bit float in the shortest way."""
    if math.isnan(value):
        return ".nan"
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    texts = (f"{single:.{digits}e}" for digits in range(_SIGNIFICANT))
    bits = struct.pack("f", single)
    text = next(text for text in texts if struct.pack("f", float(text)) == bits)
    return _written(text)


def _written(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    # Go: strconv/ftoa.go, %g in the shortest form
    sign = "-" if mantissa.startswith("-") else ""
    figures = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    if not _LEAST <= power < _FIXED:
        tail = f".{figures[1:]}" if len(figures) > 1 else ""
        return f"{sign}{figures[0]}{tail}e{power:+03d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{figures}"
    whole = figures.ljust(power + 1, "0")
    rest = whole[power + 1 :]
    return f"{sign}{whole[: power + 1]}{f'.{rest}' if rest else ''}"
