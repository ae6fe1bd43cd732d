"""A Secret depends on the object whose controller makes it.

ExternalSecret (external-secrets), SealedSecret (sealed-secrets), Certificate
(cert-manager), and a claim on the StatefulSet whose template asks for it.
"""

from collections.abc import Iterator

from baro.graph.graph import Edge, Relation
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot

MOST = 1000
"""Pods of a StatefulSet whose claims are named."""


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    for maker in snapshot.of_kind("ExternalSecret", "SealedSecret", "Certificate"):
        name, via = made_secret(maker)
        if name:
            yield Edge(_near(maker, "Secret", name), maker.ref, Relation.PROVIDES, via)
    for workload in snapshot.of_kind("StatefulSet"):
        for name in claimed(workload):
            claim = _near(workload, "PersistentVolumeClaim", name)
            via = "spec.volumeClaimTemplates"
            yield Edge(claim, workload.ref, Relation.PROVIDES, via)


def made_secret(maker: Manifest) -> tuple[str, str]:
    """Return the name of the Secret that an object makes, and the naming field."""
    match maker.kind:
        case "ExternalSecret":
            named = maker.text("spec", "target", "name")
            via = "spec.target.name" if named else "metadata.name"
            return named or maker.ref.name, via
        case "SealedSecret":
            named = maker.text("spec", "template", "metadata", "name")
            via = "spec.template.metadata.name" if named else "metadata.name"
            return named or maker.ref.name, via
        case "Certificate":
            return maker.text("spec", "secretName"), "spec.secretName"
        case _:
            return "", ""


def claimed(workload: Manifest) -> Iterator[str]:
    """Yield the names of the claims that a StatefulSet makes: `data-postgresql-0`.

    Those of its first `MOST` Pods: `replicas` may be any number.
    """
    replicas = workload.get("spec", "replicas")
    count = min(replicas, MOST) if isinstance(replicas, int) else 1
    for index, _ in enumerate(workload.sequence("spec", "volumeClaimTemplates")):
        name = workload.text("spec", "volumeClaimTemplates", index, "metadata", "name")
        for ordinal in range(count):
            yield f"{name}-{workload.ref.name}-{ordinal}"


def _near(maker: Manifest, kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind, name, maker.ref.namespace, "", maker.cluster)
