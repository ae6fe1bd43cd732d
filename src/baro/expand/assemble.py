"""One snapshot out of everything: what is found, what it expands to, what is asked."""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from baro.expand.charts.chartstore import ChartSource, ChartStore, Shelf
from baro.expand.discovery.discover import (
    CHART_FILE,
    Discovered,
    closed,
    discover,
    read_objects,
)
from baro.expand.discovery.hints import renders_argocd
from baro.expand.options import Options
from baro.expand.overlaid import Builds
from baro.expand.platform import Platform, Root
from baro.expand.ports import HelmEngine, Progress, Silence
from baro.expand.release import release
from baro.expand.routes import expected_routes
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.prepared import PreparedSource
from baro.expand.sources.source import SourceOptions, Sources
from baro.expand.target import Expander
from baro.expand.tracing.trace import Tracer
from baro.expand.tracing.unread import UnreadValues
from baro.expand.trees import treepath
from baro.model.expansion import Rendering
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.snapshot import Snapshot
from baro.model.text import Location, SourceText
from baro.model.valueslayer import ValuesFile


@dataclass(frozen=True)
class Assembled:
    """A target state, and what it takes to trace a value in it."""

    snapshot: Snapshot
    engine: HelmEngine
    prepared: Sequence[tuple[PreparedSource, Rendering]] = field(default=())

    def tracers(self, wanted: Callable[[Rendering], bool]) -> Iterator[Tracer]:
        """Yield a tracer for each Helm source that is wanted."""
        for prepared, rendering in self.prepared:
            if wanted(rendering) and prepared.request is not None:
                clusters = self.snapshot.clusters
                yield Tracer(prepared, self.engine, clusters, rendering.manifests)


def assemble(  # noqa: PLR0913 - the rim has many neighbours
    platform: Platform,
    engine: HelmEngine,
    options: Options,
    progress: Progress | None = None,
    *,
    plain: bool = False,
    remote: ChartSource | None = None,
) -> Assembled:
    """Return the target state of a platform; `plain` takes the objects as they are.

    `remote` gives charts that no store has.

    Raises:
        InputError: `baro.yaml` names something that is not there.
        ToolError: Git or the engine fails in a way that is not the platform's.
    """
    if plain:
        return _plain(platform, engine)
    shelves = tuple(_shelves(platform))
    charts = ChartStore(shelves, remote)
    expander = Expander(
        platform,
        engine,
        Sources(
            platform.repositories,
            charts,
            SourceOptions(
                options.argocd_version,
                platform.settings.argocd_namespace,
                Kustomize.installed(),
            ),
            engine,
        ),
        options,
        progress or Silence(),
    )
    program = expander.sources.options.kustomize
    found = [
        Builds(root.tree, program, charts, engine).over(_discovered(root, shelves))
        for root in platform.roots
    ]
    releases = [
        release(platform, root, index)
        for root in platform.roots
        for index, _ in enumerate(root.installed())
    ]
    expanded, inventory = expander.expand(
        [manifest for each in found for manifest in each.manifests],
        releases,
        whole=not any(each.unread for each in found),
    )
    renderings = list(expanded.renderings)
    if options.unread:
        pairs = list(zip(expanded.prepared, renderings, strict=True))
        renderings = list(UnreadValues(engine).find(pairs))
    routes, route_gaps = expected_routes(platform, inventory.clusters, inventory.doubts)
    folders = [_rendered_folders(root, platform, renderings) for root in platform.roots]
    gaps = (
        *(
            gap
            for root, each, rendered in zip(platform.roots, found, folders, strict=True)
            for gap in _left_open(root, each, rendered)
        ),
        *inventory.gaps,
        *expanded.gaps,
        *charts.gaps,
        *route_gaps,
    )
    unknown = {word for c in inventory.clusters for word in c.unknown_words}
    snapshot = Snapshot(
        manifests=tuple(expanded.manifests),
        gaps=tuple(_once(gaps, unknown)),
        clusters=inventory.clusters,
        generations=tuple(expanded.generations),
        renderings=tuple(renderings),
        refused=tuple(expanded.refused),
        values_files=tuple(_values_files(renderings)),
        routes=routes,
        notes=platform.notes,
        kubernetes_version=options.kubernetes,
    )
    prepared = tuple(zip(expanded.prepared, renderings, strict=True))
    return Assembled(snapshot, engine, prepared)


def _plain(platform: Platform, engine: HelmEngine) -> Assembled:
    found = [read_objects(root.tree, root.only) for root in platform.roots]
    routes, route_gaps = expected_routes(platform, ())
    return Assembled(
        Snapshot(
            manifests=tuple(m for each in found for m in each.manifests),
            gaps=(*(_of_objects(g) for each in found for g in each.gaps), *route_gaps),
            routes=routes,
            notes=platform.notes,
        ),
        engine,
    )


def _of_objects(gap: Gap) -> Gap:
    """Return a gap without a way out that only a platform has."""
    roots = gap.closes_with.startswith("roots")
    return replace(gap, closes_with="the objects as rendered") if roots else gap


def _shelves(platform: Platform) -> Iterator[Shelf]:
    """Yield the chart stores that `baro.yaml` names."""
    for root in platform.roots:
        top = root.checkout.folder.resolve()
        for store in root.stores():
            if store.is_relative_to(top):
                inside = store.relative_to(top).as_posix()
                yield Shelf(root.tree, "" if inside == "." else inside)
            else:
                yield Shelf(platform.repositories.add(store).tree)


def _discovered(root: Root, shelves: Sequence[Shelf]) -> Discovered:
    stores = [s.folder for s in shelves if s.tree is root.tree and s.folder]
    found = discover(root.tree, root.only, stores)
    shut = closed(root.checkout.tree.listing, root.only, stores)
    return replace(found, unread=(*found.unread, *shut))


def _rendered_folders(
    root: Root, platform: Platform, renderings: Sequence[Rendering]
) -> frozenset[str]:
    """Return the folders of a root's working tree that some source renders."""
    return frozenset(
        str(rendering.source.get("path") or "").strip("/")
        for rendering in renderings
        if rendering.revision is not None
        and rendering.revision.worktree
        and platform.repositories.find(str(rendering.source.get("repoURL") or ""))
        is root.checkout
    )


def _left_open(
    root: Root, found: Discovered, rendered: frozenset[str]
) -> Iterator[Gap]:
    """Yield the gaps of files that nothing renders; the others are their source's."""
    folders = rendered - {"", "."}
    for unread in found.unread:
        if unread.within & rendered:
            continue
        if not any(treepath.under(unread.path, folder) for folder in folders):
            yield unread.gap
    for chart in found.charts:
        if (chart or ".") not in rendered and renders_argocd(root.tree, chart):
            yield Gap(
                f"chart {chart or '.'}",
                "renders Applications or ApplicationSets, and nothing here installs it",
                f"roots: [{{chart: {chart or '.'}}}]",
                root.tree.text(posixpath.join(chart, CHART_FILE)).at(1),
            )
    if not (found.manifests or found.unread or rendered or found.charts):
        yield Gap(
            str(root.checkout.folder.name or root.checkout.folder),
            "holds no Application, ApplicationSet or chart",
            "another PATH, roots: in baro.yaml, or --manifests for plain objects",
        )


def _once(gaps: Iterable[Gap], unknown: Collection[str]) -> Iterator[Gap]:
    """Yield each gap once; what follows from an unknown value is not another one."""
    seen: set[tuple[object, ...]] = set()
    for gap in gaps:
        key = (gap.subject, gap.reason, gap.closes_with, gap.location)
        if key in seen or any(word in gap.subject for word in unknown):
            continue
        seen.add(key)
        yield gap


def _values_files(renderings: Sequence[Rendering]) -> Iterator[ValuesFile]:
    """Yield each value file once, with the keys that it has twice."""
    seen: set[tuple[str, str, str]] = set()
    for rendering in renderings:
        for layer in rendering.layers:
            text = layer.text
            if text is None or layer.under:
                continue
            key = (text.repository, text.revision, text.file)
            if key not in seen:
                seen.add(key)
                yield ValuesFile(text, layer.values, _duplicates(text))


def _duplicates(text: SourceText) -> tuple[tuple[FieldPath, Location], ...]:
    return tuple(
        (again.path, text.at(again.again.line, again.again.column))
        for document in text.documents[:1]
        for again in document.duplicates
    )
