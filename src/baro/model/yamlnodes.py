"""Plain values built from YAML as go-yaml builds them, with bounds and with places."""

import base64
import binascii
import re
from collections.abc import Iterator
from math import inf, isfinite
from typing import Any

import yaml
from msgspec import Struct
from yaml.composer import Composer
from yaml.events import AliasEvent, NodeEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baro.model import yamlscalar
from baro.model.fieldpath import FieldPath

DEEPEST = 200
"""Nested levels of one document."""
EXPANSION = 100_000
"""Nodes that aliases may add to one document; go-yaml refuses in the same spirit."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = ""
"""The tag that a scalar gets which has none and is not quoted."""
_STRING = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
_BINARY = "tag:yaml.org,2002:binary"
_TYPED = {
    f"tag:yaml.org,2002:{name}": name for name in ("int", "float", "bool", "null")
}
_SEQUENCE = "tag:yaml.org,2002:seq"
_MAPPING = "tag:yaml.org,2002:map"
_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")
# JSON escapes a slash so; libyaml takes it, go-yaml does not.
_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")


class Position(Struct, frozen=True):
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


class BoundsError(YamlError):
    """The text exceeds the bounds; whether it is YAML is not known."""


class Duplicate(Struct, frozen=True):
    """A key that a map has twice: the path, and where it stands again."""

    path: FieldPath
    first: Position
    again: Position


class GoLoader(_Loader):  # type: ignore[misc] # the C and the Python loader share no type
    """Composes nodes, and builds plain values from them as go-yaml does."""

    duplicates: list[Duplicate]

    def __init__(self, text: str) -> None:
        """Read a text; a mark at its begin is no part of it."""
        super().__init__(text.removeprefix("\ufeff"))
        self.text = text.removeprefix("\ufeff")
        self.slashes = "\\/" in text
        self.bangs = "!" in text
        self.aliases = "*" in text
        self.depth = 0

    def resolve(self, kind: type[Node], value: str | None, implicit: Any) -> str:
        """Return the tag of a node that has none; go-yaml's words come later."""
        del value
        if kind is ScalarNode:
            return _PLAIN if implicit[0] else _STRING
        return _SEQUENCE if kind is SequenceNode else _MAPPING

    def descend_resolver(self, parent: Node | None, index: object) -> None:
        """Count the levels: the composer is recursive, and would exhaust the stack."""
        del index
        self.depth += 1
        if self.depth > DEEPEST + 1:
            at = place(parent) if parent is not None else None
            raise BoundsError(f"nested deeper than {DEEPEST} levels", at)

    def ascend_resolver(self) -> None:
        """Count the levels back."""
        self.depth -= 1

    def begin(self) -> None:
        """Forget what the last document had."""
        self.duplicates = []
        self.path: list[str | int] = []
        self.spent = 0
        self.built: dict[int, tuple[Any, int]] = {}

    def plain(self, node: Node) -> Any:
        """Return the value of a node."""
        if not self.aliases:
            return self.value(node)
        known = self.built.get(id(node))
        if known is not None:
            value, size = known
            self.spend(size, node)
            return value
        before = self.spent
        self.built[id(node)] = (None, 0)
        value = self.value(node)
        self.built[id(node)] = (value, 1 + self.spent - before)
        return value

    def value(self, node: Node) -> Any:
        """Return the value of a node that was not met before."""
        if isinstance(node, MappingNode):
            return self.mapping(node)
        if isinstance(node, SequenceNode):
            return self.items(node)
        value = self.leaf(node)
        if isinstance(value, float) and not isfinite(value):
            shown = {inf: "+Inf", -inf: "-Inf"}.get(value, "NaN")
            raise YamlError(f"json: unsupported value: {shown}", place(node))
        return value

    def spend(self, nodes: int, node: Node) -> None:
        """Count the nodes that an alias adds."""
        if nodes == 0:
            raise YamlError("an anchor contains itself", place(node))
        self.spent += nodes
        if self.spent > EXPANSION:
            raise YamlError("document contains excessive aliasing", place(node))

    def leaf(self, node: Node) -> yamlscalar.Scalar:
        """Return the value of a scalar."""
        text: str = node.value
        if node.tag == _PLAIN:
            # The tag `!` makes a string of it; libyaml does not tell.
            bang = self.bangs and self.text.startswith("!", node.start_mark.index)
            return text if bang else yamlscalar.scalar(text)
        if self.slashes:
            self.refuse_slashes(node)
        if node.tag == _STRING:
            return text
        try:
            if node.tag in _TYPED:
                return yamlscalar.tagged(_TYPED[node.tag], text)
            if node.tag == _BINARY:
                return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except (ValueError, binascii.Error) as error:
            raise YamlError(str(error), place(node)) from error
        return text

    def refuse_slashes(self, node: Node) -> None:
        """Refuse an escape that go-yaml does not know."""
        quoted = isinstance(node, ScalarNode) and node.style == '"'
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if quoted and _SLASH.search(raw):
            raise YamlError("found unknown escape character", place(node))

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
            if is_merge(key_node):
                for part in self.merges(value_node):
                    for key, value in part.items():
                        merged.setdefault(key, value)
                continue
            key = self.key(key_node)
            self.path.append(key)
            if key in seen:
                self.duplicates.append(
                    Duplicate(tuple(self.path), place(seen[key]), place(key_node))
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
                raise YamlError(message, place(part))
            yield self.plain(part)

    def key(self, node: Node) -> str:
        """Return a key as JSON has it: a string."""
        if not isinstance(node, ScalarNode):
            raise YamlError("a map or list cannot be a key", place(node))
        try:
            value = self.leaf(node)
            return value if isinstance(value, str) else yamlscalar.key(value)
        except YamlError:
            raise
        except ValueError as error:
            raise YamlError(str(error), place(node)) from error


class _AnchorsAgain(GoLoader):
    """Lets an anchor be set again, as go-yaml does; libyaml's composer refuses it."""

    check_node = Composer.check_node
    get_node = Composer.get_node
    compose_document = Composer.compose_document
    compose_scalar_node = Composer.compose_scalar_node
    compose_sequence_node = Composer.compose_sequence_node
    compose_mapping_node = Composer.compose_mapping_node
    anchors: dict[str | None, Node]

    def __init__(self, text: str) -> None:
        """Read a text, without any anchor yet."""
        super().__init__(text)
        self.anchors = {}

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Compose a node; the last of two anchors is what an alias means."""
        event = self.peek_event()
        if isinstance(event, NodeEvent) and not isinstance(event, AliasEvent):
            self.anchors.pop(event.anchor, None)
        return Composer.compose_node(self, parent, index)


def loader(text: str) -> GoLoader:
    """Return what reads a text."""
    names = _ANCHOR.findall(text) if "&" in text else ()
    return _AnchorsAgain(text) if len(set(names)) < len(names) else GoLoader(text)


def is_merge(node: Node) -> bool:
    """Tell whether a key is the merge key `<<`."""
    if node.value == "<<":
        return node.tag in (_PLAIN, _MERGE)
    return node.tag == _MERGE and isinstance(node, ScalarNode)


def key_of(node: ScalarNode) -> str:
    """Return what a key is called, as it is written where it cannot be a key."""
    if node.tag != _PLAIN:
        return str(node.value)
    try:
        return yamlscalar.key(yamlscalar.scalar(node.value))
    except ValueError:
        return str(node.value)


def place(node: Node) -> Position:
    """Return where a node begins."""
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
