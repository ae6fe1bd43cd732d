"""A Kustomize source: built by the `kustomize` program, in a copy, without network."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.kustomizecharts import Charts, inflated
from baro.expand.sources.kustomizeedit import edited
from baro.expand.sources.kustomizeroots import (
    Kustomization,
    joined,
    needed,
    read_kustomization,
    words,
)
from baro.expand.sources.prepared import Printed
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.sources.split import OutputError, explode, pieces, read_object
from baro.expand.stop import reading, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.origin import OriginKind
from baro.model.text import SourceText

LARGEST_COPY = 100 * 1024 * 1024
"""Bytes that one build may need."""

_ORIGIN = "config.kubernetes.io/origin"


class Builder(Struct, frozen=True):
    """What builds a kustomization; `environment` fills in options of the source."""

    program: Kustomize | None
    charts: Charts
    environment: Mapping[str, str] = {}


def print_kustomize(
    spec: SourceSpec, tree: Tree, path: str, builder: Builder
) -> Iterator[Printed]:
    """Yield the objects that a kustomization builds.

    Raises:
        StoppedError: Kustomize refuses it, it needs the network, or there is no
            program to build it with.
    """
    if builder.program is None:
        raise unknown(
            f"kustomization {path}",
            "there is no kustomize or kubectl program to build it with",
            "kustomize on PATH",
        )
    found = read_kustomization(tree, path)
    if found.text is None:
        message = "kustomization file not found in the path"
        raise refused(FailureKind.PATH, message, spec.at("path"))

    def component_exists(component: str) -> bool:
        return tree.is_dir(posixpath.normpath(posixpath.join(path or ".", component)))

    whole = edited(found.body, spec, builder.environment, component_exists)
    known = list(words(found.body.get("buildMetadata")))
    asked = "originAnnotations" in known
    if not asked:
        whole["buildMetadata"] = [*known, "originAnnotations"]
    top = Kustomization(path, found.file, found.text, whole)
    files, texts = _copied(tree, top, builder.charts)
    output = builder.program.build(files, path)
    yield from _objects(output, tree, path, {"": found.text, **texts}, strip=not asked)


def _copied(
    tree: Tree, top: Kustomization, charts: Charts
) -> tuple[dict[str, bytes], dict[str, SourceText]]:
    """Return the files of a build, and who asked for those that nobody wrote."""
    every = joined(tree, top)
    files = _contents(tree, needed(tree, every))
    files[top.file] = json.dumps(top.body).encode()
    texts: dict[str, SourceText] = {}
    for each in every:
        if each.text is None or not each.body.get("helmCharts"):
            continue
        body, made = inflated(each, tree, charts, str(top.body.get("namespace") or ""))
        files |= {each.file: json.dumps(body).encode(), **made}
        texts |= dict.fromkeys(made, each.text)
    return files, texts


def _contents(tree: Tree, files: Iterable[str]) -> dict[str, bytes]:
    left = LARGEST_COPY
    found: dict[str, bytes] = {}
    for file in files:
        with reading(file):
            found[file] = tree.read(file)
        left -= len(found[file])
        if left < 0:
            reason = f"the build needs more than {LARGEST_COPY >> 20} MiB of files"
            raise unknown("kustomize", reason)
    return found


def _objects(
    output: str, tree: Tree, path: str, texts: Mapping[str, SourceText], *, strip: bool
) -> Iterator[Printed]:
    text = texts[""]
    for piece in pieces(output):
        try:
            body = read_object(piece)
        except OutputError as error:
            raise refused(FailureKind.OUTPUT, error.message).at(text.at()) from error
        if body is None:
            continue
        file = _origin_file(body, tree, path, texts)
        bare = _without_origin(body) if strip else body
        for inner in explode(bare):
            yield Printed(inner, OriginKind.KUSTOMIZE, file or text)


def _origin_file(
    body: Mapping[str, Any], tree: Tree, path: str, texts: Mapping[str, SourceText]
) -> SourceText | None:
    """Return the file that an object comes from, as Kustomize says."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    said = annotations.get(_ORIGIN) if isinstance(annotations, Mapping) else None
    if not isinstance(said, str):
        return None
    found = re.search(r"^(?:path|configuredIn): (.+)$", said, re.MULTILINE)
    if found is None:
        return None
    file = posixpath.normpath(posixpath.join(path or ".", found[1].strip()))
    if file in texts:
        return texts[file]
    try:
        return tree.text(file) if tree.is_file(file) else None
    except UnreadableFileError:
        return None


def _without_origin(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = body.get("metadata")
    if not isinstance(metadata, Mapping):
        return body
    annotations = metadata.get("annotations")
    if not isinstance(annotations, Mapping) or _ORIGIN not in annotations:
        return body
    kept = {k: v for k, v in annotations.items() if k != _ORIGIN}
    bare = {k: v for k, v in metadata.items() if k != "annotations"}
    return {**body, "metadata": {**bare, "annotations": kept} if kept else bare}
