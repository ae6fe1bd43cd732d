"""Where the Ingresses in front of an application serve it."""

import re
from collections.abc import Iterator

from msgspec import Struct

from baro.graph.graph import Graph, Relation
from baro.graph.relations.routes import ingress_services
from baro.model.fieldpath import FieldPath, get
from baro.model.finding import Evidence
from baro.model.manifest import Manifest
from baro.model.snapshot import Snapshot

_LITERAL = re.compile(r"[^(\[{.*+?|^$\\]*")
_BACKEND = 3
"""Steps from a path of an Ingress down to the name of its Service."""


class Front(Struct, frozen=True, eq=False):
    """A path of an Ingress that leads to an application.

    `host` is as the Ingress writes it, `*` for every one; `root` the part of the path
    that stands for itself, without a slash at its end. `rule` and `path` are the
    fields of the two; `path` is empty for the default backend.
    """

    ingress: Manifest
    host: str
    root: str
    rule: FieldPath
    path: FieldPath

    def evidence(self, host: str) -> Evidence:
        """Take the field that makes it another place than one on `host`."""
        if self.path and self.serves(host):
            return Evidence.of(self.ingress, (*self.path, "path"))
        return Evidence.of(self.ingress, (*self.rule, "host"))

    def serves(self, host: str) -> bool:
        """Tell whether requests for a host meet it."""
        if self.host.startswith("*."):
            return host.partition(".")[2] == self.host[2:]
        return self.host in ("*", host)


def fronts(snapshot: Snapshot, graph: Graph, config: Manifest) -> Iterator[Front]:
    """Yield the ways to the Pods that mount a ConfigMap."""
    workloads = {
        edge.dependent
        for edge in graph.dependents(config.ref)
        if edge.relation is Relation.MOUNTS
    }
    services = {
        (edge.dependent.cluster, edge.dependent.namespace, edge.dependent.name)
        for workload in workloads
        for edge in graph.dependents(workload)
        if edge.relation is Relation.SELECTS
    }
    for ingress in snapshot.of_kind("Ingress") if services else ():
        for name, at in ingress_services(ingress):
            if (ingress.cluster, ingress.ref.namespace, name) in services:
                yield _front(ingress, at)


def _front(ingress: Manifest, service: FieldPath) -> Front:
    path, rule = service[:-_BACKEND], service[:3]
    if "defaultBackend" in service:
        return Front(ingress, "*", "", ("spec", "defaultBackend"), ())
    written = get(ingress.body, (*path, "path")) or "/"
    literal = _LITERAL.match(str(written))
    root = literal[0].rstrip("/") if literal is not None else ""
    host = get(ingress.body, (*rule, "host")) or "*"
    return Front(ingress, str(host), root, rule, path)
