"""A tree of values with templates in it, cut once and filled in many times."""

# Argo CD: applicationset/utils/utils.go, deeplyReplaceWithFilter

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets.gotypes import GoType
from baro.model.fieldpath import FieldPath

OPEN = "{{"
_EXACT = 1 << 53
_PLAIN = 1e21


class Leaf(Struct, frozen=True):
    """A templated string or map key: where it stands, and which string it is.

    `raw` tells that it stands inside JSON that Go keeps as it is, `value` that it is
    one of a generator's `values`.
    """

    path: FieldPath
    template: int
    raw: bool = False
    value: bool = False


class _Text(Struct, frozen=True):
    template: int


class _Fixed(Struct, frozen=True):
    value: Any


class _Map(Struct, frozen=True):
    pairs: tuple[tuple["str | _Text", "_Node"], ...]


class _List(Struct, frozen=True):
    elements: tuple["_Node", ...]


_Node = _Text | _Fixed | _Map | _List


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The distinct templates of a tree, where they stand, and how to fill it in.

    `leaves` come in the order in which Argo CD renders them; keys of free maps, which
    Go visits in no order, alphabetically.
    """

    templates: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    _root: _Node = field(repr=False)

    def build(self, texts: Sequence[str]) -> Any:
        """Return the tree with `texts` in place of the templates.

        Whatever holds no template is shared between all that is built.
        """
        return _built(self._root, texts)


def _built(node: _Node, texts: Sequence[str]) -> Any:
    match node:
        case _Fixed():
            return node.value
        case _Text():
            return texts[node.template]
        case _List():
            return [_built(element, texts) for element in node.elements]
        case _Map():
            return {
                key if isinstance(key, str) else texts[key.template]: _built(
                    inner, texts
                )
                for key, inner in node.pairs
            }


def cut(
    value: Any,
    of: GoType | None,
    *,
    is_value: Callable[[FieldPath], bool] = lambda _path: False,
) -> Blueprint:
    """Find the templates of a tree.

    Null in a map is left out, as Go does; numbers inside raw JSON become float64.
    `is_value` tells the maps whose keys stay as they are: a generator's `values`.
    """
    cutter = _Cutter(is_value)
    root = cutter.node(value, of, (), raw=False)
    return Blueprint(tuple(cutter.templates), tuple(cutter.leaves), root)


class _Cutter:
    """Collects templates in one walk."""

    def __init__(self, is_value: Callable[[FieldPath], bool]) -> None:
        self.is_value = is_value
        self.templates: dict[str, int] = {}
        self.leaves: list[Leaf] = []

    def node(self, value: Any, of: GoType | None, path: FieldPath, *, raw: bool) -> Any:
        """Return the node for a value."""
        raw = raw or (of is not None and of.opaque)
        if isinstance(value, str):
            return self.text(value, path, raw=raw)
        if isinstance(value, Mapping):
            return self.mapping(value, of, path, raw=raw)
        if isinstance(value, list):
            return self.listing(value, of, path, raw=raw)
        return _Fixed(as_float64(value) if raw else value)

    def text(
        self, value: str, path: FieldPath, *, raw: bool, of_values: bool = False
    ) -> _Text | _Fixed:
        """Return the node for a string; without a template it is fixed."""
        if OPEN not in value:
            return _Fixed(value)
        template = self.templates.setdefault(value, len(self.templates))
        self.leaves.append(Leaf(path, template, raw, of_values))
        return _Text(template)

    def mapping(
        self, value: Mapping[str, Any], of: GoType | None, path: FieldPath, *, raw: bool
    ) -> _Node:
        """Return the node for a map; struct fields in their order."""
        of_values = self.is_value(path)
        pairs: list[tuple[str | _Text, _Node]] = []
        for key, inner in _in_order(value, of):
            if inner is None:
                continue
            at = (*path, key)
            node: _Node
            if of_values and isinstance(inner, str):
                node = self.text(inner, at, raw=raw, of_values=True)
            else:
                node = self.node(inner, of.inside(key) if of else None, at, raw=raw)
            name = key if of_values else self.text(key, at, raw=raw)
            pairs.append((name.value if isinstance(name, _Fixed) else name, node))
        if all(isinstance(k, str) and isinstance(n, _Fixed) for k, n in pairs):
            order = {key: index for index, key in enumerate(value)}
            pairs.sort(key=lambda pair: order[str(pair[0])])
            return _Fixed({k: n.value for k, n in pairs if isinstance(n, _Fixed)})
        return _Map(tuple(pairs))

    def listing(
        self, value: list[Any], of: GoType | None, path: FieldPath, *, raw: bool
    ) -> _Node:
        """Return the node for a list."""
        nodes: list[_Node] = [
            self.node(inner, of.inside(index) if of else None, (*path, index), raw=raw)
            for index, inner in enumerate(value)
        ]
        if all(isinstance(node, _Fixed) for node in nodes):
            return _Fixed([node.value for node in nodes if isinstance(node, _Fixed)])
        return _List(tuple(nodes))


def _in_order(value: Mapping[str, Any], of: GoType | None) -> Iterator[tuple[str, Any]]:
    if of is None or not of.is_struct:
        yield from sorted(value.items())
        return
    for key in of.fields:
        if key in value:
            yield key, value[key]
    for key, inner in value.items():
        if key not in of.fields:
            yield key, inner


def as_float64(value: Any) -> Any:
    """Return JSON as it is after Go decoded its numbers to float64 and wrote it."""
    if isinstance(value, Mapping):
        return {key: as_float64(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_float64(inner) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int) and abs(value) <= _EXACT:
        return value
    number = float(value)
    plain = number.is_integer() and abs(number) < _PLAIN
    return int(Decimal(repr(number))) if plain else number
