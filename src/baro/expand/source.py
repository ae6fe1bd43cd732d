"""Application -> its sources, prepared for the engine -> Renderings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from baro.expand.buildenv import build_environment, instance_name
from baro.expand.chartstore import ChartStore, StoredChart
from baro.expand.directory import print_directory
from baro.expand.helm import HelmSite, finish_helm, prepare_helm, stopped
from baro.expand.kustomize import Kustomize, print_kustomize
from baro.expand.ports import HelmEngine, RenderOutcome, Tree
from baro.expand.prepared import Destination, PreparedSource, Printed
from baro.expand.references import Reference, Repositories, references_of, trees_of
from baro.expand.scope import Scopes
from baro.expand.sourcespec import SourceSpec, overridden
from baro.expand.stop import StoppedError, refused, unknown
from baro.expand.values import ValuesSite
from baro.model.expansion import FailureKind, Rendering, Revision, SourceType
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin
from baro.model.secret import redact

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_OCI = "oci://"
_SINGLE: tuple[FieldPath, ...] = (
    ("spec", "source"),
    ("spec", "sourceHydrator", "drySource"),
)


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How Argo CD is set up: its version, and the namespace that it runs in."""

    version: tuple[int, int] = (3, 5)
    argocd_namespace: str = "argocd"
    kustomize: Kustomize | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What sources are read from."""

    repositories: Repositories
    charts: ChartStore
    options: SourceOptions = field(default_factory=SourceOptions)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the files of one source are."""

    tree: Tree
    path: str
    revision: Revision


def render_application(
    application: Manifest,
    sources: Sources,
    engine: HelmEngine,
    destination: Destination | None = None,
    scopes: Scopes | None = None,
) -> tuple[Rendering, ...]:
    """Render every source of one Application."""
    prepared = prepare_application(application, sources, destination)
    return tuple(render_prepared(prepared, engine, scopes))


def render_prepared(
    prepared: Sequence[PreparedSource],
    engine: HelmEngine,
    scopes: Scopes | None = None,
) -> Iterator[Rendering]:
    """Yield the renderings of many prepared sources, in order; one engine batch."""
    scopes = scopes or Scopes()
    requests = [p.request for p in prepared if p.request is not None]
    outcomes = iter(engine.render(requests)) if requests else iter(())
    for source in prepared:
        outcome = next(outcomes) if source.request is not None else None
        yield finish_source(source, outcome, scopes)


def prepare_application(
    application: Manifest, sources: Sources, destination: Destination | None = None
) -> tuple[PreparedSource, ...]:
    """Return the sources of an Application, ready for the engine.

    Nothing is raised: what stops a source is in its rendering.
    """
    destination = destination or Destination()
    specs = tuple(specs_of(application))
    if not specs:
        return (_without_source(application, destination),)
    listed = [spec.body for spec in specs] if specs[0].multiple else []
    try:
        references = references_of(listed, ("spec", "sources"))
    except StoppedError as error:
        return _all_stopped(specs, error, destination)
    return tuple(
        _prepare(spec, references, sources, destination, alone=len(specs) == 1)
        for spec in specs
    )


def specs_of(application: Manifest) -> Iterator[SourceSpec]:
    """Yield the sources of an Application; `spec.sources` hides `spec.source`."""
    listed = application.sequence("spec", "sources")
    if listed:
        for index, entry in enumerate(listed):
            body = entry if isinstance(entry, Mapping) else {}
            at = ("spec", "sources", index)
            yield SourceSpec(application, at, body, multiple=True)
        return
    for within in _SINGLE:
        written = application.get(*within)
        if isinstance(written, Mapping):
            yield SourceSpec(application, within, written)
            return


def _without_source(application: Manifest, destination: Destination) -> PreparedSource:
    rendering = Rendering(application, ("spec",), {}, SourceType.DIRECTORY)
    error = refused(
        FailureKind.SPEC,
        "spec.source.repoURL and either spec.source.path or spec.source.chart are "
        "required",
        ("spec", "source"),
    )
    return PreparedSource(stopped(rendering, error), destination)


def _all_stopped(
    specs: Sequence[SourceSpec], error: StoppedError, destination: Destination
) -> tuple[PreparedSource, ...]:
    """Give the refusal to the source that causes it; the others are not rendered."""
    path: FieldPath = getattr(error.cause, "path", ())
    prepared = []
    for spec in specs:
        rendering = Rendering(
            spec.application, spec.within, spec.body, SourceType.REFERENCE
        )
        mine = path[: len(spec.within)] == spec.within
        other = unknown(
            f"source {spec.word('path') or spec.word('chart')}",
            f"not rendered: another source of the Application is invalid: {error}",
        )
        prepared.append(
            PreparedSource(stopped(rendering, error if mine else other), destination)
        )
    return tuple(prepared)


def _prepare(
    spec: SourceSpec,
    references: Mapping[str, Reference],
    sources: Sources,
    destination: Destination,
    *,
    alone: bool,
) -> PreparedSource:
    known = Rendering(
        spec.application,
        spec.within,
        spec.body,
        SourceType.REFERENCE,
        namespace=spec.application.text("spec", "destination", "namespace"),
    )
    try:
        _check_spec(spec, alone=alone)
        if spec.within[1] == "sourceHydrator":
            known = replace(known, gaps=(_hydrated(spec),))
        place, known = _placed(spec, sources, known)
        if place is None:
            return PreparedSource(known, destination)
        name = instance_name(spec.application, sources.options.argocd_namespace)
        _check_path(spec, place)
        spec = overridden(spec, place.tree, place.path, name)
        known = replace(known, source=spec.body, type=_type(spec, place))
        environment = build_environment(
            name, spec.application, spec.body, place.revision
        )
        values = ValuesSite(
            spec=spec,
            tree=place.tree,
            path=_folder(place.path),
            environment=environment,
            version=sources.options.version,
        )
        site = HelmSite(values, sources.charts, destination, name)
        return _by_type(site, known, references, sources)
    except StoppedError as error:
        return PreparedSource(stopped(known, error), destination)


def _hydrated(spec: SourceSpec) -> Gap:
    return Gap(
        f"source {spec.word('path')}",
        "Argo CD applies what its hydrator has committed; shown is what the hydrator "
        "would make of the dry source now",
        location=spec.application.origin.locate(("spec", "sourceHydrator")),
        ref=spec.application.ref,
    )


def _check_spec(spec: SourceSpec, *, alone: bool) -> None:
    # Argo CD: util/argo/argo.go, validateSourcePermissions
    named = spec.word("path") or spec.word("chart")
    if spec.word("repoURL") and (named or (spec.multiple and spec.word("ref"))):
        return
    if not spec.multiple:
        raise refused(
            FailureKind.SPEC,
            "spec.source.repoURL and either spec.source.path or spec.source.chart are "
            "required",
            spec.within,
        )
    number = "" if alone else f" {spec.within[-1]}"
    raise refused(
        FailureKind.SPEC,
        "spec.source.repoURL and either source.path, source.chart, or source.ref are "
        f"required for source{number}",
        spec.within,
    )


def _placed(
    spec: SourceSpec, sources: Sources, known: Rendering
) -> tuple[_Place | None, Rendering]:
    """Find the files of a source; None for one that renders nothing."""
    url, requested = spec.word("repoURL"), spec.word("targetRevision")
    chart = spec.word("chart")
    if chart or url.startswith(_OCI):
        stored = _stored(sources.charts, url, chart, requested)
        revision = Revision(requested, stored.version)
        known = replace(known, revision=revision)
        return _Place(stored.tree, spec.word("path") or ".", revision), known
    tree, revision, cause = sources.repositories.tree(url, requested)
    known = replace(known, revision=revision)
    if cause is not None or tree is None:
        stop = StoppedError(cause or Gap(url, "the repository is not here"))
        return None, stopped(known, stop)
    if not spec.word("path"):
        return None, known
    return _Place(tree, spec.word("path"), revision), known


def _stored(charts: ChartStore, url: str, chart: str, requested: str) -> StoredChart:
    if not chart:
        url, _, chart = url.rstrip("/").rpartition("/")
    return charts.find(url, chart, requested)


def _check_path(spec: SourceSpec, place: _Place) -> None:
    # Argo CD: util/app/path/path.go, Path
    written = spec.word("path") or "."
    at = spec.at("path")
    if written.startswith("/"):
        raise refused(FailureKind.PATH, f"{written}: app path is absolute", at)
    path = posixpath.normpath(written)
    if path == ".." or path.startswith("../"):
        raise refused(FailureKind.PATH, f"{written}: app path outside root", at)
    if place.tree.is_file(path):
        message = f"{written}: app path is not a directory"
        raise refused(FailureKind.PATH, message, at)
    if not place.tree.is_dir(path):
        raise refused(FailureKind.PATH, f"{written}: app path does not exist", at)


def _folder(path: str) -> str:
    """Return a path of a source as trees have it: the root is empty."""
    folder = posixpath.normpath(path or ".")
    return "" if folder == "." else folder


def _type(spec: SourceSpec, place: _Place) -> SourceType:
    """Return what renders a source: what the spec names, else what the folder holds."""
    explicit = spec.explicit_type()
    if explicit is not None:
        return explicit
    # Argo CD: util/app/discovery/discovery.go, Discover; the last one wins
    folder = _folder(place.path)
    prefix = f"{folder}/" if folder else ""
    found = SourceType.DIRECTORY
    for path in place.tree.files(folder):
        base = path.removeprefix(prefix)
        if "/" in base:
            continue
        if base.endswith("Chart.yaml"):
            found = SourceType.HELM
        elif base in _KUSTOMIZATIONS:
            found = SourceType.KUSTOMIZE
    return found


def _by_type(
    site: HelmSite,
    known: Rendering,
    references: Mapping[str, Reference],
    sources: Sources,
) -> PreparedSource:
    spec, tree, path = site.spec, site.values.tree, site.values.path
    match known.type:
        case SourceType.HELM:
            if spec.multiple and known.revision is not None:
                trees = trees_of(spec, known.revision, references, sources.repositories)
                site = replace(site, values=replace(site.values, references=trees))
            return prepare_helm(site, known)
        case SourceType.DIRECTORY:
            printed = print_directory(spec, tree, path)
        case SourceType.KUSTOMIZE:
            printed = print_kustomize(
                spec, tree, path, site.values.environment, sources.options.kustomize
            )
        case _:
            raise _plugin(spec)
    return PreparedSource(known, site.destination, printed=tuple(printed))


def _plugin(spec: SourceSpec) -> StoppedError:
    name = str(spec.section("plugin").get("name") or "")
    return unknown(
        f"plugin {name}".strip(),
        "a config management plugin renders this source; baro does not run plugins",
    )


def finish_source(
    prepared: PreparedSource, outcome: RenderOutcome | None, scopes: Scopes
) -> Rendering:
    """Return the rendering of a prepared source; `outcome` answers its request."""
    rendering, printed = prepared.rendering, prepared.printed
    if outcome is not None:
        rendering, printed = finish_helm(prepared, outcome)
    # A chart's own CRDs count at once.
    for each in printed:
        scopes.learn(each.body)
    made = tuple(_manifests(rendering, printed, prepared.destination, scopes))
    return replace(rendering, manifests=made)


def _manifests(
    rendering: Rendering,
    printed: Iterable[Printed],
    destination: Destination,
    scopes: Scopes,
) -> Iterator[Manifest]:
    application = rendering.application
    namespace = application.text("spec", "destination", "namespace")
    for each in printed:
        yield Manifest(
            body=redact(scopes.settled(each.body, namespace)),
            origin=Origin(
                kind=each.kind,
                text=each.text,
                document=each.document,
                owner=application,
                within=rendering.within,
            ),
            cluster=destination.cluster,
            application=application.ref,
        )


def rescoped(rendering: Rendering, scopes: Scopes) -> Rendering:
    """Return a rendering with the namespaces that `scopes` knows by now.

    For kinds whose CRD was rendered later than they were.
    """
    namespace = rendering.application.text("spec", "destination", "namespace")
    settled = tuple(
        _resettled(manifest, scopes.settled(manifest.body, namespace))
        for manifest in rendering.manifests
    )
    if all(new is old for new, old in zip(settled, rendering.manifests, strict=True)):
        return rendering
    return replace(rendering, manifests=settled)


def _resettled(manifest: Manifest, body: Mapping[str, Any]) -> Manifest:
    if body is manifest.body:
        return manifest
    return Manifest(body, manifest.origin, manifest.cluster, manifest.application)
