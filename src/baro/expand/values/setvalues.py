"""Helm's `--set` syntax: `a.b[0].c=1,d={x,y}`.

Follows Helm's own parser step by step, the order of its errors included.
"""

# As in Helm: pkg/strvals/parser.go

from collections.abc import Callable, Mapping
from typing import Any

LARGEST_INDEX = 65536
DEEPEST_NAME = 30

_LARGEST = (1 << 63) - 1
_SMALLEST = -(1 << 63)
_INTEGER_SIGNS = "+-"


class SetSyntaxError(ValueError):
    """The text is not a `--set` line; the message is Helm's."""


class _EndOfText(Exception):  # noqa: N818 - Go's io.EOF, which ends every parse
    """There is nothing more to read."""


def set_into(values: dict[str, Any], text: str) -> None:
    """Lay a `--set` line over `values`, in place.

    Raises:
        SetSyntaxError: the line is malformed, or does not fit the values.
    """
    _Parser(text, _typed).parse(values)


def set_string_into(values: dict[str, Any], text: str) -> None:
    """Lay a `--set-string` line over `values`, in place; every value is a string.

    Raises:
        SetSyntaxError: the line is malformed, or does not fit the values.
    """
    _Parser(text, lambda value: value).parse(values)


def set_file_into(
    values: dict[str, Any], text: str, read: Callable[[str], Any]
) -> None:
    """Lay a `--set-file` line over `values`, in place; `read` opens each path.

    Raises:
        SetSyntaxError: the line is malformed, or does not fit the values.
    """
    _Parser(text, read).parse(values)


def escape_commas(value: str) -> str:
    """Escape the commas of a parameter's value, as Argo CD does before `--set`.

    A whole `{a,b}` is a list and stays; so does a comma that is escaped already.
    """
    # Argo CD: util/helm/cmd.go, cleanSetParameters
    if value.startswith("{") and value.endswith("}"):
        return value
    escaped: list[str] = []
    previous = ""
    for character in value:
        plain = character != "," or previous == "\\"
        escaped.append(character if plain else "\\,")
        previous = character
    return "".join(escaped)


def _typed(value: str) -> Any:
    lowered = value.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if lowered == "null":
        return None
    if value == "0":
        return 0
    if value and value[0] != "0":
        digits = value[1:] if value[0] in _INTEGER_SIGNS else value
        if digits.isascii() and digits.isdigit():
            number = int(value)
            if _SMALLEST <= number <= _LARGEST:
                return number
    return value


class _Parser:
    """Reads one line; keeps its place in it."""

    def __init__(self, text: str, convert: Callable[[str], Any]) -> None:
        self.text = text
        self.at = 0
        self.convert = convert

    def parse(self, values: dict[str, Any]) -> None:
        try:
            while True:
                self.key(values, 0)
        except _EndOfText:
            return

    def until(self, stop: str) -> tuple[str, str]:
        """Return what stands before one of `stop`, and which; `""` at the end."""
        found: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character in stop:
                return "".join(found), character
            if character == "\\":
                if self.at >= len(self.text):
                    break
                character = self.text[self.at]
                self.at += 1
            found.append(character)
        return "".join(found), ""

    def key(self, values: dict[str, Any], depth: int) -> None:
        name, stop = self.until("=[,.")
        match stop:
            case "":
                if not name:
                    raise _EndOfText
                raise SetSyntaxError(f'key "{name}" has no value')
            case "[":
                self.indexed(values, name, depth)
            case "=":
                self.assigned(values, name)
            case ",":
                _put(values, name, "")
                message = f'key "{name}" has no value (cannot end with ,)'
                raise SetSyntaxError(message)
            case _:
                self.nested(values, name, depth + 1)

    def indexed(self, values: dict[str, Any], name: str, depth: int) -> None:
        index = self.index()
        known = values.get(name, [])
        if not isinstance(known, list):
            raise _unfit(known, "[]interface {}")
        known = list(known)
        try:
            known = self.element(known, index, depth)
        finally:
            _put(values, name, known)

    def assigned(self, values: dict[str, Any], name: str) -> None:
        if self.at >= len(self.text):
            _put(values, name, "")
            raise _EndOfText
        _put(values, name, self.value())

    def nested(self, values: dict[str, Any], name: str, depth: int) -> None:
        if depth > DEEPEST_NAME:
            raise SetSyntaxError(
                "value name nested level is greater than maximum supported nested "
                f"level of {DEEPEST_NAME}"
            )
        inner = values.get(name, {})
        if not isinstance(inner, dict):
            raise _unfit(inner, "map[string]interface {}")
        inner = dict(inner)
        try:
            self.key(inner, depth)
        finally:
            if inner:
                _put(values, name, inner)
        if not inner:
            raise SetSyntaxError(f'key map "{name}" has no value')

    def index(self) -> int:
        text, stop = self.until("]")
        if not stop:
            # Helm wraps the end of the text, and then takes it for the end.
            raise _EndOfText
        sign = text[:1] if text[:1] in _INTEGER_SIGNS else ""
        digits = text[len(sign) :]
        if not (digits.isascii() and digits.isdigit()):
            raise SetSyntaxError(
                f'error parsing index: strconv.Atoi: parsing "{text}": invalid syntax'
            )
        return int(text)

    def element(self, values: list[Any], index: int, depth: int) -> list[Any]:
        if index < 0:
            raise SetSyntaxError(f"negative {index} index not allowed")
        name, stop = self.until("[.=")
        if name:
            runes = " ".join(f"'{rune}'" for rune in name)
            raise SetSyntaxError(f"unexpected data at end of array index: [{runes}]")
        known = values[index] if index < len(values) else None
        match stop:
            case "":
                raise _EndOfText
            case "=":
                value = self.value() if self.at < len(self.text) else ""
                return _placed(values, index, value)
            case "[":
                inner = self.index()
                if known is not None and not isinstance(known, list):
                    raise _unfit(known, "[]interface {}")
                deeper = self.element(list(known or ()), inner, depth)
                return _placed(values, index, deeper)
            case _:
                below = dict(known) if isinstance(known, dict) else {}
                try:
                    self.key(below, depth)
                except _EndOfText:
                    _placed(values, index, below)
                    raise
                return _placed(values, index, below)

    def value(self) -> Any:
        """Return a list in braces, or what stands before the next comma."""
        if self.text[self.at] != "{":
            text, _ = self.until(",")
            return self.convert(text)
        self.at += 1
        values: list[Any] = []
        while True:
            text, stop = self.until(",}")
            if not stop:
                raise SetSyntaxError("list must terminate with '}'")
            values.append(self.convert(text))
            if stop == "}":
                if self.text[self.at : self.at + 1] == ",":
                    self.at += 1
                return values


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if name:
        values[name] = value


def _placed(values: list[Any], index: int, value: Any) -> list[Any]:
    if index > LARGEST_INDEX:
        raise SetSyntaxError(
            f"index of {index} is greater than maximum supported index of "
            f"{LARGEST_INDEX}"
        )
    values.extend([None] * (index + 1 - len(values)))
    values[index] = value
    return values


def _unfit(value: Any, wanted: str) -> SetSyntaxError:
    return SetSyntaxError(
        f"unable to parse key: interface conversion: interface {{}} is "
        f"{_go_type(value)}, not {wanted}"
    )


_GO_TYPES: Mapping[type, str] = {
    type(None): "nil",
    bool: "bool",
    int: "int64",
    float: "float64",
    str: "string",
    list: "[]interface {}",
}


def _go_type(value: Any) -> str:
    return _GO_TYPES.get(type(value), "map[string]interface {}")
