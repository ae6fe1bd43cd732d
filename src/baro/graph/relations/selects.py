"""A Service depends on the workloads whose Pods its selector matches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from baro.graph.graph import Edge, Relation
from baro.model.manifest import Manifest
from baro.model.snapshot import Snapshot
from baro.model.workload import pod_labels

Workloads = Mapping[tuple[str, str], Sequence[Manifest]]


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    workloads = workloads_by_namespace(snapshot)
    for service in snapshot.of_kind("Service", group=""):
        for workload in selected(service, workloads):
            yield Edge(service.ref, workload.ref, Relation.SELECTS, "spec.selector")


@lru_cache(maxsize=4)
def workloads_by_namespace(snapshot: Snapshot) -> Workloads:
    """Return what runs Pods, by cluster and namespace."""
    found: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in snapshot.workloads:
        found[manifest.cluster, manifest.ref.namespace].append(manifest)
    return found


def selected(service: Manifest, workloads: Workloads) -> Iterator[Manifest]:
    """Yield the workloads of a Service's namespace that its selector matches."""
    selector = service.mapping("spec", "selector")
    if not selector:
        return
    for manifest in workloads.get((service.cluster, service.ref.namespace), ()):
        labels = pod_labels(manifest)
        if all(labels.get(key) == value for key, value in selector.items()):
            yield manifest
