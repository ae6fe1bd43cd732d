"""YAML as Kubernetes' Go tools read it, with bounds and with places.

The plain values equal those of sigs.k8s.io/yaml (go-yaml v2, then JSON): `on` and
`y` are booleans, `0o755` and `010` are octal, `1e3` is a number, dates and
sexagesimals stay strings, and every key is a string.
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import msgspec
import yaml
from msgspec import Struct
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from baro.model.fieldpath import FieldPath
from baro.model.yamlnodes import (
    DEEPEST,
    EXPANSION,
    BoundsError,
    Duplicate,
    GoLoader,
    Position,
    YamlError,
    is_merge,
    key_of,
    loader,
    place,
)
from baro.model.yamlscalar import scalar
from baro.model.yamlskeleton import Skeletons

__all__ = [
    "DEEPEST",
    "EXPANSION",
    "LONGEST",
    "BoundsError",
    "Document",
    "Duplicate",
    "Position",
    "YamlError",
    "check",
    "position",
    "read",
    "read_whole",
    "scalar",
]

LONGEST = 16 * 1024 * 1024
"""Characters of one text; Argo CD reads 10 MB of manifests, Helm 5 MiB a file."""

# What YAML does not print: libyaml's reader refuses it wherever it stands.
_UNPRINTABLE = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


class Document(Struct, frozen=True):
    """One YAML document: its value, where it begins, and the keys it has twice."""

    value: Any
    index: int
    position: Position
    duplicates: tuple[Duplicate, ...] = ()


def read(text: str, longest: int = LONGEST) -> tuple[Document, ...]:
    """Return the documents of a text; empty ones have the value None.

    `longest` bounds its characters.

    Raises:
        YamlError: the text is not YAML.
        BoundsError: it exceeds the bounds.
    """
    if len(text) > longest:
        raise BoundsError(f"longer than {longest // (1024 * 1024)} MiB")
    packed = _SKELETONS.packed(text)
    if packed is None:
        return read_whole(text)
    found = msgspec.msgpack.decode(packed)
    return tuple(
        Document(value, index, Position(line, column))
        for index, (value, line, column) in enumerate(found)
    )


def read_whole(text: str) -> tuple[Document, ...]:
    """Return the documents of a text as `read` does, whatever was read before.

    Raises: as `read`.
    """
    documents: list[Document] = []
    reader: Any = None
    try:
        reader = loader(text)
        while reader.check_node():
            reader.begin()
            node = reader.get_node()
            value = reader.plain(node)
            documents.append(
                Document(value, len(documents), place(node), tuple(reader.duplicates))
            )
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from error
    except YamlError:
        raise
    except UnicodeEncodeError as error:
        raise YamlError("the text is not Unicode") from error
    except ReaderError as error:
        raise _unprintable(text) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from error
    finally:
        if reader is not None:
            reader.dispose()
    return tuple(documents)


def _packable(text: str) -> list[tuple[Any, int, int]]:
    """Return the documents of a text, with their places, as lists of lists."""
    documents = read_whole(text)
    if any(document.duplicates for document in documents):
        raise YamlError("the places of duplicates depend on what is before them")
    return [(d.value, d.position.line, d.position.column) for d in documents]


_SKELETONS = Skeletons(_packable)


def check(text: str) -> None:
    """Look at the syntax alone, some times as fast as `read`.

    Raises:
        YamlError: the text is not YAML.
    """
    try:
        for _ in yaml.parse(text, Loader=GoLoader):
            pass
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from error
    except ReaderError as error:
        raise _unprintable(text) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from error


def _unprintable(text: str) -> YamlError:
    # The reader counts bytes or characters, as the loader at hand has it.
    found = _UNPRINTABLE.search(text)
    if found is None:
        return YamlError("control characters are not allowed")
    at = found.start()
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    shown = f"control character #x{ord(found[0]):04x} is not allowed"
    return YamlError(shown, Position(line, column))


def _translated(error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    place = Position(mark.line + 1, mark.column + 1) if mark is not None else None
    return YamlError(error.problem or str(error), place)


def position(text: str, document: int, path: FieldPath) -> Position | None:
    """Return where the field at `path` stands: its key, or its list item.

    The nearest ancestor that exists stands in for a field that does not. None where
    the text does not parse or has no such document.
    """
    roots = _composed(text)
    if document >= len(roots):
        return None
    root = roots[document]
    at, where = root, place(root)
    for step in path:
        found = _child(at, step)
        if found is None:
            break
        where, at = found
    return where


def _child(node: Node, step: Hashable) -> tuple[Position, Node] | None:
    if isinstance(node, MappingNode):
        merged: tuple[Position, Node] | None = None
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key_of(key) == str(step):
                return place(key), value
            if is_merge(key) and merged is None:
                parts = value.value if isinstance(value, SequenceNode) else [value]
                merged = next(filter(None, (_child(p, step) for p in parts)), None)
        return merged
    if (
        isinstance(node, SequenceNode)
        and isinstance(step, int)
        and 0 <= step < len(node.value)
    ):
        return place(node.value[step]), node.value[step]
    return None


@lru_cache(maxsize=64)
def _composed(text: str) -> tuple[Node, ...]:
    """Return the documents before the first that does not parse; composed once."""
    found: list[Node] = []
    try:
        reader = loader(text)
    except ValueError:
        return ()
    try:
        while reader.check_node():
            found.append(reader.get_node())
    except (yaml.YAMLError, ValueError):
        return tuple(found)
    finally:
        reader.dispose()
    return tuple(found)
