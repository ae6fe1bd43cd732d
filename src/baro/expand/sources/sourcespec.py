"""One source of an Application as written, with what the repository lays over it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from baro.expand.ports import Tree
from baro.expand.stop import reading, refused
from baro.model.expansion import FailureKind, SourceType
from baro.model.fieldpath import MISSING, FieldPath, get
from baro.model.manifest import Manifest
from baro.model.text import SourceText
from baro.model.tolerant import mapping, sequence
from baro.model.yamltext import YamlError

OVERRIDES = ".argocd-source.yaml"
_OWN_OVERRIDES = ".argocd-source-{name}.yaml"
_KEPT = ("chart", "path", "repoURL", "targetRevision")
_TYPES = {
    "kustomize": SourceType.KUSTOMIZE,
    "helm": SourceType.HELM,
    "directory": SourceType.DIRECTORY,
    "plugin": SourceType.PLUGIN,
}


_SINGLE: tuple[FieldPath, ...] = (
    ("spec", "source"),
    ("spec", "sourceHydrator", "drySource"),
)


class SourceSpec(Struct, frozen=True, eq=False):
    """A source's spec: `body` is what counts, `overrides` the files laid over it."""

    application: Manifest
    within: FieldPath
    body: Mapping[str, Any]
    multiple: bool = False
    overrides: tuple[tuple[SourceText, Mapping[str, Any]], ...] = field(default=())

    def word(self, key: str) -> str:
        """Return the string under `key`, empty where there is none."""
        value = self.body.get(key)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def section(self, key: str) -> Mapping[str, Any]:
        """Return the options of one tool, such as `kustomize`."""
        return mapping(self.body.get(key))

    @property
    def helm(self) -> Mapping[str, Any]:
        """Return the options of Helm."""
        return self.section("helm")

    @property
    def value_files(self) -> Sequence[str]:
        """Return `helm.valueFiles` as written."""
        return [str(entry) for entry in sequence(self.helm.get("valueFiles"))]

    def entries(self, *path: str) -> Iterator[Mapping[str, Any]]:
        """Yield the maps of a list."""
        yield from map(mapping, sequence(get(self.body, path)))

    def at(self, *path: str | int) -> FieldPath:
        """Return where in the Application a field of the source stands."""
        return (*self.within, *path)

    def place(self, *path: str | int) -> tuple[SourceText | None, FieldPath]:
        """Return the override file that sets a field, and where in it; else nothing."""
        for text, body in reversed(self.overrides):
            if get(body, path[:2], MISSING) is not MISSING:
                return text, tuple(path)
        return None, ()

    def explicit_type(self) -> SourceType | None:
        """Return the type that the spec names.

        Raises:
            StoppedError: it names two.
        """
        # Argo CD: pkg/apis/application/v1alpha1/types.go, ExplicitType
        named = [key for key in _TYPES if self.body.get(key) is not None]
        if len(named) > 1:
            types = ",".join(str(_TYPES[key]) for key in named)
            raise refused(
                FailureKind.SPEC,
                f"multiple application sources defined: {types}",
                self.at(named[-1]),
            )
        return _TYPES[named[0]] if named else None


def specs_of(application: Manifest) -> Iterator[SourceSpec]:
    """Yield the sources of an Application; `spec.sources` hides `spec.source`."""
    listed = application.sequence("spec", "sources")
    if listed:
        for index, entry in enumerate(listed):
            at = ("spec", "sources", index)
            yield SourceSpec(application, at, mapping(entry), multiple=True)
        return
    for within in _SINGLE:
        written = application.get(*within)
        if isinstance(written, Mapping):
            yield SourceSpec(application, within, written)
            return


def overridden(spec: SourceSpec, tree: Tree, path: str, name: str) -> SourceSpec:
    """Lay `.argocd-source.yaml` and `.argocd-source-NAME.yaml` over a source.

    Raises:
        StoppedError: one of them is no map of YAML.
    """
    # Argo CD: reposerver/repository/repository.go, mergeSourceParameters
    body = spec.body
    found: list[tuple[SourceText, Mapping[str, Any]]] = []
    for file in (OVERRIDES, _OWN_OVERRIDES.format(name=name)):
        file_path = posixpath.normpath(posixpath.join(path or ".", file))
        if not tree.is_file(file_path):
            continue
        text, patch = _override(tree, file_path)
        body = merge_patch(body, patch)
        found.append((text, patch))
    if not found:
        return spec
    body = {k: v for k, v in body.items() if k not in _KEPT} | {
        key: spec.body[key] for key in _KEPT if key in spec.body
    }
    return replace(spec, body=body, overrides=tuple(found))


def _override(tree: Tree, path: str) -> tuple[SourceText, Mapping[str, Any]]:
    with reading(path):
        text = tree.text(path)
    try:
        documents = text.documents
    except YamlError as error:
        raise refused(
            FailureKind.SPEC,
            f"error getting app source type: error while parsing source parameters: "
            f"{path}: yaml: {error.message}",
        ).at(text.at(error.position.line if error.position else None)) from error
    patch = documents[0].value if documents else None
    if not isinstance(patch, Mapping):
        raise refused(
            FailureKind.SPEC,
            f"error getting app source type: error while parsing source parameters: "
            f"{path}: Invalid JSON Patch",
        ).at(text.at(1))
    return text, patch


def merge_patch(target: object, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return `target` with a JSON merge patch (RFC 7386) applied."""
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = merge_patch(result.get(key), value)
        else:
            result[key] = value
    return result
