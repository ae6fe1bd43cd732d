"""YAML as Kubernetes' Go tools read it, with bounds and with places.

The plain values equal those of sigs.k8s.io/yaml (go-yaml v2, then JSON): `on` and
`y` are booleans, `0o755` and `010` are octal, `1e3` is a number, dates and
sexagesimals stay strings, and every key is a string.
"""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baro.model.fieldpath import FieldPath

LONGEST = 16 * 1024 * 1024
"""Characters of one text; Argo CD reads 10 MB of manifests, Helm 5 MiB a file."""
DEEPEST = 200
"""Nested levels of one document."""
EXPANSION = 100_000
"""Nodes that aliases may add to one document; go-yaml refuses in the same spirit."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; line and column count from 1."""

    line: int
    column: int


class YamlError(ValueError):
    """The text is not YAML, or exceeds the bounds."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        """Keep what is wrong and where."""
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that a map has twice: the path, and where it stands again."""

    path: FieldPath
    first: Position
    again: Position


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, where it begins, and the keys it has twice."""

    value: Any
    index: int
    position: Position
    duplicates: tuple[Duplicate, ...] = ()


_BOOLEANS = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_FLOATS = {
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
# go-yaml v2: resolve.go, yamlStyleFloat
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# Go: strconv.ParseInt(s, 0, 64) after underscores are taken out
_INTEGER = re.compile(
    r"[-+]?(?:0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)"
)
_LARGEST = 1 << 64
_SMALLEST = -(1 << 63)


def scalar(text: str) -> str | float | bool | None:
    """Return what a plain (unquoted) scalar means to go-yaml."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _FLOATS:
        return _FLOATS[text]
    if text[0] not in "+-.0123456789":
        return text
    plain = text.replace("_", "")
    if _INTEGER.fullmatch(plain):
        number = _integer(plain)
        if _SMALLEST <= number < _LARGEST:
            return number
    if _FLOAT.fullmatch(plain):
        return float(plain)
    return text


def _integer(text: str) -> int:
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-").lower()
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        return sign * int(digits, 8)
    return sign * int(digits, 0)


class _GoLoader(_Loader):  # type: ignore[misc] # the C and the Python loader share no type
    """Builds plain values from nodes as go-yaml does."""

    duplicates: list[Duplicate]

    def begin(self) -> None:
        """Forget what the last document had."""
        self.duplicates = []
        self.path: list[str | int] = []
        self.spent = 0
        self.built: dict[int, tuple[Any, int]] = {}

    def plain(self, node: Node) -> Any:
        """Return the value of a node."""
        if len(self.path) > DEEPEST:
            raise YamlError(f"nested deeper than {DEEPEST} levels", _place(node))
        known = self.built.get(id(node))
        if known is not None:
            value, size = known
            self.spend(size, node)
            return value
        before = self.spent
        self.built[id(node)] = (None, 0)
        value: Any
        if isinstance(node, ScalarNode):
            value = self.leaf(node)
        elif isinstance(node, SequenceNode):
            value = self.items(node)
        elif isinstance(node, MappingNode):
            value = self.mapping(node)
        self.built[id(node)] = (value, 1 + self.spent - before)
        return value

    def spend(self, nodes: int, node: Node) -> None:
        """Count the nodes that an alias adds."""
        if nodes == 0:
            raise YamlError("an anchor contains itself", _place(node))
        self.spent += nodes
        if self.spent > EXPANSION:
            raise YamlError("document contains excessive aliasing", _place(node))

    def leaf(self, node: ScalarNode) -> Any:
        """Return the value of a scalar; quoted ones are strings."""
        if node.tag == "tag:yaml.org,2002:binary":
            return self.construct_yaml_binary(node).decode("utf-8", "replace")
        if node.style in ("'", '"', "|", ">") or node.tag == "!":
            return node.value
        if node.tag == "tag:yaml.org,2002:str" and scalar(node.value) != node.value:
            # An explicit !!str, or a word that only PyYAML takes for a string.
            return node.value if _tagged(node) else scalar(node.value)
        return scalar(node.value)

    def items(self, node: SequenceNode) -> list[Any]:
        """Return the value of a sequence."""
        values = []
        self.path.append(0)
        for index, child in enumerate(node.value):
            self.path[-1] = index
            values.append(self.plain(child))
        self.path.pop()
        return values

    def mapping(self, node: MappingNode) -> dict[str, Any]:
        """Return the value of a map; merge keys are weaker than its own."""
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        seen: dict[str, Node] = {}
        for key_node, value_node in node.value:
            if _is_merge(key_node):
                for part in self.merges(value_node):
                    for key, value in part.items():
                        merged.setdefault(key, value)
                continue
            key = self.key(key_node)
            self.path.append(key)
            if key in seen:
                self.duplicates.append(
                    Duplicate(tuple(self.path), _place(seen[key]), _place(key_node))
                )
            seen[key] = key_node
            own[key] = self.plain(value_node)
            self.path.pop()
        return {**merged, **own} if merged else own

    def merges(self, node: Node) -> Iterator[dict[str, Any]]:
        """Yield the maps that a `<<` key brings in."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        for part in nodes:
            if not isinstance(part, MappingNode):
                message = "map merge requires map or sequence of maps as the value"
                raise YamlError(message, _place(part))
            yield self.plain(part)

    def key(self, node: Node) -> str:
        """Return a key as JSON has it: a string."""
        if not isinstance(node, ScalarNode):
            raise YamlError("a map or list cannot be a key", _place(node))
        value = self.leaf(node)
        if isinstance(value, str):
            return value
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)


def _tagged(node: ScalarNode) -> bool:
    start, end = node.start_mark, node.end_mark
    return bool(end.index - start.index > len(node.value))


def _is_merge(node: Node) -> bool:
    return isinstance(node, ScalarNode) and (
        node.tag == "tag:yaml.org,2002:merge" and not node.style
    )


def _place(node: Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)


def read(text: str) -> tuple[Document, ...]:
    """Return the documents of a text; empty ones have the value None.

    Raises:
        YamlError: the text is not YAML, or exceeds the bounds.
    """
    if len(text) > LONGEST:
        raise YamlError(f"longer than {LONGEST // (1024 * 1024)} MiB")
    documents: list[Document] = []
    loader: Any = None
    try:
        loader = _GoLoader(text.removeprefix("\ufeff"))
        while loader.check_node():
            loader.begin()
            node = loader.get_node()
            value = loader.plain(node)
            documents.append(
                Document(value, len(documents), _place(node), tuple(loader.duplicates))
            )
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from error
    except (yaml.YAMLError, ConstructorError, ValueError, RecursionError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(str(error) or "nested too deeply") from error
    finally:
        if loader is not None:
            loader.dispose()
    return tuple(documents)


def check(text: str) -> None:
    """Look at the syntax alone, some times as fast as `read`.

    Raises:
        YamlError: the text is not YAML.
    """
    try:
        for _ in yaml.parse(text.removeprefix("\ufeff"), Loader=_Loader):
            pass
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from error


def _translated(error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    place = Position(mark.line + 1, mark.column + 1) if mark is not None else None
    return YamlError(error.problem or str(error), place)


def position(text: str, document: int, path: FieldPath) -> Position | None:
    """Return where the field at `path` stands: its key, or its list item.

    The nearest ancestor that exists stands in for a field that does not. None where
    the text does not parse or has no such document.
    """
    root = _composed(text, document)
    if root is None:
        return None
    at, place = root, _place(root)
    for step in path:
        found = _child(at, step)
        if found is None:
            break
        place, at = found
    return place


def _child(node: Node, step: Hashable) -> tuple[Position, Node] | None:
    if isinstance(node, MappingNode):
        merged: tuple[Position, Node] | None = None
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(step):
                return _place(key), value
            if _is_merge(key) and merged is None:
                parts = value.value if isinstance(value, SequenceNode) else [value]
                merged = next(filter(None, (_child(p, step) for p in parts)), None)
        return merged
    if (
        isinstance(node, SequenceNode)
        and isinstance(step, int)
        and 0 <= step < len(node.value)
    ):
        return _place(node.value[step]), node.value[step]
    return None


@lru_cache(maxsize=64)
def _composed(text: str, document: int) -> Node | None:
    loader: Any = _Loader(text.removeprefix("\ufeff"))
    try:
        for _ in range(document):
            if not loader.check_node():
                return None
            loader.get_node()
        return loader.get_node() if loader.check_node() else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    finally:
        loader.dispose()
