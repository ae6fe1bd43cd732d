"""What is found in a tree, as the kustomizations that patch it would apply it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from baro.expand.charts.chartstore import ChartStore
from baro.expand.discovery.discover import ARGOCD_KINDS, Discovered, Unread
from baro.expand.discovery.overlays import Overlaid, overlaid
from baro.expand.ports import HelmEngine, Tree
from baro.expand.sources.kustomize import Builder, print_kustomize
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.kustomizecharts import Charts
from baro.expand.sources.prepared import Printed
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import StoppedError
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.tolerant import mapping

MOST = 8
"""Kustomizations that are built to learn whether they make the same of an object."""
SHOWN = 3
"""How many of them a gap names."""
_NOWHERE = Origin(OriginKind.CONFIGURED)


class Builds:
    """Builds the kustomizations of a tree that patch what Argo CD acts upon."""

    def __init__(
        self,
        tree: Tree,
        program: Kustomize | None,
        charts: ChartStore,
        engine: HelmEngine,
    ) -> None:
        """Begin with nothing built."""
        self._tree = tree
        self._builder = Builder(program, Charts(charts, engine))
        self._built: dict[str, tuple[Printed, ...] | StoppedError] = {}
        self._names: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def over(self, found: Discovered) -> Discovered:
        """Return what is found, with every object as it is applied.

        One that several kustomizations make several things of is left out, with a gap.
        """
        manifests = {id(m): m for m in found.manifests}
        for manifest in found.manifests:
            if manifest.origin.text is not None:
                beside = manifest.origin.text.file, manifest.kind
                self._names[beside].add(manifest.ref.name)
        unread: list[Unread] = []
        for each in overlaid(self._tree, found.manifests, ARGOCD_KINDS):
            settled = self._settled(each)
            if isinstance(settled, Manifest):
                manifests[id(each.manifest)] = settled
            else:
                del manifests[id(each.manifest)]
                unread.append(settled)
        return replace(
            found,
            manifests=tuple(manifests.values()),
            unread=(*found.unread, *unread),
        )

    def _settled(self, each: Overlaid) -> Manifest | Unread:
        bodies: list[Any] = []
        try:
            for folder in each.by[:MOST]:
                body = self._body(each, folder)
                if body is not None and body not in bodies:
                    bodies.append(body)
        except StoppedError as error:
            closes = error.cause.closes_with if isinstance(error.cause, Gap) else ""
            reason = f"the kustomization {_named(each)} patches it, and {error}"
            return _unread(each, reason, closes)
        if not bodies:
            return each.manifest
        if len(bodies) == 1 and len(each.by) <= MOST:
            return Manifest(bodies[0], each.manifest.origin)
        return _unread(
            each,
            f"{len(each.by)} kustomizations patch it, each in its own way: "
            f"{_named(each)}",
            f"roots: [{{path: {each.by[0] or '.'}}}], or the one that is applied",
        )

    def _body(self, each: Overlaid, folder: str) -> Any:
        """Return what a kustomization makes of an object, None if it drops it."""
        text, ref = each.manifest.origin.text, each.manifest.ref
        for printed in self._printed(folder):
            if printed.text is None or text is None or printed.text.file != text.file:
                continue
            if printed.body.get("kind") != ref.kind:
                continue
            name = str(mapping(printed.body.get("metadata")).get("name"))
            # A prefix or a suffix may stand around the name; of two, the longer is it.
            inside = [one for one in self._names[text.file, ref.kind] if one in name]
            if ref.name == max(inside, key=len, default=""):
                return printed.body
        return None

    def _printed(self, folder: str) -> Sequence[Printed]:
        if folder not in self._built:
            try:
                self._built[folder] = tuple(self._print(folder))
            except StoppedError as error:
                self._built[folder] = error
        built = self._built[folder]
        if isinstance(built, StoppedError):
            raise StoppedError(built.cause)
        return built

    def _print(self, folder: str) -> Iterator[Printed]:
        source: dict[str, Any] = {"path": folder or "."}
        nobody = Manifest({"spec": {"source": source}}, _NOWHERE)
        spec = SourceSpec(nobody, ("spec", "source"), source)
        return print_kustomize(spec, self._tree, folder, self._builder)


def _named(each: Overlaid) -> str:
    shown = ", ".join(folder or "." for folder in each.by[:SHOWN])
    more = len(each.by) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _unread(each: Overlaid, reason: str, closes: str) -> Unread:
    manifest = each.manifest
    ref, place = manifest.ref, manifest.origin.locate()
    gap = Gap(str(ref), reason, closes, location=place, ref=ref)
    return Unread(each.file, gap, each.within)
