"""Application -> its sources, prepared for the engine -> Renderings."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import Struct, field, structs

from baro.expand.charts.chartstore import ChartStore
from baro.expand.ports import HelmEngine, RenderRequest
from baro.expand.sources.directory import print_directory
from baro.expand.sources.helm import HelmSite, kube_version, prepare_helm
from baro.expand.sources.kustomize import Builder, print_kustomize
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.kustomizecharts import Charts
from baro.expand.sources.manifests import finish_source
from baro.expand.sources.prepared import Destination, PreparedSource, stopped
from baro.expand.sources.references import (
    Reference,
    Repositories,
    references_of,
    trees_of,
)
from baro.expand.sources.scope import Scopes
from baro.expand.sources.sourceplace import (
    check_path,
    check_spec,
    hydrated,
    placed,
    sourceless,
    type_of,
)
from baro.expand.sources.sourcespec import SourceSpec, overridden, specs_of
from baro.expand.stop import StoppedError, unknown
from baro.expand.trees import treepath
from baro.expand.values.buildenv import build_environment, instance_name
from baro.expand.values.valuefiles import ValuesSite
from baro.model.expansion import Rendering, SourceType
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest


class SourceOptions(Struct, frozen=True):
    """How Argo CD is set up: its version, and the namespace that it runs in."""

    version: tuple[int, int] = (3, 5)
    argocd_namespace: str = "argocd"
    kustomize: Kustomize | None = None


class Sources(Struct, frozen=True):
    """What sources are read from; `engine` renders what other renderers include."""

    repositories: Repositories
    charts: ChartStore
    options: SourceOptions = field(default_factory=SourceOptions)
    engine: HelmEngine | None = None


def render_prepared(
    prepared: Iterable[PreparedSource],
    engine: HelmEngine,
    scopes: Scopes | None = None,
) -> Iterator[Rendering]:
    """Yield the renderings of many prepared sources, in order; one engine batch.

    Sources are taken a little ahead of the engine, which so begins with the first
    while the others are still being prepared.
    """
    scopes = scopes or Scopes()
    waiting: deque[PreparedSource] = deque()

    def requests() -> Iterator[RenderRequest]:
        for source in prepared:
            waiting.append(source)
            if source.request is not None:
                yield source.request

    for outcome in engine.render(requests()):
        while waiting[0].request is None:
            yield finish_source(waiting.popleft(), None, scopes)
        yield finish_source(waiting.popleft(), outcome, scopes)
    while waiting:
        yield finish_source(waiting.popleft(), None, scopes)


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


def _without_source(application: Manifest, destination: Destination) -> PreparedSource:
    rendering = Rendering(application, ("spec",), {}, SourceType.DIRECTORY)
    error = sourceless(("spec", "source"))
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
            f"source {spec.word('path') or spec.word('chart') or spec.word('repoURL')}",
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
        check_spec(spec, alone=alone)
        if spec.within[1] == "sourceHydrator":
            known = structs.replace(known, gaps=(hydrated(spec),))
        place, known = placed(spec, sources.repositories, sources.charts, known)
        if place is None:
            return PreparedSource(known, destination)
        name = instance_name(spec.application, sources.options.argocd_namespace)
        check_path(spec, place)
        spec = overridden(spec, place.tree, place.path, name)
        known = structs.replace(known, source=spec.body, type=type_of(spec, place))
        environment = build_environment(
            name, spec.application, spec.body, place.revision
        )
        values = ValuesSite(
            spec=spec,
            tree=place.tree,
            path=treepath.normal(place.path),
            environment=environment,
            version=sources.options.version,
        )
        site = HelmSite(values, sources.charts, destination, name)
        return _by_type(site, known, references, sources)
    except StoppedError as error:
        return PreparedSource(stopped(known, error), destination)


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
                site = structs.replace(
                    site, values=replace(site.values, references=trees)
                )
            return prepare_helm(site, known)
        case SourceType.DIRECTORY:
            printed = print_directory(spec, tree, path)
        case SourceType.KUSTOMIZE:
            charts = Charts(
                sources.charts,
                sources.engine,
                kube_version(spec, "kustomize", site.destination),
                site.destination.api_versions,
            )
            program, environment = sources.options.kustomize, site.values.environment
            builder = Builder(program, charts, environment)
            printed = print_kustomize(spec, tree, path, builder)
        case _:
            raise _plugin(spec)
    return PreparedSource(known, site.destination, printed=tuple(printed))


def _plugin(spec: SourceSpec) -> StoppedError:
    name = str(spec.section("plugin").get("name") or "")
    return unknown(
        f"plugin {name}".strip(),
        "a config management plugin renders this source; baro does not run plugins",
    )
