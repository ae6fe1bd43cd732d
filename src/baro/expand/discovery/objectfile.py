"""One file of Kubernetes objects, read or explained."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from baro.expand.ports import Tree, UnreadableFileError
from baro.model import yamltext
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.secret import redact
from baro.model.text import SourceText

_ACTION = re.compile(r"\{\{-?[^{}\n]*\}\}")
_ALONE = re.compile(r"(?m)^[ \t]*\{\{-?[^{}\n]*\}\}[ \t]*$")
_BLOCK = re.compile(r"\{%")
"""Jinja and its kin: a template of something that is no Kubernetes object here."""


def objects_of(tree: Tree, path: str) -> Sequence[Manifest] | Gap:
    """Return the objects of a file, Secrets redacted, or the gap that it leaves."""
    try:
        text = tree.text(path)
    except (UnreadableFileError, FileNotFoundError) as error:
        return Gap(path, str(error) or "cannot be read")
    try:
        documents = text.documents
    except yamltext.YamlError as error:
        return _broken(text, error) or ()
    return [
        Manifest(redact(body), Origin(OriginKind.FILE, text, document.index, within=at))
        for document in documents
        for body, at in _exploded(document.value, ())
    ]


def _exploded(
    value: Any, at: FieldPath
) -> Iterator[tuple[Mapping[str, Any], FieldPath]]:
    """Yield an object, or the objects of a List."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return
    items = value.get("items")
    if value["kind"].endswith("List") and isinstance(items, list):
        for index, item in enumerate(items):
            yield from _exploded(_with_type(item, value), (*at, "items", index))
        return
    yield value, at


def _with_type(item: Any, of: Mapping[str, Any]) -> Any:
    """Give an item the type that its List says where it has none of its own."""
    if not isinstance(item, dict) or "kind" in item or of["kind"] == "List":
        return item
    kind = of["kind"].removesuffix("List")
    return {"apiVersion": of.get("apiVersion"), "kind": kind, **item}


def _broken(text: SourceText, error: yamltext.YamlError) -> Gap | None:
    """Return the gap of a file that is no YAML; None for a template of another kind."""
    if _BLOCK.search(text.text):
        return None
    place = error.position
    location = text.at(place.line, place.column) if place is not None else text.at()
    action = _ACTION.search(text.text)
    if action is None or _broken_anyway(text.text, error):
        return Gap(text.file, f"is not YAML: {error.message}", location=location)
    line = text.text.count("\n", 0, action.start()) + 1
    return Gap(
        text.file,
        f"is not YAML but a template that stands in no chart: {action[0]}",
        closes_with="roots",
        location=text.at(line),
    )


def _broken_anyway(text: str, error: yamltext.YamlError) -> bool:
    """Tell whether a text is no YAML in the same way without its actions."""
    # A word for a word; a line of nothing else is one that a template would drop.
    plain = _ALONE.sub("", text)
    plain = _ACTION.sub(lambda found: "x" * len(found[0]), plain)
    try:
        yamltext.read(plain)
    except yamltext.YamlError as other:
        return (other.message, other.position) == (error.message, error.position)
    return False


def syntax_of(tree: Tree, path: str) -> Gap | None:
    """Return the gap that a file leaves which is no YAML."""
    try:
        text = tree.text(path)
    except UnreadableFileError as error:
        return Gap(path, str(error))
    try:
        yamltext.check(text.text)
    except yamltext.YamlError as error:
        return _broken(text, error)
    return None
