"""All manifests of one state at one moment, and its gaps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from baro.model.argocd import GROUP
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation, Rendering
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.refused import RefusedObject
from baro.model.route import ExpectedRoute
from baro.model.valueslayer import ValuesFile
from baro.model.workload import POD_TEMPLATES, Need, needs


class State(StrEnum):
    """Which state a rule needs."""

    TARGET = "target"
    """What Git says."""
    LIVE = "live"
    """What the API server says."""
    BOTH = "both"
    DECLARED = "declared"
    """The target where there is one, else the live specs."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One state, whole: what is there, what could not be seen, and how it came to be.

    `manifests` may hold two manifests of one name: that is a fact of the state.
    `clusters`, `generations`, `renderings`, `refused` and `values_files` are the
    account of an expansion; a live snapshot has none.
    """

    manifests: tuple[Manifest, ...] = ()
    gaps: tuple[Gap, ...] = ()
    clusters: tuple[ClusterRegistration, ...] = ()
    generations: tuple[Generation, ...] = ()
    renderings: tuple[Rendering, ...] = ()
    refused: tuple[RefusedObject, ...] = ()
    values_files: tuple[ValuesFile, ...] = ()
    routes: tuple[ExpectedRoute, ...] = ()
    kubernetes_version: str = ""
    """The Kubernetes version that the state is for, such as `1.34.0`, if known."""
    notes: tuple[str, ...] = field(default=())
    """What a reader should know: "the working tree has uncommitted changes"."""

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Manifest]]:
        found: defaultdict[str, list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            found[manifest.kind].append(manifest)
        return found

    @cached_property
    def _by_ref(self) -> Mapping[ObjectRef, Manifest]:
        return {m.ref: m for m in reversed(self.manifests)}

    def of_kind(self, *kinds: str, group: str | None = None) -> Sequence[Manifest]:
        """Return the manifests of these kinds, in the order of the state."""
        if len(kinds) == 1 and group is None:
            return self._by_kind.get(kinds[0], ())
        found = [m for kind in kinds for m in self._by_kind.get(kind, ())]
        if group is not None:
            found = [m for m in found if m.ref.group == group]
        return found

    def get(self, ref: ObjectRef) -> Manifest | None:
        """Return the (first) manifest of that name."""
        return self._by_ref.get(ref)

    @cached_property
    def _by_application(self) -> Mapping[ObjectRef, Sequence[Manifest]]:
        found: defaultdict[ObjectRef, list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            if manifest.application is not None:
                found[manifest.application].append(manifest)
        return found

    def of_application(self, application: ObjectRef) -> Sequence[Manifest]:
        """Return what an Application renders."""
        return self._by_application.get(application, ())

    @cached_property
    def workloads(self) -> Sequence[Manifest]:
        """Return what runs Pods, in the order of the state."""
        return [m for m in self.manifests if m.kind in POD_TEMPLATES]

    @cached_property
    def needs(self) -> Sequence[tuple[Manifest, Sequence[Need]]]:
        """Return the workloads whose Pods need something, and what."""
        found = ((workload, tuple(needs(workload))) for workload in self.workloads)
        return [(workload, wanted) for workload, wanted in found if wanted]

    @cached_property
    def _applications(self) -> Sequence[Manifest]:
        return self.of_kind("Application", group=GROUP)

    def applications(self) -> Sequence[Manifest]:
        """Return Argo CD's Applications."""
        return self._applications

    def applicationsets(self) -> Sequence[Manifest]:
        """Return Argo CD's ApplicationSets."""
        return self.of_kind("ApplicationSet", group=GROUP)
