"""A Kustomize source: built by the `kustomize` program, in a copy, without network."""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.kustomizeedit import edited
from baro.expand.sources.prepared import Printed
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.sources.split import OutputError, explode, pieces, read_object
from baro.expand.stop import reading, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.origin import OriginKind
from baro.model.text import SourceText
from baro.model.yamltext import YamlError

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
LARGEST_COPY = 100 * 1024 * 1024
"""Bytes that one build may need."""
MOST_ROOTS = 200
"""Kustomizations that one build may join."""

_REMOTE = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*::?//|[^/]*@[^/]*:|github\.com[/:]|.*\?ref="
)
_ORIGIN = "config.kubernetes.io/origin"


def print_kustomize(
    spec: SourceSpec,
    tree: Tree,
    path: str,
    environment: Mapping[str, str],
    kustomize: Kustomize | None,
) -> Iterator[Printed]:
    """Yield the objects that a kustomization builds.

    Raises:
        StoppedError: Kustomize refuses it, it needs the network, or there is no
            program to build it with.
    """
    if kustomize is None:
        raise unknown(
            f"kustomization {path}",
            "there is no kustomize or kubectl program to build it with",
            "kustomize on PATH",
        )
    file = _kustomization(tree, path)
    if file is None:
        message = "kustomization file not found in the path"
        raise refused(FailureKind.PATH, message, spec.at("path"))
    text, body = _read(tree, file)

    def component_exists(component: str) -> bool:
        return tree.is_dir(posixpath.normpath(posixpath.join(path or ".", component)))

    whole = edited(body, spec, environment, component_exists)
    known = list(_words(body.get("buildMetadata")))
    asked = "originAnnotations" in known
    if not asked:
        whole["buildMetadata"] = [*known, "originAnnotations"]
    files = _contents(tree, _needed(tree, path, whole))
    files[file] = json.dumps(whole).encode()
    output = kustomize.build(files, path)
    yield from _objects(output, tree, path, text, strip=not asked)


def _kustomization(tree: Tree, path: str) -> str | None:
    for name in KUSTOMIZATIONS:
        file = posixpath.normpath(posixpath.join(path or ".", name))
        if tree.is_file(file):
            return file
    return None


def _read(tree: Tree, file: str) -> tuple[SourceText, Mapping[str, Any]]:
    with reading(file):
        text = tree.text(file)
    try:
        documents = text.documents
    except YamlError as error:
        line = error.position.line if error.position else None
        message = f"invalid Kustomization: yaml: {error.message}"
        raise refused(FailureKind.RENDER, message).at(text.at(line)) from error
    body = documents[0].value if documents else {}
    if body is not None and not isinstance(body, dict):
        message = "invalid Kustomization: it is no map"
        raise refused(FailureKind.RENDER, message).at(text.at(1))
    return text, body or {}


def _needed(tree: Tree, path: str, body: Mapping[str, Any]) -> list[str]:
    """Return the files of every kustomization that a build joins.

    Kustomize reads nothing outside the folders of the kustomizations themselves.
    """
    roots = {path: body}
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        for entry in _joined(roots[folder]):
            target = posixpath.normpath(posixpath.join(folder or ".", entry))
            if tree.is_file(target):
                continue
            if _REMOTE.match(entry):
                raise unknown(f"kustomize base {entry}", "a remote base is not fetched")
            inside = target != ".." and not target.startswith("../")
            if not inside or target in roots or not tree.is_dir(target):
                continue
            file = _kustomization(tree, target)
            roots[target] = _read(tree, file)[1] if file is not None else {}
            waiting.append(target)
            if len(roots) > MOST_ROOTS:
                reason = f"it joins more than {MOST_ROOTS} kustomizations"
                raise unknown(f"kustomization {path}", reason)
    files = sorted({file for root in roots for file in tree.files(root)})
    if any(body.get(key) for body in roots.values() for key in _PLUGINS):
        _refuse_loopback(tree, files)
    return files


_PLUGINS = ("transformers", "generators", "validators")
_LOOPBACK = re.compile(
    r"https?://(?:[^/\s@]*@)?(?:localhost|127\.[0-9.]+|\[[0:]*:1\])", re.IGNORECASE
)
"""Go asks no proxy for these, so the wall around the build does not hold them."""


def _refuse_loopback(tree: Tree, files: Iterable[str]) -> None:
    """Refuse files that a plugin may take for an address on this machine.

    Raises:
        StoppedError: one names such an address.
    """
    for file in files:
        try:
            found = _LOOPBACK.search(tree.read(file).decode("utf-8", "replace"))
        except UnreadableFileError:
            continue
        if found is not None:
            reason = f"a plugin may reach for {found[0]}, which is not fetched"
            raise unknown(file, reason)


def _listed(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (v for v in value if isinstance(v, str))


def _joined(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a kustomization names that may be a folder, a file or a URL."""
    for key in (
        *("resources", "bases", "components", "crds", "configurations"),
        *("transformers", "generators", "validators", "patchesStrategicMerge"),
    ):
        yield from _words(body.get(key))
    for key in ("patches", "patchesJson6902", "replacements"):
        for entry in _maps(body.get(key)):
            yield from _words([entry.get("path")])
    openapi = body.get("openapi")
    if isinstance(openapi, Mapping):
        yield from _words([openapi.get("path")])
    for key in ("configMapGenerator", "secretGenerator"):
        for entry in _maps(body.get(key)):
            files = _words(entry.get("files"))
            yield from (word.rpartition("=")[2] for word in files)
            yield from _words(entry.get("envs"))


def _maps(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (v for v in value if isinstance(v, Mapping))


def _words(value: object) -> Iterator[str]:
    yield from (word for word in _listed(value) if "\n" not in word)


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
    output: str, tree: Tree, path: str, text: SourceText, *, strip: bool
) -> Iterator[Printed]:
    for piece in pieces(output):
        try:
            body = read_object(piece)
        except OutputError as error:
            raise refused(FailureKind.OUTPUT, error.message).at(text.at()) from error
        if body is None:
            continue
        file = _origin_file(body, tree, path)
        bare = _without_origin(body) if strip else body
        for inner in explode(bare):
            yield Printed(inner, OriginKind.KUSTOMIZE, file or text)


def _origin_file(body: Mapping[str, Any], tree: Tree, path: str) -> SourceText | None:
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
