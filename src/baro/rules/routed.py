"""The routing tables of a state, made once for all rules that ask."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Self

from msgspec import Struct

from baro.errors import InputError
from baro.graph.graph import Graph, Relation
from baro.model.fieldpath import FieldPath, get
from baro.model.finding import Evidence
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.routing.answer import Answer
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.routes import IngressNginxRoutes
from baro.routing.ingress_nginx.servers import Server
from baro.routing.platform import ClusterRoutes, cluster_routes
from baro.routing.request import Request
from baro.rules.patterns import takes

ANYWHERE = "any.other.host.example"
"""A host that stands for all that no Ingress names."""


@lru_cache(maxsize=1)
def routed(snapshot: Snapshot) -> Sequence[ClusterRoutes]:
    """Return the routes of every cluster of a state; all rules share them."""
    return tuple(
        cluster_routes(
            snapshot.manifests,
            kubernetes=snapshot.kubernetes_version,
            unknown={w for c in snapshot.clusters for w in c.unknown_words},
        )
    )


@dataclass(frozen=True, eq=False)
class Nginx:
    """One ingress-nginx, and what it makes of the Ingresses of its cluster."""

    cluster: ClusterRoutes
    routes: IngressNginxRoutes
    manifests: Mapping[str, Manifest]

    @classmethod
    def of(cls, cluster: ClusterRoutes, routes: IngressNginxRoutes) -> Self:
        """Find the manifests of the Ingresses by `namespace/name`."""
        found: dict[str, Manifest] = {}
        for ingress in routes.table.world.ingresses:
            if isinstance(ingress.subject, Manifest):
                found.setdefault(ingress.key, ingress.subject)
        return cls(cluster, routes, found)

    @property
    def does(self) -> Behaviour:
        """Return how its release and its settings make it behave."""
        return self.routes.table.behaviour

    @cached_property
    def servers(self) -> Sequence[Server]:
        """Return its servers, by host."""
        return [self.routes.servers[host] for host in sorted(self.routes.servers)]

    def annotation(self, name: str) -> str:
        """Return an annotation's key, with the prefix that this controller reads."""
        return f"{self.does.prefix}/{name}"

    def ingress(self, key: str) -> Manifest | None:
        """Return the Ingress called `namespace/name`."""
        return self.manifests.get(key)

    def answer(self, host: str, path: str, scheme: str = "https") -> Answer | None:
        """Tell what becomes of a request; None where no client can send it."""
        try:
            request = Request.of(f"{scheme}://{reached(host)}{path}")
        except InputError:
            return None
        return self.routes.answer(request)

    @cached_property
    def by_host(self) -> Mapping[str, Sequence["Path"]]:
        """Return the paths that Ingresses give to each host, each once."""
        return {one.host: tuple(_paths(self, one)) for one in self.servers}

    def paths(self) -> Iterator["Path"]:
        """Yield the paths that are served, each once."""
        return chain.from_iterable(self.by_host.values())


class Path(Struct, frozen=True, eq=False):
    """A path of an Ingress, and the locations that it has become."""

    nginx: Nginx
    server: Server
    locations: tuple[Location, ...]
    ingress: Manifest

    @property
    def location(self) -> Location:
        """Return the first of its locations; all of them have the same settings."""
        return self.locations[0]

    def takes(self, text: str) -> bool:
        """Tell whether a regular expression of it matches a path."""
        return any(one.regex and takes(one.regex, text) for one in self.locations)

    @property
    def text(self) -> str:
        """Return the path as the Ingress writes it."""
        return self.location.declared

    @property
    def field(self) -> FieldPath:
        """Return where the Ingress writes it."""
        exact = self.location.path_type == "Exact"
        return path_field(self.ingress, self.server.host, self.text, exact=exact)

    @property
    def evidence(self) -> Evidence:
        """Return the field and its line."""
        return Evidence.of(self.ingress, self.field)

    def annotated(self, name: str) -> Evidence:
        """Return an annotation of its Ingress, by the name without the prefix."""
        return annotated(self.ingress, self.nginx.annotation(name))


@lru_cache(maxsize=1)
def ingress_nginx(snapshot: Snapshot) -> Sequence[Nginx]:
    """Return every ingress-nginx of a state; all rules share them.

    A cluster that installs none, and none of another kind either, is taken to have
    the last release; one that installs only controllers baro does not know has none.
    """
    return tuple(
        Nginx.of(cluster, table.routes)
        for cluster in routed(snapshot)
        if not (cluster.assumed and cluster.foreign)
        for table in cluster.tables
        if isinstance(table.routes, IngressNginxRoutes)
    )


def paths_of(nginx: Nginx, server: Server) -> Sequence[Path]:
    """Return the paths that Ingresses give to a host, each once."""
    return nginx.by_host[server.host]


def _paths(nginx: Nginx, server: Server) -> Iterator[Path]:
    # A plain Prefix becomes two locations.
    found: defaultdict[tuple[str, str, str], list[Location]] = defaultdict(list)
    for location in server.locations:
        if location.owner is not None and not location.is_default:
            key = (location.owner_key, location.declared, location.path_type)
            found[key].append(location)
    for locations in found.values():
        owner = locations[0].owner
        subject = owner.ingress.subject if owner is not None else None
        if isinstance(subject, Manifest):
            yield Path(nginx, server, tuple(locations), subject)


def path_field(
    ingress: Manifest, host: str, path: str, *, exact: bool | None = None
) -> FieldPath:
    """Return where an Ingress gives `path` to `host`; `exact` tells the type apart."""
    for field, entry in path_fields(ingress, host):
        is_exact = get(entry, ("pathType",)) == "Exact"
        if (get(entry, ("path",)) or "/") == path and exact in (None, is_exact):
            return (*field, "path")
    return ("spec", "rules")


def path_fields(
    ingress: Manifest, host: str | None = None
) -> Iterator[tuple[FieldPath, object]]:
    """Yield the paths of an Ingress (of one host), each with its field."""
    for r, rule in enumerate(ingress.sequence("spec", "rules")):
        if host is not None and (get(rule, ("host",)) or DEFAULT_SERVER) != host:
            continue
        paths = get(rule, ("http", "paths"))
        for p, entry in enumerate(paths if isinstance(paths, list) else ()):
            yield ("spec", "rules", r, "http", "paths", p), entry


def host_field(ingress: Manifest, host: str) -> FieldPath:
    """Return where an Ingress names a host."""
    for r, rule in enumerate(ingress.sequence("spec", "rules")):
        if get(rule, ("host",)) == host:
            return ("spec", "rules", r, "host")
    return ("spec", "rules")


def annotated(manifest: Manifest, key: str) -> Evidence:
    """Return an annotation and its line."""
    return Evidence.of(manifest, ("metadata", "annotations", key))


def spoken(host: str) -> str:
    """Return a host as a message names it."""
    return "hosts without an Ingress" if host == DEFAULT_SERVER else f"host {host}"


def reached(host: str) -> str:
    """Return a name that a client can ask for, and that the host covers."""
    if host == DEFAULT_SERVER:
        return ANYWHERE
    return host.replace("*.", "any.", 1) if host.startswith("*.") else host


def whose(ingress: Manifest, other: Manifest) -> str:
    """Return an Ingress's name, with its Application where the other has another."""
    application = ingress.application
    if application is None or application == other.application:
        return str(ingress.ref)
    return f"{ingress.ref} of Application {application.name}"


def services_for(graph: Graph, config: ObjectRef) -> set[str]:
    """Return the Services (`namespace/name`) before the Pods that mount a ConfigMap."""
    return {
        service.dependent.path
        for mount in graph.dependents(config)
        if mount.relation is Relation.MOUNTS
        for service in graph.dependents(mount.dependent)
        if service.relation is Relation.SELECTS
    }
