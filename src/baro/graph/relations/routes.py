"""An Ingress or HTTPRoute depends on the Services that it names."""

from collections.abc import Iterator

from baro.graph.graph import Edge, Relation
from baro.model.fieldpath import FieldPath, dotted, get
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.model.tolerant import sequence


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    for ingress in snapshot.of_kind("Ingress"):
        for name, path in ingress_services(ingress):
            yield _edge(ingress, name, ingress.ref.namespace, path)
    for route in snapshot.of_kind("HTTPRoute", "GRPCRoute"):
        for name, namespace, path in route_services(route):
            yield _edge(route, name, namespace, path)


def _edge(manifest: Manifest, name: str, namespace: str, path: FieldPath) -> Edge:
    service = ObjectRef("Service", name, namespace, "", manifest.cluster)
    return Edge(manifest.ref, service, Relation.ROUTES, dotted(path))


def ingress_services(ingress: Manifest) -> Iterator[tuple[str, FieldPath]]:
    """Yield the names of an Ingress's Services, with the fields that name them."""
    default: FieldPath = ("spec", "defaultBackend", "service", "name")
    if name := ingress.text(*default):
        yield name, default
    for r, rule in enumerate(ingress.sequence("spec", "rules")):
        for p, entry in enumerate(sequence(get(rule, ("http", "paths")))):
            name = get(entry, ("backend", "service", "name"))
            if isinstance(name, str):
                yield (
                    name,
                    (
                        *("spec", "rules", r, "http", "paths", p),
                        *("backend", "service", "name"),
                    ),
                )


def route_services(route: Manifest) -> Iterator[tuple[str, str, FieldPath]]:
    """Yield the Services of a route: name, namespace, the field that names it."""
    for r, rule in enumerate(route.sequence("spec", "rules")):
        for b, backend in enumerate(sequence(get(rule, ("backendRefs",)))):
            name = get(backend, ("name",))
            if (
                isinstance(name, str)
                and get(backend, ("kind",), "Service") == "Service"
            ):
                namespace = get(backend, ("namespace",)) or route.ref.namespace
                yield name, namespace, ("spec", "rules", r, "backendRefs", b, "name")
