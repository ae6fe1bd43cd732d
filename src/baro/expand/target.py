"""The target state: roots, expanded until nothing new appears.

ApplicationSets give Applications, Applications give objects, and among the objects
are ApplicationSets, Applications and cluster registrations: each is taken in turn.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from baro.expand.applicationsets.applicationset import GenerationOptions, generate
from baro.expand.clusters.inventory import Inventory, take_inventory
from baro.expand.clusters.registration import registers
from baro.expand.destinations import Destinations, control_plane
from baro.expand.expanded import Above, Expanded, Queue, Waiting
from baro.expand.options import Options
from baro.expand.platform import Platform
from baro.expand.ports import HelmEngine, Progress, Silence
from baro.expand.release import RELEASE
from baro.expand.rendered import anywhere, rendered_roots
from baro.expand.sources.prepared import Destination, PreparedSource
from baro.expand.sources.scope import Scopes
from baro.expand.sources.source import Sources, prepare_application, render_prepared
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation, Rendering
from baro.model.finding import Gap
from baro.model.manifest import Manifest

_PASSES = 6
"""How often the inventory may grow by what is rendered."""


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
            lacking = expanded.absent_projects() if whole else absent
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
        queue, scopes = Queue(control, self.options.argocd_version), Scopes()
        for root in roots:
            queue.take(_within(root, control))
        while level := queue.drain():
            sets = [one for one in level if one.manifest.kind == "ApplicationSet"]
            self.progress.stage("ApplicationSets", len(sets))
            for one in sets:
                generation = self._generated(one.manifest, clusters, control, absent)
                queue.add_generation(generation, one.above)
                self.progress.advance()
            others = [one for one in level if one.manifest.kind != "ApplicationSet"]
            for source, rendering, above in self._rendered(others, clusters, scopes):
                queue.add_rendering(source, rendering, above)
        return queue.expanded.settled(scopes)

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
        applications: Sequence[Waiting],
        clusters: Sequence[ClusterRegistration],
        scopes: Scopes,
    ) -> Iterator[tuple[PreparedSource, Rendering, Above]]:
        destinations = Destinations(clusters)
        waiting: deque[tuple[PreparedSource, Above]] = deque()

        def prepared() -> Iterator[PreparedSource]:
            for one in applications:
                to = Destination(
                    cluster=destinations.cluster(one.manifest),
                    kube_version=self.options.kubernetes,
                )
                for source in prepare_application(one.manifest, self.sources, to):
                    waiting.append((source, one.above))
                    yield source

        listed = (one.manifest.sequence("spec", "sources") for one in applications)
        self.progress.stage("rendering", sum(len(sources) or 1 for sources in listed))
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
