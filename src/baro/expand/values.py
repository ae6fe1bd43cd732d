"""The values of a Helm source: every layer, weakest first, and what they make."""

import copy
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from baro.expand.buildenv import substitute
from baro.expand.pathpattern import PatternError, doublestar_pattern
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.setvalues import (
    SetSyntaxError,
    escape_commas,
    set_file_into,
    set_into,
    set_string_into,
)
from baro.expand.sourcespec import SourceSpec
from baro.expand.stop import refused, unknown
from baro.expand.valuestext import ValuesTextError, merged, values_of
from baro.model.expansion import (
    FailureKind,
    LayerKind,
    MissingValueFile,
    ValuesLayer,
)
from baro.model.fieldpath import FieldPath
from baro.model.text import SourceText

GLOBS_SINCE = (3, 4)
"""The Argo CD version from which value files may be named by a pattern."""

_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_SCHEMES = ("https", "http")
"""`helm.valuesFileSchemes` of argocd-cm, as it is by default."""
_INLINE = "<temp file with values from source.helm.values/valuesObject>"
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

    @cached_property
    def ignores_missing(self) -> bool:
        """Tell whether missing value files are skipped."""
        return self.spec.helm.get("ignoreMissingValueFiles") is True


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one source: its layers, weakest first, and what they make."""

    layers: tuple[ValuesLayer, ...] = ()
    merged: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[MissingValueFile, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    entry: str
    within: FieldPath
    tree: Tree
    path: str


def gather(site: ValuesSite) -> Values:
    """Read and merge all values of a source.

    Raises:
        StoppedError: Argo CD or Helm would refuse them, or a file cannot be read.
    """
    files, missing = _resolved(site)
    absent = next((m for m in missing if not m.ignored), None)
    layers: list[ValuesLayer] = []
    for file in files:
        if absent is not None and absent.within == file.within:
            break
        layers.append(_file_layer(site, file))
    if absent is not None:
        raise refused(
            FailureKind.VALUE_FILE,
            f"open {absent.path}: no such file or directory",
            absent.within,
            missing=missing,
        )
    layers.extend(_inline_layer(site.spec))
    values: dict[str, Any] = {}
    for layer in layers:
        values = merged(values, layer.values)
    values, parameters = _with_parameters(site, values)
    return Values((*layers, *parameters), values, missing)


def _resolved(site: ValuesSite) -> tuple[list[_File], tuple[MissingValueFile, ...]]:
    """Find the value files: patterns written out, each file once."""
    # Argo CD: reposerver/repository/repository.go, getResolvedValueFiles
    named = [_located(site, i, e) for i, e in enumerate(site.spec.value_files)]
    explicit = {(id(f.tree), f.path) for f in named if not _is_glob(site, f.path)}
    found: dict[tuple[int, str], _File] = {}
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
            gone = MissingValueFile(file.entry, file.path, file.within, ignored)
            missing.append(gone)
            if not ignored:
                found.setdefault(key, file)
    return list(found.values()), tuple(missing)


def _located(site: ValuesSite, index: int, entry: str) -> _File:
    prefix = "error resolving helm value files: error resolving value file path: "
    within = site.spec.at("helm", "valueFiles", index)
    tree, path = resolve(site, entry, within, prefix)
    return _File(entry, within, tree, path)


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


def _matches(site: ValuesSite, file: _File) -> Iterator[_File]:
    try:
        pattern = doublestar_pattern(file.path)
    except PatternError as error:
        raise refused(
            FailureKind.VALUE_FILE,
            "error resolving helm value files: error expanding glob pattern "
            f'"{file.entry}": {error}',
            file.within,
        ) from error
    found = [path for path in file.tree.files() if pattern.matches(path)]
    if not found and not site.ignores_missing:
        raise refused(
            FailureKind.VALUE_FILE,
            "error resolving helm value files: values file glob "
            f'"{file.entry}" matched no files',
            file.within,
        )
    for path in found:
        yield _File(file.entry, file.within, file.tree, path)


def _read(file: _File) -> SourceText:
    if not file.tree.is_file(file.path) and file.tree.is_dir(file.path):
        message = f"read {file.path}: is a directory"
        raise refused(FailureKind.VALUE_FILE, message, file.within)
    try:
        return file.tree.text(file.path)
    except FileNotFoundError as error:
        message = f"open {file.path}: no such file or directory"
        raise refused(FailureKind.VALUE_FILE, message, file.within) from error
    except UnreadableFileError as error:
        raise unknown(file.path, str(error)) from error


def _file_layer(site: ValuesSite, file: _File) -> ValuesLayer:
    text = _read(file)
    return ValuesLayer(
        kind=LayerKind.FILE,
        values=_parsed(text, file.path, file.within),
        text=text,
        application=site.spec.application,
        within=file.within,
        entry=file.entry,
    )


def _parsed(text: SourceText, name: str, within: FieldPath) -> dict[str, Any]:
    try:
        return values_of(text)
    except ValuesTextError as error:
        stopped = refused(
            FailureKind.VALUES, f"failed to parse {name}: {error}", within
        )
        if text.file:
            stopped = stopped.at(text.at(error.line))
        raise stopped from error


def _inline_layer(spec: SourceSpec) -> Iterator[ValuesLayer]:
    # Argo CD: pkg/apis/application/v1alpha1/values.go, ValuesYAML
    written = spec.helm.get("valuesObject")
    if written is not None:
        kind, key = LayerKind.OBJECT, "valuesObject"
        within = spec.at("helm", key)
        if not isinstance(written, Mapping):
            raise refused(
                FailureKind.VALUES,
                f"failed to parse {_INLINE}: error unmarshaling JSON: while decoding "
                "JSON: json: cannot unmarshal a value that is no map",
                within,
            )
        values = dict(written)
    else:
        kind, key = LayerKind.INLINE, "values"
        within = spec.at("helm", key)
        text = spec.helm.get(key)
        if not isinstance(text, str) or not text:
            return
        values = _parsed(SourceText("", text), _INLINE, within)
    text_of, under = spec.place("helm", key)
    yield ValuesLayer(kind, values, text_of, spec.application, within, key, under)


@dataclass(frozen=True, slots=True)
class _Parameter:
    index: int
    name: str
    value: str
    kind: LayerKind

    @property
    def list_name(self) -> str:
        files = self.kind is LayerKind.FILE_PARAMETER
        return "fileParameters" if files else "parameters"


def _parameters(spec: SourceSpec) -> Iterator[_Parameter]:
    """Yield the parameters in Helm's order; of two with one name the last wins."""
    last: dict[tuple[LayerKind, str], _Parameter] = {}
    for index, entry in enumerate(spec.entries("helm", "parameters")):
        forced = entry.get("forceString") is True
        kind = LayerKind.STRING_PARAMETER if forced else LayerKind.PARAMETER
        name, value = _word(entry.get("name")), _word(entry.get("value"))
        last[kind, name] = _Parameter(index, name, value, kind)
    for index, entry in enumerate(spec.entries("helm", "fileParameters")):
        kind = LayerKind.FILE_PARAMETER
        name, path = _word(entry.get("name")), _word(entry.get("path"))
        last[kind, name] = _Parameter(index, name, path, kind)
    order = list(LayerKind)
    yield from sorted(last.values(), key=lambda p: (order.index(p.kind), p.index))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _with_parameters(
    site: ValuesSite, values: dict[str, Any]
) -> tuple[dict[str, Any], list[ValuesLayer]]:
    parameters = list(_parameters(site.spec))
    if not parameters:
        return values, []
    values = copy.deepcopy(values)
    layers: list[ValuesLayer] = []
    for parameter in parameters:
        own: dict[str, Any] = {}
        within = site.spec.at("helm", parameter.list_name, parameter.index)
        _lay(site, parameter, within, (values, own))
        text, under = site.spec.place("helm", parameter.list_name, parameter.index)
        layers.append(
            ValuesLayer(
                parameter.kind,
                own,
                text,
                site.spec.application,
                within,
                parameter.name,
                under,
            )
        )
    return values, layers


def _lay(
    site: ValuesSite,
    parameter: _Parameter,
    within: FieldPath,
    targets: Iterable[dict[str, Any]],
) -> None:
    flag = {
        LayerKind.STRING_PARAMETER: "--set-string",
        LayerKind.FILE_PARAMETER: "--set-file",
    }.get(parameter.kind, "--set")
    try:
        for target in targets:
            if parameter.kind is LayerKind.FILE_PARAMETER:
                content = _file_content(site, parameter, within)
                set_file_into(target, f"{parameter.name}=-", _constant(content))
                continue
            value = escape_commas(substitute(parameter.value, site.environment))
            line = f"{parameter.name}={value}"
            if parameter.kind is LayerKind.STRING_PARAMETER:
                set_string_into(target, line)
            else:
                set_into(target, line)
    except SetSyntaxError as error:
        raise refused(
            FailureKind.VALUES, f"failed parsing {flag} data: {error}", within
        ) from error


def _constant(content: str) -> Callable[[str], str]:
    return lambda _: content


def _file_content(site: ValuesSite, parameter: _Parameter, within: FieldPath) -> str:
    entry = parameter.value
    known = entry.partition("/")[0] in site.references
    prefix = (
        "error resolving set-file path: "
        if known
        else "error resolving helm value file path: "
    )
    tree, path = resolve(site, entry, within, prefix)
    if not tree.is_file(path):
        raise refused(
            FailureKind.VALUE_FILE,
            f"failed parsing --set-file data: open {path}: no such file or directory",
            within,
        )
    return _read(_File(entry, within, tree, path)).text
