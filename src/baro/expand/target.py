"""The target state: roots, expanded until nothing new appears.

ApplicationSets give Applications, Applications give objects, and among the objects
are ApplicationSets, Applications and cluster registrations: each is taken in turn.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from baro.expand.admission.admission import refused
from baro.expand.admission.shapes import Version
from baro.expand.applicationsets.applicationset import GenerationOptions, generate
from baro.expand.applicationsets.projects import absent_projects
from baro.expand.clusters.inventory import Inventory, take_inventory
from baro.expand.clusters.registration import registers
from baro.expand.destinations import Destinations, control_plane
from baro.expand.options import DEEPEST, MOST, Options
from baro.expand.platform import Platform
from baro.expand.ports import HelmEngine, Progress, Silence
from baro.expand.release import RELEASE
from baro.expand.rendered import anywhere, rendered_roots
from baro.expand.sources.prepared import Destination, PreparedSource
from baro.expand.sources.scope import Scopes
from baro.expand.sources.source import (
    Sources,
    prepare_application,
    render_prepared,
    rescoped,
)
from baro.model.argocd import GROUP
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation, Rendering
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.refused import RefusedObject

_PASSES = 6
"""How often the inventory may grow by what is rendered."""


@dataclass
class Expanded:
    """What one pass from the roots gave; `prepared` goes with `renderings`."""

    manifests: list[Manifest] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    prepared: list[PreparedSource] = field(default_factory=list)
    renderings: list[Rendering] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    refused: list[RefusedObject] = field(default_factory=list)
    tops: dict[int, ObjectRef] = field(default_factory=dict)
    """By the identity of a rendered object: the root that its chain begins at."""


@dataclass
class _Queue:
    """What was expanded, and what waits, with the chain of names above it."""

    control: str
    version: Version
    expanded: Expanded = field(default_factory=Expanded)
    waiting: list[tuple[Manifest, tuple[ObjectRef, ...]]] = field(default_factory=list)
    seen: defaultdict[ObjectRef, list[Mapping[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    full: bool = False
    """Whether it was said that no more Applications are expanded."""

    def take(self, manifest: Manifest, above: tuple[ObjectRef, ...]) -> None:
        """Take an object into the state; expand it later if it can be."""
        if manifest.ref in above:
            # An Application that renders itself is the one that is there.
            return
        if above:
            self.expanded.tops[id(manifest)] = above[0]
        if manifest.kind != RELEASE:
            self.expanded.manifests.append(manifest)
        refusal = refused(manifest, self.version)
        if refusal is not None:
            # The API server does not take it: nothing follows from it.
            self.expanded.refused.append(refusal)
            return
        self.expanded.gaps.extend(self._offer(manifest, above))

    def add_generation(
        self, generation: Generation, above: tuple[ObjectRef, ...]
    ) -> None:
        """Take what an ApplicationSet gave."""
        self.expanded.generations.append(generation)
        for application in generation.applications:
            self.take(application, (*above, generation.applicationset.ref))

    def add_rendering(
        self, source: PreparedSource, rendering: Rendering, above: tuple[ObjectRef, ...]
    ) -> None:
        """Take what a source of an Application gave."""
        self.expanded.prepared.append(source)
        self.expanded.renderings.append(rendering)
        above = (*above, rendering.application.ref)
        for manifest in rendering.manifests:
            self.take(manifest, above)

    def _offer(self, manifest: Manifest, above: tuple[ObjectRef, ...]) -> Iterator[Gap]:
        """Take what can be expanded; yield a gap for what may not."""
        if manifest.kind not in ("Application", "ApplicationSet", RELEASE):
            return
        ref = manifest.ref
        if manifest.kind != RELEASE and ref.group != GROUP:
            return
        # Two of one name are each expanded.
        if any(body == manifest.body for body in self.seen[ref]):
            return
        if manifest.cluster not in ("", self.control):
            yield Gap(
                str(ref),
                f"is applied to cluster {manifest.cluster}, where another Argo CD "
                "would expand it",
                location=manifest.origin.locate(),
                ref=ref,
            )
            return
        if len(above) >= DEEPEST or len(self.seen) >= MOST:
            if len(self.seen) < MOST or not self.full:
                yield self._limit(ref, above)
            self.full = len(self.seen) >= MOST
            return
        self.seen[ref].append(manifest.body)
        self.waiting.append((manifest, above))

    def _limit(self, ref: ObjectRef, above: tuple[ObjectRef, ...]) -> Gap:
        chain = " <- ".join(str(r) for r in (ref, *reversed(above[-3:])))
        limit = f"more than {DEEPEST} levels of Applications in Applications"
        if len(self.seen) >= MOST:
            limit = f"more than {MOST:,} Applications"
        return Gap(str(ref), f"{limit}: {chain} …", ref=ref)

    def drain(self) -> list[tuple[Manifest, tuple[ObjectRef, ...]]]:
        """Return what waits, and wait for more."""
        taken, self.waiting = self.waiting, []
        return taken


@dataclass(frozen=True)
class Expander:
    """Everything that a pass needs."""

    platform: Platform
    engine: HelmEngine
    sources: Sources
    options: Options
    progress: Progress = field(default_factory=Silence)

    def expand(
        self,
        found: Sequence[Manifest],
        releases: Sequence[Manifest],
        *,
        whole: bool = True,
    ) -> tuple[Expanded, Inventory]:
        """Expand until neither the clusters nor the roots change any more.

        `found` are the objects that stand in files, `releases` what was installed by
        hand; `whole` tells that every file could be read.
        """
        inventory = self._inventory(found, ())
        excluded: frozenset[int] = frozenset()
        absent: frozenset[str] = frozenset()
        expanded = Expanded()
        for _ in range(_PASSES):
            roots = [m for m in found if id(m) not in excluded]
            expanded = self.walk([*releases, *roots], inventory.clusters, absent)
            again = self._inventory(found, expanded.manifests)
            rendered = rendered_roots(found, expanded.manifests, expanded.tops)
            lacking = _absent(expanded) if whole else absent
            settled = rendered <= excluded and lacking == absent
            if settled and _same(again.clusters, inventory.clusters):
                return expanded, again
            inventory, excluded, absent = again, excluded | rendered, lacking
        gap = Gap("cluster registrations", f"still changing after {_PASSES} passes")
        expanded.gaps.append(gap)
        return expanded, inventory

    def _inventory(
        self, found: Iterable[Manifest], rendered: Sequence[Manifest]
    ) -> Inventory:
        files = [m for m in found if registers(m.body)]
        owned = [m for m in rendered if m.origin.owner is not None]
        if files:
            # What is rendered stands for the file that it was rendered from.
            names = {anywhere(m.ref) for m in owned}
            files = [m for m in files if anywhere(m.ref) not in names]
        return take_inventory(self.platform, (*files, *owned), self.engine)

    def walk(
        self,
        roots: Sequence[Manifest],
        clusters: Sequence[ClusterRegistration],
        absent: frozenset[str] = frozenset(),
    ) -> Expanded:
        """Expand once from the roots, level by level; `absent` are AppProjects."""
        control = control_plane(clusters)
        queue, scopes = _Queue(control, self.options.argocd_version), Scopes()
        for root in roots:
            queue.take(_within(root, control), ())
        while level := queue.drain():
            sets = [(m, a) for m, a in level if m.kind == "ApplicationSet"]
            self.progress.stage("ApplicationSets", len(sets))
            for applicationset, above in sets:
                queue.add_generation(
                    self._generated(applicationset, clusters, control, absent), above
                )
                self.progress.advance()
            others = [(m, a) for m, a in level if m.kind != "ApplicationSet"]
            for source, rendering, above in self._rendered(others, clusters, scopes):
                queue.add_rendering(source, rendering, above)
        return _settled(queue.expanded, scopes)

    def _generated(
        self,
        applicationset: Manifest,
        clusters: Sequence[ClusterRegistration],
        control: str,
        absent: frozenset[str],
    ) -> Generation:
        settings = self.platform.settings
        generation = generate(
            applicationset,
            clusters=clusters,
            trees=self.platform.repositories,
            engine=self.engine,
            fixtures=settings.generators,
            options=GenerationOptions(
                argocd_version=self.options.argocd,
                new_git_file_globbing=settings.argocd_new_git_file_globbing,
                clusters_known=any(not cluster.implicit for cluster in clusters),
                absent_projects=absent,
            ),
        )
        applications = tuple(_within(a, control) for a in generation.applications)
        return structs.replace(generation, applications=applications)

    def _rendered(
        self,
        applications: Sequence[tuple[Manifest, tuple[ObjectRef, ...]]],
        clusters: Sequence[ClusterRegistration],
        scopes: Scopes,
    ) -> Iterator[tuple[PreparedSource, Rendering, tuple[ObjectRef, ...]]]:
        destinations = Destinations(clusters)
        waiting: deque[tuple[PreparedSource, tuple[ObjectRef, ...]]] = deque()

        def prepared() -> Iterator[PreparedSource]:
            for application, above in applications:
                to = Destination(
                    cluster=destinations.cluster(application),
                    kube_version=self.options.kubernetes,
                )
                for source in prepare_application(application, self.sources, to):
                    waiting.append((source, above))
                    yield source

        total = sum(len(a.sequence("spec", "sources")) or 1 for a, _ in applications)
        self.progress.stage("rendering", total)
        for rendering in render_prepared(prepared(), self.engine, scopes):
            source, above = waiting.popleft()
            self.progress.advance()
            yield source, _of_nobody(rendering), above


def _within(manifest: Manifest, cluster: str) -> Manifest:
    return replace(manifest, cluster=cluster) if not manifest.cluster else manifest


def _of_nobody(rendering: Rendering) -> Rendering:
    """Take the Application off what a release installed by hand rendered."""
    if rendering.application.kind != RELEASE:
        return rendering
    manifests = tuple(replace(m, application=None) for m in rendering.manifests)
    return structs.replace(rendering, manifests=manifests)


def _settled(expanded: Expanded, scopes: Scopes) -> Expanded:
    """Correct namespaces by CRDs that were rendered later; collect the gaps."""
    renderings = [rescoped(rendering, scopes) for rendering in expanded.renderings]
    moved = {
        id(old): new
        for before, after in zip(expanded.renderings, renderings, strict=True)
        if before is not after
        for old, new in zip(before.manifests, after.manifests, strict=True)
    }
    return replace(
        expanded,
        manifests=[moved.get(id(m), m) for m in expanded.manifests],
        renderings=renderings,
        gaps=[
            *expanded.gaps,
            *(gap for g in expanded.generations for gap in g.gaps),
            *(gap for r in renderings for gap in r.gaps),
        ],
    )


def _absent(expanded: Expanded) -> frozenset[str]:
    """Return the AppProjects that are surely missing: what is a gap may make them."""
    refused = {id(refusal.manifest) for refusal in expanded.refused}
    there = [m for m in expanded.manifests if id(m) not in refused]
    return frozenset() if expanded.gaps else absent_projects(there)


def _same(
    some: Sequence[ClusterRegistration], others: Sequence[ClusterRegistration]
) -> bool:
    def key(cluster: ClusterRegistration) -> tuple[object, ...]:
        return (
            cluster.name,
            cluster.server,
            sorted(cluster.labels.items()),
            sorted(cluster.annotations.items()),
        )

    return sorted(map(key, some), key=str) == sorted(map(key, others), key=str)
