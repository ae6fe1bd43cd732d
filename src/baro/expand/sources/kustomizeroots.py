"""The kustomizations that a build joins, and the files that it needs."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.stop import reading, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.text import SourceText
from baro.model.yamltext import YamlError

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MOST_ROOTS = 200
"""Kustomizations that one build may join."""

_REMOTE = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*::?//|[^/]*@[^/]*:|github\.com[/:]|.*\?ref="
)
_PLUGINS = ("transformers", "generators", "validators")
_LOOPBACK = re.compile(
    r"https?://(?:[^/\s@]*@)?(?:localhost|127\.[0-9.]+|\[[0:]*:1\])", re.IGNORECASE
)
"""Go asks no proxy for these, so the wall around the build does not hold them."""


class Kustomization(Struct, frozen=True, eq=False):
    """A kustomization: its folder, its file, and what that says.

    A folder without one has neither `file` nor `text`; Kustomize will say so.
    """

    folder: str
    file: str = ""
    text: SourceText | None = None
    body: Mapping[str, Any] = {}


def read_kustomization(tree: Tree, folder: str) -> Kustomization:
    """Return the kustomization of a folder.

    Raises:
        StoppedError: it cannot be read, or Kustomize would refuse it.
    """
    for name in KUSTOMIZATIONS:
        file = posixpath.normpath(posixpath.join(folder or ".", name))
        if tree.is_file(file):
            text, body = _read(tree, file)
            return Kustomization(folder, file, text, body)
    return Kustomization(folder)


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


def joined(tree: Tree, top: Kustomization) -> list[Kustomization]:
    """Return the kustomizations that a build joins, `top` first.

    Raises:
        StoppedError: one stands elsewhere, cannot be read, or there are too many.
    """
    found = {top.folder: top}
    waiting = [top]
    while waiting:
        each = waiting.pop()
        for entry in _named(each.body):
            target = posixpath.normpath(posixpath.join(each.folder or ".", entry))
            if tree.is_file(target):
                continue
            if _REMOTE.match(entry):
                raise unknown(f"kustomize base {entry}", "a remote base is not fetched")
            inside = target != ".." and not target.startswith("../")
            if not inside or target in found or not tree.is_dir(target):
                continue
            found[target] = read_kustomization(tree, target)
            waiting.append(found[target])
            if len(found) > MOST_ROOTS:
                reason = f"it joins more than {MOST_ROOTS} kustomizations"
                raise unknown(f"kustomization {top.folder}", reason)
    return list(found.values())


def needed(tree: Tree, kustomizations: Sequence[Kustomization]) -> list[str]:
    """Return the files that a build may read.

    Kustomize reads nothing outside the folders of the kustomizations themselves.

    Raises:
        StoppedError: a plugin may reach for this machine.
    """
    files = sorted(
        {file for each in kustomizations for file in tree.files(each.folder)}
    )
    if any(each.body.get(key) for each in kustomizations for key in _PLUGINS):
        _refuse_loopback(tree, files)
    return files


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


def _named(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a kustomization names that may be a folder, a file or a URL."""
    for key in (
        *("resources", "bases", "components", "crds", "configurations"),
        *("transformers", "generators", "validators", "patchesStrategicMerge"),
    ):
        yield from words(body.get(key))
    for key in ("patches", "patchesJson6902", "replacements"):
        for entry in _maps(body.get(key)):
            yield from words([entry.get("path")])
    openapi = body.get("openapi")
    if isinstance(openapi, Mapping):
        yield from words([openapi.get("path")])
    for key in ("configMapGenerator", "secretGenerator"):
        for entry in _maps(body.get(key)):
            files = words(entry.get("files"))
            yield from (word.rpartition("=")[2] for word in files)
            yield from words(entry.get("envs"))


def _maps(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (v for v in value if isinstance(v, Mapping))


def words(value: object) -> Iterator[str]:
    """Yield the texts of a list that have one line."""
    if isinstance(value, list):
        yield from (v for v in value if isinstance(v, str) and "\n" not in v)
