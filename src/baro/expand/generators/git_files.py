"""Files of a repository, and the parameters that stand in them."""

# Argo CD: applicationset/generators/repo_path_utils.go, parseFileParams;
# util/git/client.go, LsFiles

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from baro.expand.applicationsets.gotext import flattened, printed
from baro.expand.applicationsets.gotypes import GoType, decoding_error, misfits
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Refusal,
    RefusedError,
    Surroundings,
)
from baro.expand.generators.git_directories import folders
from baro.expand.generators.paths import of_file
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.sources.pathpattern import PatternError, doublestar_pattern
from baro.expand.trees.pathspec import PathspecError, matching
from baro.expand.values.yamlwords import YamlTextError, decoded
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap

LISTING = "error retrieving Git files"
_FAILED = "error generating params from git: "
_SET = GoType("map[string]interface {}", "object")
_SETS = GoType("[]map[string]interface {}", "array", element=_SET)


class _UnparsedError(ValueError):
    """A file is no object and no list of objects; the text is Argo CD's."""


def drafts(
    spec: Mapping[str, Any], tree: Tree, path: FieldPath, around: Surroundings
) -> Drafts:
    """Return the sets of each file that is included and not excluded, by path.

    A file that cannot be read leaves a gap.
    """
    url = spec.get("repoURL") or ""
    prefix = spec.get("pathParamPrefix") or ""
    found: list[Draft] = []
    for file in _selected(spec["files"], tree, url, path, around):
        failed = f"{_FAILED}unable to process file '{file}' from repository '{url}': "
        try:
            sets = _parsed(tree.read(file).decode("utf-8", "replace"))
        except (OSError, UnreadableFileError) as error:
            around.account.gap(path, _unread(file, error, path, around))
            continue
        except _UnparsedError as error:
            place = tree.text(file).at() if tree.is_file(file) else None
            refusal = Refusal(f"{failed}{error}", (*path, "files"), place)
            return Drafts(found, spec.get("values") or {}, refusal)
        for each in sets:
            params = _params(each, file, prefix, nested=around.go_template)
            wrapping = f"{failed}failed to append templated values: "
            found.append(Draft(params, wrapping))
    return Drafts(found, spec.get("values") or {})


def _selected(
    items: Sequence[Mapping[str, Any]],
    tree: Tree,
    url: str,
    path: FieldPath,
    around: Surroundings,
) -> list[str]:
    chosen: set[str] = set()
    filled = [item or {} for item in items]
    ordered = sorted(enumerate(filled), key=lambda each: bool(each[1].get("exclude")))
    for index, item in ordered:
        pattern = item.get("path") or ""
        at = (*path, "files", index, "path")
        if around.new_git_file_globbing:
            named = _globbed(pattern, tree, url, at, around)
        else:
            named = _listed(pattern, tree, url, at, around)
        if item.get("exclude"):
            chosen.difference_update(named)
        else:
            chosen.update(named)
    return sorted(chosen)


def _listed(
    pattern: str, tree: Tree, url: str, at: FieldPath, around: Surroundings
) -> list[str]:
    """Return what `git ls-files` lists: here `*` crosses folders."""
    try:
        return matching(pattern, tree.files())
    except PathspecError as error:
        _refuse(
            f"unable to list files. {_where(pattern, tree, url)}: {error}", at, around
        )


def _globbed(
    pattern: str, tree: Tree, url: str, at: FieldPath, around: Surroundings
) -> list[str]:
    """Return what doublestar finds; a folder among it is a failure."""
    cleaned = posixpath.normpath(pattern.lstrip("/") or ".")
    try:
        wanted = doublestar_pattern(cleaned)
    except PatternError as error:
        _refuse(
            f"unable to list files. {_where(pattern, tree, url)}: {error}", at, around
        )
    files = tree.files()
    for folder in (".git", *folders(files, hidden=True)):
        if wanted.matches(folder):
            message = f"read {folder}: is a directory"
            place = _where(pattern, tree, url)
            _refuse(f"unable to read files. {place}: {message}", at, around)
    return [file for file in files if wanted.matches(file)]


def _where(pattern: str, tree: Tree, url: str) -> str:
    return f"repo {url} with revision {tree.commit} pattern {pattern}"


def _refuse(message: str, at: FieldPath, around: Surroundings) -> NoReturn:
    said = f"{_FAILED}{LISTING}: rpc error: code = Internal desc = {message}"
    raise RefusedError(Refusal(said, at, around.locate(at)))


def _parsed(text: str) -> list[Params]:
    try:
        found = decoded(text)
    except YamlTextError as error:
        words = f"unable to parse file: error converting YAML to JSON: {error}"
        raise _UnparsedError(words) from error
    if found is None or isinstance(found, Mapping):
        return [dict(found or {})]
    misfit = next(misfits(found, _SETS), None)
    if misfit is not None:
        raise _UnparsedError(
            "unable to parse file: error unmarshaling JSON: while decoding JSON: "
            f"{decoding_error(misfit, _SETS)}"
        )
    return [dict(each or {}) for each in found]


def _params(content: Params, file: str, prefix: str, *, nested: bool) -> Params:
    of_path = of_file(file, prefix, nested=nested)
    if nested:
        return {**content, **of_path}
    flat = {key: printed(value) for key, value in flattened(content).items()}
    return {**flat, **of_path}


def _unread(file: str, error: Exception, path: FieldPath, around: Surroundings) -> Gap:
    return Gap(
        subject=file,
        reason=f"{file} cannot be read: {error}",
        location=around.locate((*path, "files")),
        ref=around.applicationset.ref,
    )
