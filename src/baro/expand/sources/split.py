"""What a renderer prints, cut into documents and read, as Helm and Argo CD do."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets.goyaml import conversion_error
from baro.model import yamltext

# Helm: pkg/release/v1/util/manifest.go, sep. A marker may be glued to what follows.
_MARKER = re.compile(r"^---[ \t]*", re.MULTILINE)

_HOOK = "helm.sh/hook"
_HOOKS = frozenset(
    (
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
        "test-success",
    )
)
_TESTS = frozenset(("test", "test-success"))


class Piece(Struct, frozen=True):
    """One document's text; `line` is where it begins in the whole, from 1."""

    text: str
    line: int


class OutputError(ValueError):
    """A document is no object; `line` counts in the whole text."""

    def __init__(self, message: str, line: int | None) -> None:
        """Keep the words and the line."""
        super().__init__(message)
        self.message = message
        self.line = line


def pieces(text: str) -> Iterator[Piece]:
    """Yield the documents of a rendered text; empty ones are left out.

    Space before the first marker does not indent it: Helm trims before it cuts.
    """
    trimmed = text.lstrip()
    above = text.count("\n", 0, len(text) - len(trimmed))
    text, at = trimmed, 0
    while at <= len(text):
        marker = _MARKER.search(text, at)
        end = marker.start() if marker is not None else len(text)
        body = text[at:end].lstrip()
        if body:
            yield Piece(body, above + text.count("\n", 0, end - len(body)) + 1)
        if marker is None:
            return
        at = marker.end()


def read_object(piece: Piece) -> Mapping[str, Any] | None:
    """Return the object that a document holds; None for one without content.

    Raises:
        OutputError: it is not YAML, or no Kubernetes object, in Go's words.
    """
    try:
        documents = yamltext.read(piece.text)
    except yamltext.YamlError as error:
        line = error.position.line if error.position is not None else 1
        raise OutputError(conversion_error(error), piece.line + line - 1) from error
    body = documents[0].value if documents else None
    if body is None:
        return None
    if not isinstance(body, Mapping):
        kind = "array" if isinstance(body, list) else _json_type(body)
        raise OutputError(
            f"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
            f"{kind} into Go value of type releaseutil.SimpleHead",
            piece.line,
        )
    return body


def bodies(text: str) -> list[Mapping[str, Any] | None] | None:
    """Return what each document of a text holds; None where one is no object."""
    try:
        return [read_object(piece) for piece in pieces(text)]
    except OutputError:
        return None


def explode(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a List, or the object itself; `items: null` is nothing."""
    # In apimachinery a List is an object whose field `items` is a list.
    items = body.get("items")
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, Mapping))
    elif "items" in body and items is None and not {"spec", "status"} & set(body):
        return
    else:
        yield body


def printed_by_helm(body: Mapping[str, Any], *, tests: bool) -> bool:
    """Tell whether `helm template` prints an object; `tests` whether it prints tests.

    Helm leaves out an object whose hook it does not know, `crd-install` included.
    """
    # Helm: pkg/release/v1/util/manifest_sorter.go, sort
    events = hook_events(body)
    if events is None:
        return True
    if not events <= _HOOKS:
        return False
    return tests or not events & _TESTS


def hook_events(body: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the Helm hook events of an object; None where it is no hook."""
    metadata = body.get("metadata")
    if not isinstance(metadata, (dict, Mapping)):
        return None
    annotations = metadata.get("annotations")
    if not annotations or not isinstance(annotations, Mapping):
        return None
    if _HOOK not in annotations:
        return None
    return frozenset(
        event.strip().lower() for event in str(annotations[_HOOK]).split(",")
    )


def _json_type(value: object) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case _:
            return "string"
