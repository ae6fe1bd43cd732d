"""The target state: roots, expanded until nothing new appears.

ApplicationSets give Applications, Applications give objects, and among the objects
are ApplicationSets, Applications and cluster registrations: each is taken in turn.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from baro.expand.applicationset import GenerationOptions, generate
from baro.expand.inventory import Inventory, take_inventory
from baro.expand.options import DEEPEST, MOST, Options
from baro.expand.platform import Platform, Root
from baro.expand.ports import HelmEngine, Progress, Silence
from baro.expand.prepared import Destination, PreparedSource
from baro.expand.scope import Scopes
from baro.expand.source import Sources, prepare_application, render_prepared, rescoped
from baro.model.expansion import (
    LOCAL_SERVER,
    ClusterRegistration,
    Generation,
    Rendering,
)
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.ref import ObjectRef

GROUP = "argoproj.io"
RELEASE = "Release"
"""The kind of what somebody installed by hand; it is not part of the state."""
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


@dataclass
class _Queue:
    """What waits to be expanded, with the chain of names above it."""

    control: str
    waiting: list[tuple[Manifest, tuple[ObjectRef, ...]]] = field(default_factory=list)
    seen: defaultdict[ObjectRef, list[Mapping[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def offer(self, manifest: Manifest, above: tuple[ObjectRef, ...]) -> Iterator[Gap]:
        """Take what can be expanded; yield a gap for what may not."""
        if manifest.kind not in ("Application", "ApplicationSet", RELEASE):
            return
        ref = manifest.ref
        if manifest.kind != RELEASE and ref.group != GROUP:
            return
        # An Application may render itself; two of one name are each expanded.
        if ref in above or any(body == manifest.body for body in self.seen[ref]):
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
            chain = " <- ".join(str(r) for r in (ref, *reversed(above[-3:])))
            limit = f"more than {DEEPEST} levels of Applications in Applications"
            if len(self.seen) >= MOST:
                limit = f"more than {MOST} Applications"
            yield Gap(str(ref), f"{limit}: {chain} …", ref=ref)
            return
        self.seen[ref].append(manifest.body)
        self.waiting.append((manifest, above))

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
        self, found: Sequence[Manifest], releases: Sequence[Manifest]
    ) -> tuple[Expanded, Inventory]:
        """Expand until neither the clusters nor the roots change any more.

        `found` are the objects that stand in files, `releases` what was installed by
        hand.
        """
        inventory = self._inventory(found, ())
        excluded: frozenset[int] = frozenset()
        expanded = Expanded()
        for _ in range(_PASSES):
            roots = [m for m in found if id(m) not in excluded]
            expanded = self.walk([*releases, *roots], inventory.clusters)
            again = self._inventory(found, expanded.manifests)
            rendered = _rendered_roots(found, expanded)
            if rendered <= excluded and _same(again.clusters, inventory.clusters):
                return expanded, again
            inventory, excluded = again, excluded | rendered
        gap = Gap("cluster registrations", f"still changing after {_PASSES} passes")
        expanded.gaps.append(gap)
        return expanded, inventory

    def _inventory(
        self, found: Iterable[Manifest], rendered: Sequence[Manifest]
    ) -> Inventory:
        # What is rendered stands for the file that it was rendered from.
        names = {_anywhere(m.ref) for m in rendered if m.origin.owner is not None}
        files = [m for m in found if _anywhere(m.ref) not in names]
        owned = [m for m in rendered if m.origin.owner is not None]
        return take_inventory(self.platform, (*files, *owned), self.engine)

    def walk(
        self, roots: Sequence[Manifest], clusters: Sequence[ClusterRegistration]
    ) -> Expanded:
        """Expand once from the roots, level by level."""
        control = control_plane(clusters)
        expanded, queue, scopes = Expanded(), _Queue(control), Scopes()

        def take(manifest: Manifest, above: tuple[ObjectRef, ...]) -> None:
            if manifest.kind != RELEASE:
                expanded.manifests.append(manifest)
            expanded.gaps.extend(queue.offer(manifest, above))

        for root in roots:
            take(_within(root, control), ())
        while level := queue.drain():
            sets = [(m, a) for m, a in level if m.kind == "ApplicationSet"]
            self.progress.stage("ApplicationSets", len(sets))
            for applicationset, above in sets:
                generation = self._generated(applicationset, clusters, control)
                expanded.generations.append(generation)
                for application in generation.applications:
                    take(application, (*above, applicationset.ref))
                self.progress.advance()
            others = [(m, a) for m, a in level if m.kind != "ApplicationSet"]
            for source, rendering, above in self._rendered(others, clusters, scopes):
                expanded.prepared.append(source)
                expanded.renderings.append(rendering)
                for manifest in rendering.manifests:
                    take(manifest, (*above, rendering.application.ref))
        return _settled(expanded, scopes)

    def _generated(
        self,
        applicationset: Manifest,
        clusters: Sequence[ClusterRegistration],
        control: str,
    ) -> Generation:
        generation = generate(
            applicationset,
            clusters=clusters,
            trees=self.platform.repositories,
            engine=self.engine,
            fixtures=self.platform.settings.generators,
            options=GenerationOptions(
                argocd_version=self.options.argocd,
                clusters_known=any(not cluster.implicit for cluster in clusters),
            ),
        )
        applications = tuple(_within(a, control) for a in generation.applications)
        return replace(generation, applications=applications)

    def _rendered(
        self,
        applications: Sequence[tuple[Manifest, tuple[ObjectRef, ...]]],
        clusters: Sequence[ClusterRegistration],
        scopes: Scopes,
    ) -> Iterator[tuple[PreparedSource, Rendering, tuple[ObjectRef, ...]]]:
        destinations = Destinations(clusters)
        prepared: list[PreparedSource] = []
        chains: list[tuple[ObjectRef, ...]] = []
        for application, above in applications:
            to = Destination(
                cluster=destinations.cluster(application),
                kube_version=self.options.kubernetes,
            )
            for source in prepare_application(application, self.sources, to):
                prepared.append(source)
                chains.append(above)
        self.progress.stage("rendering", len(prepared))
        renderings = render_prepared(prepared, self.engine, scopes)
        for source, rendering, above in zip(prepared, renderings, chains, strict=True):
            self.progress.advance()
            yield source, _of_nobody(rendering), above


def release(platform: Platform, root: Root, index: int) -> Manifest:
    """Return what somebody installed by hand, in the form of an Application.

    Its kind is `Release`: it renders as an Application does, and is none.
    """
    entry = root.settings.roots[index]
    url = f"installed-by-hand-{index}:{root.checkout.folder.as_posix()}"
    platform.repositories.map(url, root.checkout.folder)
    source: dict[str, object] = {"repoURL": url, "path": entry.chart or entry.path}
    if entry.chart:
        source["helm"] = {
            "releaseName": entry.release_name or posixpath.basename(entry.chart),
            "valueFiles": [f"/{file}" for file in entry.value_files],
            "valuesObject": entry.values,
        }
    else:
        source["directory"] = {"recurse": True}
    name = entry.release_name or posixpath.basename(entry.chart or entry.path)
    body = {
        "apiVersion": "baro/v1",
        "kind": RELEASE,
        "metadata": {"name": name, "namespace": entry.namespace},
        "spec": {
            "source": source,
            "destination": {
                "name": entry.cluster,
                "server": "" if entry.cluster else LOCAL_SERVER,
                "namespace": entry.namespace,
            },
        },
    }
    origin = Origin(OriginKind.CONFIGURED, root.text, within=("roots", index))
    return Manifest(body, origin)


def control_plane(clusters: Sequence[ClusterRegistration]) -> str:
    """Return the name of the cluster that Argo CD runs in."""
    for cluster in clusters:
        if cluster.server.rstrip("/") == LOCAL_SERVER:
            return cluster.name
    return "in-cluster"


class Destinations:
    """Which cluster an Application means by a name or a server."""

    # Argo CD: util/argo/argo.go, GetDestinationCluster
    def __init__(self, clusters: Sequence[ClusterRegistration]) -> None:
        """Index the clusters; of two with one name or server the first counts."""
        control = control_plane(clusters)
        self._by_name = {c.name: c.name for c in reversed(clusters)}
        self._by_server = {c.server.rstrip("/"): c.name for c in reversed(clusters)}
        self._by_name.setdefault("in-cluster", control)
        self._by_server.setdefault(LOCAL_SERVER, control)

    def cluster(self, application: Manifest) -> str:
        """Return the name of an Application's destination; empty if unknown."""
        name = application.text("spec", "destination", "name")
        server = application.text("spec", "destination", "server")
        if name:
            return self._by_name.get(name, "")
        return self._by_server.get(server.rstrip("/"), "")


def _within(manifest: Manifest, cluster: str) -> Manifest:
    return replace(manifest, cluster=cluster) if not manifest.cluster else manifest


def _of_nobody(rendering: Rendering) -> Rendering:
    """Take the Application off what a release installed by hand rendered."""
    if rendering.application.kind != RELEASE:
        return rendering
    manifests = tuple(replace(m, application=None) for m in rendering.manifests)
    return replace(rendering, manifests=manifests)


def _settled(expanded: Expanded, scopes: Scopes) -> Expanded:
    """Correct namespaces by CRDs that were rendered later; collect the gaps."""
    renderings = [rescoped(rendering, scopes) for rendering in expanded.renderings]
    moved = {
        id(old): new
        for before, after in zip(expanded.renderings, renderings, strict=True)
        if before is not after
        for old, new in zip(before.manifests, after.manifests, strict=True)
    }
    return Expanded(
        [moved.get(id(m), m) for m in expanded.manifests],
        expanded.generations,
        expanded.prepared,
        renderings,
        [
            *expanded.gaps,
            *(gap for g in expanded.generations for gap in g.gaps),
            *(gap for r in renderings for gap in r.gaps),
        ],
    )


def _rendered_roots(roots: Iterable[Manifest], expanded: Expanded) -> frozenset[int]:
    """Return the roots that an Application renders as well: they are no roots.

    The rendered object is the same if its name is, and if it came from the same file
    or was built by Kustomize out of files.
    """
    rendered: dict[ObjectRef, list[Manifest]] = {}
    for manifest in expanded.manifests:
        if manifest.origin.owner is not None:
            rendered.setdefault(_anywhere(manifest.ref), []).append(manifest)

    def is_rendered(root: Manifest) -> bool:
        for manifest in rendered.get(_anywhere(root.ref), ()):
            text, mine = manifest.origin.text, root.origin.text
            if manifest.origin.kind is OriginKind.KUSTOMIZE:
                return True
            if text is not None and mine is not None and text.file == mine.file:
                return True
        return False

    return frozenset(id(root) for root in roots if is_rendered(root))


def _anywhere(ref: ObjectRef) -> ObjectRef:
    # A file may leave out the namespace that its Application gives it.
    return ObjectRef(ref.kind, ref.name, "", ref.group)


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
