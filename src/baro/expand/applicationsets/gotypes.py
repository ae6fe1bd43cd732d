"""Go types of foreign objects, and what JSON decoding says of a value that misfits."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec import field as struct_field

from baro.model.fieldpath import FieldPath


class GoType(Struct, frozen=True):
    """A type: its name in Go, what JSON must hold, and what is inside.

    `json` is `string`, `boolean`, `integer`, `object`, `array`, or empty for
    anything at all. `fields` are a struct's, in its order; `element` is what a list
    or a map holds. `opaque` tells that Go keeps the JSON as it is (RawExtension).
    `apart` tells that the type decodes itself, so that errors name no place.
    `merges` tells that a strategic merge patch adds to this list; by `merge_key`
    where its elements are objects.
    """

    name: str
    json: str = ""
    fields: Mapping[str, "GoType"] = struct_field(default_factory=dict)
    element: "GoType | None" = None
    opaque: bool = False
    apart: bool = False
    merges: bool = False
    merge_key: str = ""

    @property
    def is_struct(self) -> bool:
        """Whether the fields are known by name."""
        return self.json == "object" and self.element is None

    def inside(self, step: str | int) -> "GoType | None":
        """Return the type of a field or element; None where nothing is known."""
        if self.element is not None:
            return self.element
        return self.fields.get(step) if isinstance(step, str) else None


ANY = GoType("interface {}")
STRING = GoType("string", "string")
BOOL = GoType("bool", "boolean")
INT = GoType("int64", "integer")
INT_OR_STRING = GoType("int32", "integer or string", apart=True)
TIME = GoType("string", "string", apart=True)
RAW = GoType("runtime.RawExtension", opaque=True)
STRING_MAP = GoType("map[string]string", "object", element=STRING)
STRINGS = GoType("[]string", "array", element=STRING)


def struct(name: str, /, **fields: GoType) -> GoType:
    """Return an Argo CD struct of these fields."""
    return GoType(f"v1alpha1.{name}", "object", fields)


def listing(element: GoType, name: str = "") -> GoType:
    """Return a list of `element`; `name` where Argo CD gives the list a type."""
    return GoType(
        f"v1alpha1.{name}" if name else f"[]{element.name}", "array", element=element
    )


_KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    dict: "object",
    list: "array",
}


def json_kind(value: Any) -> str:
    """Return the JSON type of a value in the words of OpenAPI."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, (dict, Mapping)) else "array"


class Misfit(Struct, frozen=True):
    """A value of the wrong JSON type."""

    path: FieldPath
    value: Any
    expected: GoType


def misfits(
    value: Any, expected: GoType, path: FieldPath = (), *, by_name: bool = False
) -> Iterator[Misfit]:
    """Yield what does not fit; null fits everywhere, unknown fields are passed over.

    In the order of the maps, or by key where `by_name`, which is the order of JSON
    that was YAML before.
    """
    if value is None or not expected.json:
        return
    if json_kind(value) not in expected.json.split(" or "):
        yield Misfit(path, value, expected)
        return
    pairs: Any = ()
    if isinstance(value, Mapping):
        pairs = sorted(value.items()) if by_name else value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for step, inner in pairs:
        inside = expected.inside(step)
        if inside is not None:
            yield from misfits(inner, inside, (*path, step), by_name=by_name)


_GO_WORDS = {"boolean": "bool", "integer": "number"}


def decoding_error(misfit: Misfit, root: GoType) -> str:
    """Return what `json.Unmarshal` says of the first misfit."""
    # Go 1.27: encoding/json, UnmarshalTypeError
    kind = json_kind(misfit.value)
    word = _GO_WORDS.get(kind, kind)
    if kind == "number" and misfit.expected.json == "integer":
        word = f"number {misfit.value!r}"
    wanted = misfit.expected.name
    if not misfit.path or misfit.expected.apart:
        return f"json: cannot unmarshal {word} into Go value of type {wanted}"
    whose = root.name.rpartition(".")[2] if root.fields else ""
    place = ".".join(map(str, (whose, *misfit.path)))
    what = "" if isinstance(misfit.path[-1], int) else "Go struct field "
    return f"json: cannot unmarshal {word} into {what}{place} of type {wanted}"
