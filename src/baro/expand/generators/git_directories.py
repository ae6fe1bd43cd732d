"""Folders of a repository, by Go's `path.Match`."""

# Argo CD: applicationset/generators/repo_path_utils.go, filterPaths;
# reposerver/repository/repository.go, GetGitDirectories

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from baro.expand.generators.generator import Draft, Drafts, Surroundings
from baro.expand.generators.paths import of_folder
from baro.expand.ports import Tree
from baro.expand.sources.pathpattern import PathPattern, PatternError, go_pattern
from baro.model.fieldpath import FieldPath

LISTING = "error getting directories from git: error retrieving Git Directories"
_VALUES = (
    "error generating params from git: error generating params from apps: "
    "failed to append templated values: "
)


def drafts(
    spec: Mapping[str, Any], tree: Tree, path: FieldPath, around: Surroundings
) -> Drafts:
    """Return a set for each folder that some pattern names and none excludes."""
    del path
    prefix = spec.get("pathParamPrefix") or ""
    known = around.account.folders
    if id(tree) not in known:
        known[id(tree)] = folders(tree.files())
    found = selected(spec["directories"], known[id(tree)])
    return Drafts(
        [
            Draft(of_folder(each, prefix, nested=around.go_template), _VALUES)
            for each in found
        ],
        spec.get("values") or {},
    )


def folders(files: Iterable[str], *, hidden: bool = False) -> list[str]:
    """Return the folders that hold files, without the root, as a walk meets them.

    Hidden ones, and all below them, only where they are asked for.
    """
    found: set[str] = set()
    for file in files:
        folder = file.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    shown = (each for each in found if hidden or not _is_hidden(each))
    return sorted(shown, key=lambda each: each.split("/"))


def _is_hidden(folder: str) -> bool:
    return folder.startswith(".") or "/." in folder


def selected(items: Sequence[Mapping[str, Any]], paths: Iterable[str]) -> list[str]:
    """Return the paths that are included and not excluded.

    A malformed pattern matches nothing; Argo CD only logs it.
    """
    included, excluded = _patterns(items, exclude=False), _patterns(items, exclude=True)
    return [
        path
        for path in paths
        if any(pattern.matches(path) for pattern in included)
        and not any(pattern.matches(path) for pattern in excluded)
    ]


def _patterns(
    items: Sequence[Mapping[str, Any]], *, exclude: bool
) -> list[PathPattern]:
    found = []
    for item in (written or {} for written in items):
        if bool(item.get("exclude")) is exclude:
            try:
                found.append(go_pattern(item.get("path") or ""))
            except PatternError:
                continue
    return found
