"""The clusters that Argo CD will know: from Secrets, ExternalSecrets, `baro.yaml`."""

# Argo CD: applicationset/generators/cluster.go; util/db/cluster.go

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.clusters.externalsecret import make_secret
from baro.expand.clusters.registration import CLUSTER, Places, registered, registers
from baro.expand.clusters.remotevalues import Doubt, named, opened, stated
from baro.expand.platform import Platform, Root
from baro.expand.ports import HelmEngine
from baro.expand.settings import ClusterEntry
from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER, ClusterRegistration
from baro.model.fieldpath import FieldPath, get
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.ref import ObjectRef
from baro.model.secret import SECRET_TYPE_LABEL, redact_remote
from baro.model.selector import matches


class Inventory(Struct, frozen=True):
    """The clusters, the implicit local one last, and what could not be told.

    `gaps` has one for all remote values that an ExternalSecret lacks; `doubts` has one
    for each.
    """

    clusters: tuple[ClusterRegistration, ...]
    gaps: tuple[Gap, ...] = ()
    doubts: tuple[Gap, ...] = ()


def take_inventory(
    platform: Platform, found: Iterable[Manifest], engine: HelmEngine
) -> Inventory:
    """Return the clusters that `baro.yaml` and these manifests register.

    `found` may hold other objects, too. A cluster in `baro.yaml` stands for every
    manifest that registers the same name. Two manifests that register one name, or
    one server, are both kept. The engine renders the templates of ExternalSecrets.
    """
    stated = [
        _stated(root, index, entry)
        for root in platform.roots
        for index, entry in enumerate(root.settings.clusters)
    ]
    taker = _Taker(platform, engine)
    clusters, gaps = list(stated), list[_Doubted]()
    for manifest in _once(found, platform.settings.argocd_namespace):
        for registration, missing in taker.take(manifest):
            if registration is None:
                gaps.extend(missing)
            elif not any(_stands_for(cluster, registration) for cluster in stated):
                clusters.append(registration)
                gaps.extend(missing)
    if all(cluster.server != LOCAL_SERVER for cluster in clusters):
        clusters.append(ClusterRegistration(LOCAL_NAME, LOCAL_SERVER, implicit=True))
    gaps = list(dict.fromkeys(gaps))
    return Inventory(
        tuple(clusters), tuple(_united(gaps)), tuple(gap for gap, _ in gaps)
    )


def _stands_for(stated: ClusterRegistration, found: ClusterRegistration) -> bool:
    """Tell whether `baro.yaml` says what a manifest registers."""
    if ("name",) in found.unknown:
        return stated.server == found.server
    return stated.name in (found.name, found.ref.name)


def _once(found: Iterable[Manifest], namespace: str) -> Iterable[Manifest]:
    """Return what registers clusters; of two manifests of one object the last."""
    kept: dict[tuple[str, str, str], Manifest] = {}
    for manifest in found:
        if registers(manifest.body):
            ref = manifest.ref
            kept[(ref.kind, ref.namespace or namespace, ref.name)] = manifest
    return kept.values()


def _stated(root: Root, index: int, entry: ClusterEntry) -> ClusterRegistration:
    paths: dict[FieldPath, FieldPath] = {
        (part, name): ("clusters", index, part, name)
        for part in ("labels", "annotations")
        for name in getattr(entry, part)
    }
    origin = Origin(OriginKind.CONFIGURED, root.text)
    return ClusterRegistration(
        name=entry.name,
        server=entry.server,
        labels={SECRET_TYPE_LABEL: CLUSTER, **entry.labels},
        annotations=entry.annotations,
        project=entry.project,
        location=root.locate("clusters", index),
        places=Places(origin, paths),
    )


_Doubted = tuple[Gap, tuple[str, str] | None]
"""A gap, and the remote value that it is about."""
_Taken = tuple[ClusterRegistration | None, Sequence[_Doubted]]


def _united(doubted: Iterable[_Doubted]) -> Iterator[Gap]:
    """Yield one gap for all remote values that an object lacks, and the others."""
    lacking: dict[ObjectRef | None, list[_Doubted]] = {}
    for each in doubted:
        gap, value = each
        if value is None:
            yield gap
        else:
            lacking.setdefault(gap.ref, []).append(each)
    for those in lacking.values():
        first, _ = those[0]
        if len(those) == 1:
            yield first
            continue
        asked: dict[str, list[str]] = {}
        for _, value in those:
            key, wanted = value or ("", "")
            asked.setdefault(key, []).append(wanted)
        names = "; ".join(named(key, *wanted) for key, wanted in asked.items())
        yield replace(
            first,
            reason=f"the values of {names} are not known",
            closes_with="; ".join(stated(key, *each) for key, each in asked.items()),
        )


class _Taker:
    """Reads registrations out of manifests."""

    def __init__(self, platform: Platform, engine: HelmEngine) -> None:
        self._namespace = platform.settings.argocd_namespace
        self._remote = redact_remote(
            {
                key: value if isinstance(value, Mapping) else opened(value)
                for key, value in platform.settings.external_secrets.items()
            }
        )
        self._engine = engine

    def take(self, manifest: Manifest) -> Iterator[_Taken]:
        """Yield the clusters that a manifest registers, and what is not known."""
        kind = manifest.kind
        if kind == "ClusterExternalSecret":
            spread = self._spread(manifest)
            if spread is None:
                reason = "namespaces are selected by labels"
                yield None, [(_elsewhere(manifest, reason), None)]
            elif spread:
                yield self._made(manifest, ("spec", "externalSecretSpec"))
            return
        if manifest.ref.namespace not in ("", self._namespace):
            reason = f"is outside of Argo CD's namespace {self._namespace}"
            closes = f"argocdNamespace: {manifest.ref.namespace}"
            yield None, [(_elsewhere(manifest, reason, closes), None)]
        elif kind == "ExternalSecret":
            yield self._made(manifest, ("spec",))
        else:
            yield registered(manifest), ()

    def _spread(self, manifest: Manifest) -> bool | None:
        """Tell whether a ClusterExternalSecret reaches Argo CD's namespace."""
        if self._namespace in manifest.sequence("spec", "namespaces"):
            return True
        selectors = manifest.sequence("spec", "namespaceSelectors")
        selectors = [*selectors, manifest.mapping("spec", "namespaceSelector")]
        known = {"kubernetes.io/metadata.name": self._namespace}
        present = [s for s in selectors if isinstance(s, Mapping) and s]
        if not present:
            return False
        if any(matches(selector, known) for selector in present):
            return True
        return None

    def _made(self, manifest: Manifest, within: FieldPath) -> _Taken:
        policy = get(manifest.body, (*within, "target", "creationPolicy"))
        if policy == "None":
            return None, ()
        if policy == "Merge":
            reason = "is merged into a Secret that something else makes"
            return None, [(_elsewhere(manifest, reason), None)]
        made = make_secret(manifest, within, self._remote, self._evaluate)
        gaps = [(_doubtful(manifest, doubt), doubt.value) for doubt in made.doubts]
        if made.labels.get(SECRET_TYPE_LABEL) != CLUSTER:
            return None, gaps
        paths: dict[FieldPath, FieldPath] = {
            key: path for key, path in made.origins.items() if key[0] != "data"
        }
        name = made.data.get("name", "")
        doubtful: set[FieldPath] = {
            (part, key)
            for part in ("labels", "annotations")
            for key, value in made.part(part).items()
            if made.is_unknown(value)
        }
        if made.is_unknown(name):
            doubtful.add(("name",))
        registration = ClusterRegistration(
            name=name,
            server=made.data.get("server", ""),
            labels=made.labels,
            annotations=made.annotations,
            project=made.data.get("project", ""),
            origin=manifest,
            location=manifest.origin.locate((*within, "target", "template")),
            places=Places(manifest.origin, paths),
            unknown=frozenset(doubtful),
        )
        return registration, gaps

    def _evaluate(
        self, templates: Sequence[str], params: Mapping[str, Any]
    ) -> list[str | None]:
        (answers,) = self._engine.evaluate(templates, [params], ["missingkey=error"])
        return [answer if isinstance(answer, str) else None for answer in answers]


def _doubtful(manifest: Manifest, doubt: Doubt) -> Gap:
    return Gap(
        subject=str(manifest.ref),
        reason=doubt.reason,
        closes_with=doubt.closes_with or "clusters",
        location=manifest.origin.locate(doubt.at),
        ref=manifest.ref,
    )


def _elsewhere(manifest: Manifest, reason: str, closes_with: str = "clusters") -> Gap:
    return Gap(
        subject=str(manifest.ref),
        reason=reason,
        closes_with=closes_with,
        location=manifest.origin.locate(("metadata", "namespace")),
        ref=manifest.ref,
    )
