"""What a pass from the roots has given so far, and what it has still to expand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import Struct, structs

from baro.expand.admission.admission import refused
from baro.expand.admission.shapes import Version
from baro.expand.applicationsets import projects
from baro.expand.options import DEEPEST, MOST
from baro.expand.release import RELEASE
from baro.expand.sources.manifests import rescoped
from baro.expand.sources.prepared import PreparedSource
from baro.expand.sources.scope import Scopes
from baro.model.argocd import GROUP
from baro.model.expansion import Generation, Rendering
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.refused import RefusedObject

Above = tuple[ObjectRef, ...]
"""The chain of names that an object comes from, its root first."""


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

    def settled(self, scopes: Scopes) -> "Expanded":
        """Correct namespaces by CRDs that were rendered later; collect the gaps."""
        renderings = [rescoped(rendering, scopes) for rendering in self.renderings]
        moved = {
            id(old): new
            for before, after in zip(self.renderings, renderings, strict=True)
            if before is not after
            for old, new in zip(before.manifests, after.manifests, strict=True)
        }
        return replace(
            self,
            manifests=[moved.get(id(m), m) for m in self.manifests],
            renderings=renderings,
            gaps=[
                *self.gaps,
                *(gap for g in self.generations for gap in g.gaps),
                *(gap for r in renderings for gap in r.gaps),
            ],
        )

    def absent_projects(self) -> frozenset[str]:
        """Return the AppProjects that are surely missing: a gap may make any."""
        if self.gaps:
            return frozenset()
        refused = {id(refusal.manifest) for refusal in self.refused}
        return projects.absent_projects(
            m for m in self.manifests if id(m) not in refused
        )


class Waiting(Struct, frozen=True, eq=False):
    """An object that can be expanded, and the names above it."""

    manifest: Manifest
    above: Above


@dataclass
class Queue:
    """What was expanded, and what waits; `control` is Argo CD's own cluster."""

    control: str
    version: Version
    expanded: Expanded = field(default_factory=Expanded)
    waiting: list[Waiting] = field(default_factory=list)
    seen: defaultdict[ObjectRef, list[Mapping[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    full: bool = False
    """Whether it was said that no more Applications are expanded."""

    def take(self, manifest: Manifest, above: Above = ()) -> None:
        """Take an object into the state; expand it later if it can be."""
        if any(_same(manifest.ref, ref) for ref in above):
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
        elif _expands(manifest):
            gap = self._offer(manifest, above)
            self.expanded.gaps.extend([gap] if gap is not None else [])

    def add_generation(self, generation: Generation, above: Above) -> None:
        """Take what an ApplicationSet gave."""
        self.expanded.generations.append(generation)
        for application in generation.applications:
            self.take(application, (*above, generation.applicationset.ref))

    def add_rendering(
        self, source: PreparedSource, rendering: Rendering, above: Above
    ) -> None:
        """Take what a source of an Application gave."""
        self.expanded.prepared.append(source)
        self.expanded.renderings.append(rendering)
        for manifest in rendering.manifests:
            self.take(manifest, (*above, rendering.application.ref))

    def drain(self) -> Sequence[Waiting]:
        """Return what waits, and wait for more."""
        taken, self.waiting = self.waiting, []
        return taken

    def _offer(self, manifest: Manifest, above: Above) -> Gap | None:
        """Let an object wait for its turn; return a gap for what may not."""
        ref = manifest.ref
        # Two of one name are each expanded.
        if any(body == manifest.body for body in self.seen.get(ref, ())):
            return None
        if manifest.cluster not in ("", self.control):
            return Gap(
                str(ref),
                f"is applied to cluster {manifest.cluster}, where another Argo CD "
                "would expand it",
                location=manifest.origin.locate(),
                ref=ref,
            )
        if len(self.seen) >= MOST:
            told, self.full = self.full, True
            return None if told else _limit(ref, above, f"{MOST:,} Applications")
        if len(above) >= DEEPEST:
            levels = f"{DEEPEST} levels of Applications in Applications"
            return _limit(ref, above, levels)
        self.seen[ref].append(manifest.body)
        self.waiting.append(Waiting(manifest, above))
        return None


def _expands(manifest: Manifest) -> bool:
    """Tell whether an object gives other objects."""
    if manifest.kind == RELEASE:
        return True
    kinds = ("Application", "ApplicationSet")
    return manifest.kind in kinds and manifest.ref.group == GROUP


def _limit(ref: ObjectRef, above: Above, most: str) -> Gap:
    chain = " <- ".join(str(r) for r in (ref, *reversed(above[-3:])))
    return Gap(str(ref), f"more than {most}: {chain} …", ref=ref)


def _same(ref: ObjectRef, other: ObjectRef) -> bool:
    """Tell whether two names are one; a file may leave out the namespace."""
    if ref.namespace and other.namespace:
        return ref == other
    return ref.kind == other.kind and structs.replace(ref, namespace="") == (
        structs.replace(other, namespace="")
    )
