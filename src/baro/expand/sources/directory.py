"""A directory source: plain manifests, read as Argo CD reads them."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from baro.expand.applicationsets.goyaml import conversion_error
from baro.expand.ports import Tree
from baro.expand.sources.pathpattern import PatternError, gobwas_pattern
from baro.expand.sources.prepared import Printed
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.sources.split import explode
from baro.expand.stop import StoppedError, reading, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.origin import OriginKind
from baro.model.text import SourceText
from baro.model.yamltext import YamlError

LARGEST = 10 * 1000 * 1000
"""Bytes of all manifests of a source: Argo CD's `10M`."""

_SKIPPED = "+argocd:skip-file-rendering"
_EXTENSIONS = re.compile(r".*\.(yaml|yml|json|jsonnet)")
_LIKE_A_MANIFEST = ("apiVersion:", "kind:", "metadata:")


def print_directory(spec: SourceSpec, tree: Tree, path: str) -> Iterator[Printed]:
    """Yield the objects of a folder.

    Raises:
        StoppedError: a file is no manifest, there is too much, or it is jsonnet.
    """
    # Argo CD: reposerver/repository/repository.go, findManifests
    options = spec.section("directory")
    left = LARGEST
    for file in _files(spec, tree, path):
        if file.endswith(".jsonnet"):
            raise unknown(file, "baro does not evaluate jsonnet")
        with reading(file):
            text = tree.text(file)
        if _SKIPPED in text.text:
            continue
        left -= len(text.text.encode())
        if left < 0:
            raise refused(
                FailureKind.OUTPUT,
                "failed to get potentially valid manifests: exceeded max combined "
                "manifest file size",
                spec.at("directory" if options else "path"),
            )
        yield from _objects(text, file)


def _files(spec: SourceSpec, tree: Tree, path: str) -> Iterator[str]:
    options = spec.section("directory")
    prefix = f"{path}/" if path else ""
    include, exclude = (
        str(options.get("include") or ""),
        str(options.get("exclude") or ""),
    )
    everything = options.get("disableExtensionFilter") is True
    for file in tree.files(path):
        inner = file.removeprefix(prefix)
        if "/" in inner and options.get("recurse") is not True:
            continue
        if not everything and not _EXTENSIONS.fullmatch(posixpath.basename(inner)):
            continue
        if exclude and _matches(exclude, inner):
            continue
        if include and not _matches(include, inner):
            continue
        yield file


def _matches(pattern: str, path: str) -> bool:
    try:
        return gobwas_pattern(pattern).matches(path)
    except PatternError:
        return False


def _objects(text: SourceText, file: str) -> Iterator[Printed]:
    name = posixpath.basename(file)
    bodies = _json(text, name) if name.endswith(".json") else _yaml(text, name)
    for index, body in bodies:
        for inner in explode(body):
            yield Printed(inner, OriginKind.FILE, text, index)


def _kindless(
    text: SourceText, name: str, index: int, body: Mapping[str, Any]
) -> StoppedError:
    shown = json.dumps(body, separators=(",", ":"), default=str)[:2000]
    return refused(
        FailureKind.OUTPUT,
        f'Failed to unmarshal "{name}": failed to unmarshal manifest: Object '
        f"'Kind' is missing in '{shown}'",
    ).at(text.locate((), index))


def _json(text: SourceText, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        body = json.loads(text.text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        if getattr(error, "msg", "") == "Extra data":
            message = (
                f'Found multiple objects in "{name}". Only single objects are allowed '
                "in JSON files."
            )
        else:
            message = f'Failed to unmarshal "{name}": {error}'
        raise refused(FailureKind.OUTPUT, message).at(text.at(line)) from error
    if not isinstance(body, dict):
        message = f'Failed to unmarshal "{name}": it is no JSON object'
        raise refused(FailureKind.OUTPUT, message).at(text.at(1))
    if not body.get("kind"):
        raise _kindless(text, name, 0, body)
    yield 0, body


def _yaml(text: SourceText, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the objects of a file up to its first document that is none.

    A file that begins with one, and does not look like a manifest, is passed over.
    """
    try:
        documents = text.documents
    except YamlError as error:
        if not _like_a_manifest(text):
            return
        line = error.position.line if error.position else None
        raise refused(
            FailureKind.OUTPUT,
            f'Failed to unmarshal "{name}": failed to unmarshal manifest: '
            f"{conversion_error(error)}",
        ).at(text.at(line)) from error
    found = False
    for document in documents:
        body = document.value
        if body is None:
            continue
        if isinstance(body, dict) and body.get("kind"):
            found = True
            yield document.index, body
            continue
        if not found and not _like_a_manifest(text):
            return
        if isinstance(body, dict):
            raise _kindless(text, name, document.index, body)
        raise refused(
            FailureKind.OUTPUT,
            f'Failed to unmarshal "{name}": failed to unmarshal manifest: a document '
            "is no object",
        ).at(text.at(document.position.line))


def _like_a_manifest(text: SourceText) -> bool:
    return all(word in text.text for word in _LIKE_A_MANIFEST)
