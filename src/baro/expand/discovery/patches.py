"""Files that are parts of objects, not objects: Kustomize's patches."""

from collections.abc import Iterator, Sequence
from typing import Any

from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.sources.kustomizeroots import KUSTOMIZATIONS
from baro.expand.trees import treepath
from baro.model import yamltext
from baro.model.tolerant import sequence

_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902", "replacements")


def patch_files(tree: Tree, files: Sequence[str]) -> frozenset[str]:
    """Return the files that some kustomization of the tree uses as a patch."""
    found: set[str] = set()
    for file in files:
        folder, _, name = file.rpartition("/")
        if name in KUSTOMIZATIONS:
            for patch in _named(document_of(tree, file)):
                try:
                    found.add(treepath.normal(f"{folder}/{patch}".lstrip("/")))
                except treepath.OutsideError:
                    continue
    return frozenset(found)


def document_of(tree: Tree, file: str) -> Any:
    """Return what the first document of a file holds, nothing for a broken one."""
    try:
        documents = tree.text(file).documents
    except (UnreadableFileError, FileNotFoundError, yamltext.YamlError):
        # Whoever builds it will say so.
        return None
    return documents[0].value if documents else None


def _named(kustomization: Any) -> Iterator[str]:
    if not isinstance(kustomization, dict):
        return
    for key in _PATCHES:
        for entry in sequence(kustomization.get(key)):
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str) and "\n" not in path:
                yield path
