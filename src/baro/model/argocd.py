"""Typed, frozen views over the bodies of Argo CD's own objects."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.tolerant import mapping, maps, sequence

GROUP = "argoproj.io"
"""The API group of Argo CD's own objects."""
DEFAULT_PROJECT = "default"
RESOURCES_FINALIZER = "resources-finalizer.argocd.argoproj.io"


class Destination(Struct, frozen=True):
    """Where an Application puts its objects; `server` and `name` exclude each other."""

    server: str
    name: str
    namespace: str

    @property
    def local(self) -> bool:
        """Tell whether it means the cluster that Argo CD runs in."""
        if self.name:
            return self.name == LOCAL_NAME
        return self.server.rstrip("/") == LOCAL_SERVER

    def __str__(self) -> str:
        """Return the cluster, as the Application names it."""
        return self.name or self.server


class Source(Struct, frozen=True, eq=False):
    """One source of an Application; `within` is its place in the object."""

    body: Mapping[str, Any]
    within: FieldPath

    @property
    def repo_url(self) -> str:
        """Return the repository's URL, as written."""
        return _text(self.body, "repoURL")

    @property
    def path(self) -> str:
        """Return the folder, as written."""
        return _text(self.body, "path")

    @property
    def chart(self) -> str:
        """Return the chart's name in a Helm repository."""
        return _text(self.body, "chart")

    @property
    def ref(self) -> str:
        """Return the name by which other sources' value files reach this one."""
        return _text(self.body, "ref")

    @property
    def target_revision(self) -> str:
        """Return the revision, as written; empty means HEAD."""
        return _text(self.body, "targetRevision")

    @property
    def helm(self) -> Mapping[str, Any]:
        """Return the Helm block; an empty map where there is none."""
        return mapping(self.body.get("helm"))

    @property
    def references(self) -> frozenset[str]:
        """Return the refs (without `$`) that value files and parameters use."""
        files = self.helm.get("fileParameters")
        texts = [
            *_texts(self.helm.get("valueFiles")),
            *(_text(parameter, "path") for parameter in maps(files)),
        ]
        return frozenset(t[1:].partition("/")[0] for t in texts if t.startswith("$"))


class Application(Struct, frozen=True, eq=False):
    """Reads an Application."""

    manifest: Manifest

    @property
    def multiple(self) -> bool:
        """Tell whether `spec.sources` is in force (then `spec.source` is ignored)."""
        return bool(self.manifest.sequence("spec", "sources"))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the sources that are in force."""
        several = self.manifest.sequence("spec", "sources")
        if several:
            return tuple(
                Source(body, ("spec", "sources", index))
                for index, body in enumerate(several)
                if isinstance(body, Mapping)
            )
        single = self.manifest.mapping("spec", "source")
        return (Source(single, ("spec", "source")),) if single else ()

    @property
    def destination(self) -> Destination:
        """Return the destination."""
        body = self.manifest.mapping("spec", "destination")
        return Destination(
            _text(body, "server"), _text(body, "name"), _text(body, "namespace")
        )

    @property
    def project(self) -> str:
        """Return the AppProject's name; no name means `default`."""
        return self.manifest.text("spec", "project") or DEFAULT_PROJECT

    @property
    def automated(self) -> bool:
        """Tell whether Argo CD syncs it by itself."""
        block = self.manifest.get("spec", "syncPolicy", "automated")
        return isinstance(block, Mapping) and block.get("enabled") is not False

    @property
    def sync_options(self) -> tuple[str, ...]:
        """Return the sync options of the whole Application."""
        return tuple(_texts(self.manifest.get("spec", "syncPolicy", "syncOptions")))

    @property
    def creates_namespace(self) -> bool:
        """Tell whether a sync makes the destination namespace."""
        return "CreateNamespace=true" in self.sync_options

    @property
    def retry_limit(self) -> int | None:
        """Return how often a failed sync is retried; None where nothing is said."""
        limit = self.manifest.get("spec", "syncPolicy", "retry", "limit")
        whole = isinstance(limit, int) and not isinstance(limit, bool)
        return limit if whole else None

    @property
    def cascades(self) -> bool:
        """Tell whether its deletion deletes what it deployed."""
        return any(
            finalizer.partition("/")[0] == RESOURCES_FINALIZER
            for finalizer in _texts(self.manifest.get("metadata", "finalizers"))
        )


class ApplicationSet(Struct, frozen=True, eq=False):
    """Reads an ApplicationSet."""

    manifest: Manifest

    @property
    def go_template(self) -> bool:
        """Tell whether its templates are Go's."""
        return self.manifest.get("spec", "goTemplate") is True

    @property
    def refuses_missing_keys(self) -> bool:
        """Tell whether a missing key fails the template."""
        options = _texts(self.manifest.get("spec", "goTemplateOptions"))
        return self.go_template and "missingkey=error" in options

    @property
    def policy(self) -> str:
        """Return what it may do to existing Applications: `sync` unless it says so."""
        return self.manifest.text("spec", "syncPolicy", "applicationsSync") or "sync"

    @property
    def deletes(self) -> bool:
        """Tell whether it deletes Applications that it no longer generates."""
        return self.policy in ("sync", "create-delete")

    @property
    def preserves_resources(self) -> bool:
        """Tell whether what its Applications deployed survives their deletion."""
        path = ("spec", "syncPolicy", "preserveResourcesOnDeletion")
        finalizers = self.manifest.get("spec", "template", "metadata", "finalizers")
        return self.manifest.get(*path) is True and not finalizers

    @property
    def name_template(self) -> str:
        """Return the template of the Applications' names."""
        return self.manifest.text("spec", "template", "metadata", "name")

    def generators(self) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
        """Yield each entry of every list of generators, nested ones included."""
        yield from _generators(
            self.manifest.get("spec", "generators"), ("spec", "generators")
        )


def _generators(
    entries: object, within: FieldPath
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    for index, entry in enumerate(sequence(entries)):
        if not isinstance(entry, Mapping):
            continue
        yield (*within, index), entry
        for parent in ("matrix", "merge"):
            children = mapping(entry.get(parent)).get("generators")
            yield from _generators(children, (*within, index, parent, "generators"))


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> Sequence[str]:
    return [each for each in sequence(value) if isinstance(each, str)]
