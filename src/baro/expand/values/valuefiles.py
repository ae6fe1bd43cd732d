"""Value files: which ones a source names, and what stands in them."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct

from baro.expand.ports import Tree
from baro.expand.sources.pathpattern import PatternError, doublestar_pattern
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import reading, refused, unknown
from baro.expand.values.buildenv import substitute
from baro.expand.values.valuestext import ValuesTextError, values_of
from baro.model.expansion import FailureKind, MissingValueFile
from baro.model.fieldpath import FieldPath
from baro.model.text import SourceText
from baro.model.valueslayer import LayerKind, ValuesLayer

GLOBS_SINCE = (3, 4)
"""The Argo CD version from which value files may be named by a pattern."""
HELM_4_3 = (3, 6)
"""The Argo CD version that comes with Helm 4.3."""

MOST_NEIGHBOURS = 500
"""Files that are compared with one that is missing."""
LIKENESS = 0.8
"""How much alike two paths must be, of 1, to be taken for one another."""

_PLAIN_FOLDERS = re.compile(r"(?:[^*?\[\]{}\\/]+/)*")
_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_SCHEMES = ("https", "http")
"""`helm.valuesFileSchemes` of argocd-cm, as it is by default."""
_UNRESOLVABLE = "internal error: failed to resolve path. Check logs for more details"


@dataclass(frozen=True)
class ValuesSite:
    """Where the value files of one source are looked for.

    `references` holds the trees of `$ref` sources by `$name`; `environment` is the
    build environment; `version` the Argo CD version.
    """

    spec: SourceSpec
    tree: Tree
    path: str
    references: Mapping[str, Tree] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    version: tuple[int, int] = (3, 5)

    @property
    def unmarshalling(self) -> str:
        """Return what Helm says before it says why values do not parse."""
        return "cannot unmarshal yaml document: " if self.version >= HELM_4_3 else ""

    @cached_property
    def ignores_missing(self) -> bool:
        """Tell whether missing value files are skipped."""
        return self.spec.helm.get("ignoreMissingValueFiles") is True


class ValueFile(Struct, frozen=True):
    """A value file: as written, where, and what it resolves to."""

    entry: str
    within: FieldPath
    tree: Tree
    path: str


def value_files(
    site: ValuesSite,
) -> tuple[list[ValueFile], tuple[MissingValueFile, ...]]:
    """Find the value files: patterns written out, each file once."""
    # Argo CD: reposerver/repository/repository.go, getResolvedValueFiles
    named = [_located(site, i, e) for i, e in enumerate(site.spec.value_files)]
    explicit = {(id(f.tree), f.path) for f in named if not _is_glob(site, f.path)}
    found: dict[tuple[int, str], ValueFile] = {}
    missing: list[MissingValueFile] = []
    for file in named:
        key = (id(file.tree), file.path)
        if _is_glob(site, file.path):
            for match in _matches(site, file):
                if (id(match.tree), match.path) not in explicit:
                    found.setdefault((id(match.tree), match.path), match)
        elif file.tree.is_file(file.path) or file.tree.is_dir(file.path):
            found.setdefault(key, file)
        else:
            ignored = site.ignores_missing
            near = nearest_file(file.tree, file.path)
            missing.append(
                MissingValueFile(file.entry, file.path, file.within, ignored, near)
            )
            if not ignored:
                found.setdefault(key, file)
    return list(found.values()), tuple(missing)


def nearest_file(tree: Tree, path: str) -> str:
    """Return the file whose path is most like one that is not there; else nothing."""
    folder = posixpath.dirname(path)
    while folder and not tree.is_dir(folder):
        folder = posixpath.dirname(folder)
    return _most_like(path, tuple(tree.files(folder)[:MOST_NEIGHBOURS]))


@lru_cache(maxsize=4096)
def _most_like(path: str, candidates: tuple[str, ...]) -> str:
    found = get_close_matches(path, candidates, 1, LIKENESS)
    return found[0] if found else ""


def _located(site: ValuesSite, index: int, entry: str) -> ValueFile:
    prefix = "error resolving helm value files: error resolving value file path: "
    within = site.spec.at("helm", "valueFiles", index)
    tree, path = resolve(site, entry, within, prefix)
    return ValueFile(entry, within, tree, path)


def resolve(
    site: ValuesSite, entry: str, within: FieldPath, prefix: str
) -> tuple[Tree, str]:
    """Return the tree and the path that an entry of a source's spec names.

    Raises:
        StoppedError: it leaves its repository, or it is a URL.
    """
    # Argo CD: util/io/path/resolved.go, ResolveValueFilePathOrUrl
    name, _, rest = entry.partition("/")
    tree = site.references.get(name) if name.startswith("$") else None
    if tree is not None:
        prefix += "error resolving value file path: "
        text = substitute(f"/{rest}" if "/" in entry else "", site.environment)
    else:
        tree = site.tree
        text = substitute(entry, site.environment)
    url = _URL.match(text)
    if url is not None:
        if url[1].lower() in _SCHEMES:
            raise unknown(text, "a value file at a URL is not fetched")
        message = f"{prefix}the URL scheme '{url[1].lower()}' is not allowed"
        raise refused(FailureKind.VALUE_FILE, message, within)
    base = "" if text.startswith("/") or tree is not site.tree else site.path
    path = posixpath.normpath(posixpath.join(base or ".", text.lstrip("/")))
    if path == ".." or path.startswith("../"):
        message = f"{prefix}file '{text}' resolved to outside repository root"
        raise refused(FailureKind.VALUE_FILE, message, within)
    if path == ".":
        raise refused(FailureKind.VALUE_FILE, prefix + _UNRESOLVABLE, within)
    return tree, path


def _is_glob(site: ValuesSite, path: str) -> bool:
    return site.version >= GLOBS_SINCE and any(c in path for c in "*?[")


def _matches(site: ValuesSite, file: ValueFile) -> Iterator[ValueFile]:
    try:
        pattern = doublestar_pattern(file.path)
    except PatternError as error:
        raise refused(
            FailureKind.VALUE_FILE,
            "error resolving helm value files: error expanding glob pattern "
            f'"{file.entry}": {error}',
            file.within,
        ) from error
    plain = _PLAIN_FOLDERS.match(file.path)
    below = plain[0].rstrip("/") if plain is not None else ""
    found = [path for path in file.tree.files(below) if pattern.matches(path)]
    if not found and not site.ignores_missing:
        raise refused(
            FailureKind.VALUE_FILE,
            "error resolving helm value files: values file glob "
            f'"{file.entry}" matched no files',
            file.within,
        )
    for path in found:
        yield ValueFile(file.entry, file.within, file.tree, path)


def read_file(file: ValueFile) -> SourceText:
    """Return a value file's text.

    Raises:
        StoppedError: Helm could not read it, or we cannot.
    """
    if not file.tree.is_file(file.path) and file.tree.is_dir(file.path):
        message = f"read {file.path}: is a directory"
        raise refused(FailureKind.VALUE_FILE, message, file.within)
    try:
        with reading(file.path):
            return file.tree.text(file.path)
    except FileNotFoundError as error:
        message = f"open {file.path}: no such file or directory"
        raise refused(FailureKind.VALUE_FILE, message, file.within) from error


def file_layer(site: ValuesSite, file: ValueFile) -> ValuesLayer:
    """Return the layer that a value file makes.

    Raises:
        StoppedError: it cannot be read, or holds no values.
    """
    text = read_file(file)
    return ValuesLayer(
        kind=LayerKind.FILE,
        values=parsed(site, text, file.path, file.within),
        text=text,
        application=site.spec.application,
        within=file.within,
        entry=file.entry,
    )


def parsed(
    site: ValuesSite, text: SourceText, name: str, within: FieldPath
) -> dict[str, Any]:
    """Return the values in a text; `name` is what Helm calls it.

    Raises:
        StoppedError: it holds no values.
    """
    try:
        return values_of(text)
    except ValuesTextError as error:
        words = f"{site.unmarshalling}{error}"
        stopped = refused(
            FailureKind.VALUES, f"failed to parse {name}: {words}", within
        )
        if text.file:
            stopped = stopped.at(text.at(error.line))
        raise stopped from error
