"""A workload depends on the Secrets, ConfigMaps, claims and accounts of its Pods.

The edge is there whether or not anybody makes the object.
"""

from collections.abc import Iterator

from baro.graph.graph import Edge, Relation
from baro.model.fieldpath import dotted
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    for manifest, wanted in snapshot.needs:
        for need in wanted:
            dependency = ObjectRef(
                need.kind, need.name, manifest.ref.namespace, "", manifest.cluster
            )
            yield Edge(manifest.ref, dependency, Relation.MOUNTS, dotted(need.path))
