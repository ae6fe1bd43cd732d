"""Objects of files that a kustomization patches before anybody applies them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from baro.expand.discovery.patches import document_of
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.sources.kustomizeroots import KUSTOMIZATIONS
from baro.expand.trees import treepath
from baro.model import yamltext
from baro.model.manifest import Manifest
from baro.model.tolerant import mapping, maps, sequence, text

_INCLUDES = ("resources", "bases", "components")
_PATCHES = ("patches", "patchesJson6902")


class Overlaid(Struct, frozen=True, eq=False):
    """An object of a file, and the kustomizations that patch it.

    `by` are folders: of two of which one builds on the other, the outer one. `within`
    are the folders of all kustomizations that the file is part of.
    """

    manifest: Manifest
    file: str
    by: tuple[str, ...]
    within: frozenset[str]


class Patch(Struct, frozen=True):
    """What a patch is for; patterns of Kustomize's, which match the whole word."""

    kind: str = ""
    name: str = ""

    def fits(self, manifest: Manifest) -> bool:
        """Tell whether an object is meant."""
        return _matches(self.kind, manifest.kind) and _matches(
            self.name, manifest.ref.name
        )


def _matches(pattern: str, word: str) -> bool:
    if not pattern:
        return True
    try:
        return re.fullmatch(pattern, word) is not None
    except re.error:
        return pattern == word


@dataclass
class Overlays:
    """Which kustomizations of a tree build on which, and what they patch."""

    above: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By a file or folder: the folders of the kustomizations that name it."""
    patches: dict[str, list[Patch]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Tree, files: Iterable[str]) -> "Overlays":
        """Read the kustomizations of a tree; one that is broken patches nothing."""
        found = cls()
        for file in files:
            folder, _, name = file.rpartition("/")
            if name not in KUSTOMIZATIONS:
                continue
            body = mapping(document_of(tree, file))
            for key in _INCLUDES:
                for path in _inside(folder, sequence(body.get(key))):
                    found.above[path].add(folder)
            found.patches[folder] = list(_patches(tree, folder, body))
        return found

    def on(self, manifest: Manifest, file: str) -> Overlaid | None:
        """Return who patches an object of a file, None where nobody does."""
        within = self._above(file)
        by = {each for each in within if self._patched(each, manifest)}
        outer = [each for each in by if not by & self._above(each)]
        # A ring of kustomizations has no outer one, and Kustomize refuses it.
        if not outer:
            return None
        return Overlaid(manifest, file, tuple(sorted(outer)), frozenset(within))

    def _patched(self, folder: str, manifest: Manifest) -> bool:
        return any(patch.fits(manifest) for patch in self.patches.get(folder, ()))

    def _above(self, path: str) -> set[str]:
        found: set[str] = set()
        waiting = [path]
        while waiting:
            for folder in self.above.get(waiting.pop(), ()):
                if folder not in found:
                    found.add(folder)
                    waiting.append(folder)
        return found


def overlaid(
    tree: Tree, manifests: Sequence[Manifest], kinds: Collection[str]
) -> Iterator[Overlaid]:
    """Yield the objects of some kinds that kustomizations patch."""
    files = [f for f in tree.files() if f.rpartition("/")[2] in KUSTOMIZATIONS]
    overlays = Overlays.of(tree, files)
    label = _label(tree, files)
    for manifest in manifests:
        text_of = manifest.origin.text
        if text_of is not None and label is not None and manifest.kind in kinds:
            found = overlays.on(manifest, text_of.file.removeprefix(label))
            if found is not None:
                yield found


def _label(tree: Tree, files: Iterable[str]) -> str | None:
    """Return what stands in front of a path where a text names its file."""
    for file in files:
        try:
            return tree.text(file).file.removesuffix(file)
        except UnreadableFileError:
            continue
    return None


def _inside(folder: str, paths: Iterable[Any]) -> Iterator[str]:
    for path in paths:
        if isinstance(path, str) and "\n" not in path and "://" not in path:
            try:
                yield treepath.normal(f"{folder}/{path}".lstrip("/"))
            except treepath.OutsideError:
                continue


def _patches(tree: Tree, folder: str, body: Mapping[str, Any]) -> Iterator[Patch]:
    for key in _PATCHES:
        for entry in maps(body.get(key)):
            target = mapping(entry.get("target"))
            if target:
                yield Patch(text(target.get("kind")), text(target.get("name")))
            else:
                written = entry.get("patch") or entry.get("path")
                yield from _strategic(tree, folder, [written])
    yield from _strategic(tree, folder, sequence(body.get("patchesStrategicMerge")))
    for entry in maps(body.get("replacements")):
        yield from _replaced(entry)
        for file in _inside(folder, [entry.get("path")]):
            written = document_of(tree, file)
            for each in written if isinstance(written, list) else [written]:
                yield from _replaced(mapping(each))


def _replaced(replacement: Mapping[str, Any]) -> Iterator[Patch]:
    """Yield what a replacement writes into; names there are no patterns."""
    for target in maps(replacement.get("targets")):
        select = mapping(target.get("select"))
        kind, name = text(select.get("kind")), text(select.get("name"))
        yield Patch(re.escape(kind), re.escape(name))


def _strategic(tree: Tree, folder: str, entries: Iterable[Any]) -> Iterator[Patch]:
    """Yield what patches are for that say it themselves, in a file or in line."""
    for entry in entries:
        if isinstance(entry, str) and "\n" in entry:
            try:
                documents = [each.value for each in yamltext.read(entry)]
            except yamltext.YamlError:
                continue
        else:
            documents = [document_of(tree, file) for file in _inside(folder, [entry])]
        for document in documents:
            body = mapping(document)
            name = text(mapping(body.get("metadata")).get("name"))
            if name:
                yield Patch(re.escape(text(body.get("kind"))), re.escape(name))
