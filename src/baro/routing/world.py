"""The objects that routing looks at, read tolerantly from plain dicts.

A field of the wrong type counts as absent: what the API server would say to it is
`apiserver.refusals`' affair, and no input may stop the table from being built.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec import field as struct_field

from baro.model.tolerant import mapping, maps, sequence, text
from baro.routing.declared import Declared
from baro.routing.default_class import default_classes

INGRESS_GROUP = "networking.k8s.io"


class Backend(Struct, frozen=True):
    """A Service and a port (number or name, as text) of the Ingress' namespace."""

    service: str
    port: str


class PathRule(Struct, frozen=True):
    """One path of a rule; `backend` is None for a `resource:` backend."""

    path: str
    path_type: str
    backend: Backend | None


class Rule(Struct, frozen=True):
    """One rule; `paths` is None where it has no `http:` at all."""

    host: str
    paths: tuple[PathRule, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Ingress:
    """What routing reads of an Ingress.

    `created` is in seconds since 1970, None where nobody has said it; `key` is
    `namespace/name`. `default_classes` are those of which the API server writes one
    in, `class_name` being the one that it takes unless ages say otherwise; `refused`
    is why it does not create the Ingress.
    """

    namespace: str
    name: str
    created: int | None
    annotations: Mapping[str, str]
    class_name: str | None
    rules: tuple[Rule, ...]
    tls: tuple[tuple[str, tuple[str, ...]], ...]
    default_backend: Backend | None
    has_default_backend: bool
    subject: object = None
    default_classes: tuple[str, ...] = ()
    refused: str = ""
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Write `namespace/name` once."""
        object.__setattr__(self, "key", f"{self.namespace}/{self.name}")


class ServicePort(Struct, frozen=True):
    """One port of a Service, all three ways to name it as text."""

    number: str
    name: str
    target: str


class Service(Struct, frozen=True):
    """What routing reads of a Service."""

    namespace: str
    name: str
    type: str
    headless: bool
    ports: tuple[ServicePort, ...]

    def port(self, wanted: str) -> ServicePort | None:
        """Return the port that an Ingress means by number, target port or name."""
        for port in self.ports:
            if wanted in (port.number, port.target, port.name):
                return port
        return None


class World(Struct, frozen=True, eq=False):
    """All objects of one cluster that routing cares about.

    `services_known` is False when the caller gave no Service at all: then every
    Service that an Ingress names is taken to exist. `ready` says for a Service
    with EndpointSlices whether one of its endpoints is ready. `default_classes` are
    the IngressClasses that the API server gives to new Ingresses, likeliest first.
    """

    ingresses: tuple[Ingress, ...] = ()
    classes: Mapping[str, str] = struct_field(default_factory=dict)
    default_classes: tuple[str, ...] = ()
    services: Mapping[str, Service] = struct_field(default_factory=dict)
    services_known: bool = False
    ready: Mapping[str, bool] = struct_field(default_factory=dict)
    unready: frozenset[str] = frozenset()
    declared: Mapping[str, Sequence[Declared]] = struct_field(default_factory=dict)

    @classmethod
    def of(
        cls, objects: Iterable[Declared], *, unready: Collection[str] = ()
    ) -> "World":
        """Sort the objects by kind and read them."""
        by_kind: defaultdict[str, list[Declared]] = defaultdict(list)
        for declared in objects:
            by_kind[declared.kind].append(declared)
        services = [read_service(declared) for declared in by_kind["Service"]]
        return cls(
            ingresses=tuple(
                read_ingress(declared)
                for declared in by_kind["Ingress"]
                if declared.group == INGRESS_GROUP
            ),
            classes={
                declared.name: text(declared.spec.get("controller"))
                for declared in by_kind["IngressClass"]
            },
            default_classes=default_classes(by_kind["IngressClass"]),
            services={f"{s.namespace}/{s.name}": s for s in services},
            services_known=bool(services),
            ready=_readiness(by_kind["EndpointSlice"]),
            unready=frozenset(unready),
            declared=dict(by_kind),
        )

    def of_kind(self, kind: str) -> Sequence[Declared]:
        """Return the objects of a kind as they were given."""
        return self.declared.get(kind, ())


def read_ingress(declared: Declared) -> Ingress:
    """Read one Ingress; parts of the wrong type count as absent."""
    spec = declared.spec
    class_name = spec.get("ingressClassName")
    return Ingress(
        namespace=declared.namespace,
        name=declared.name,
        created=declared.created,
        annotations={
            str(key): value
            for key, value in mapping(declared.metadata.get("annotations")).items()
            if isinstance(value, str)
        },
        class_name=class_name if isinstance(class_name, str) else None,
        rules=tuple(_rule(rule) for rule in maps(spec.get("rules"))),
        tls=tuple(
            (
                text(entry.get("secretName")),
                tuple(text(host) for host in sequence(entry.get("hosts"))),
            )
            for entry in maps(spec.get("tls"))
        ),
        default_backend=_backend(spec.get("defaultBackend")),
        has_default_backend=spec.get("defaultBackend") is not None,
        subject=declared.subject,
        default_classes=declared.default_classes,
        refused=declared.refused,
    )


def _rule(rule: Mapping[str, Any]) -> Rule:
    http = rule.get("http")
    return Rule(
        host=text(rule.get("host")),
        paths=tuple(
            PathRule(
                path=text(path.get("path")),
                path_type=text(path.get("pathType")),
                backend=_backend(path.get("backend")),
            )
            for path in maps(http.get("paths"))
        )
        if isinstance(http, (dict, Mapping))
        else None,
    )


def _backend(value: object) -> Backend | None:
    if value is None:
        return None
    service = mapping(value).get("service")
    if not isinstance(service, (dict, Mapping)):
        return None
    port = mapping(service.get("port"))
    number = text(port.get("number"))
    return Backend(
        service=text(service.get("name")),
        port=number if number not in ("", "0") else text(port.get("name")),
    )


def read_service(declared: Declared) -> Service:
    """Read one Service; parts of the wrong type count as absent."""
    spec = declared.spec
    return Service(
        namespace=declared.namespace,
        name=declared.name,
        type=text(spec.get("type")) or "ClusterIP",
        headless=spec.get("clusterIP") == "None",
        ports=tuple(
            ServicePort(
                number=text(port.get("port")),
                name=text(port.get("name")),
                # The API server fills in an absent target port with the number.
                target=text(port.get("targetPort")) or text(port.get("port")),
            )
            for port in maps(spec.get("ports"))
        ),
    )


def _readiness(slices: Iterable[Declared]) -> dict[str, bool]:
    ready: dict[str, bool] = {}
    for declared in slices:
        labels = mapping(declared.metadata.get("labels"))
        service = text(labels.get("kubernetes.io/service-name"))
        if service:
            key = f"{declared.namespace}/{service}"
            ready[key] = ready.get(key, False) or any(
                bool(sequence(endpoint.get("addresses")))
                and mapping(endpoint.get("conditions")).get("ready") is not False
                for endpoint in maps(declared.body.get("endpoints"))
            )
    return ready
