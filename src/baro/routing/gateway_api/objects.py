"""The objects of Gateway API, read tolerantly from plain dicts."""

# Gateway API: apis/v1/{gateway,httproute,grpcroute,shared}_types.go

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from baro.model.tolerant import mapping, maps, sequence, text
from baro.routing.declared import Declared
from baro.routing.world import World

GROUP = "gateway.networking.k8s.io"
PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}


class Reference(Struct, frozen=True):
    """The name of another object; `key` is `namespace/name`."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def key(self) -> str:
        """Return `namespace/name`."""
        return f"{self.namespace}/{self.name}"


class Listener(Struct, frozen=True, eq=False):
    """One listener. `allowed` is `Same`, `All` or `Selector`."""

    name: str
    port: int
    protocol: str
    hostname: str
    allowed: str
    selector: Mapping[str, Any]
    kinds: tuple[tuple[str, str], ...]
    certificates: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Gateway:
    """A Gateway; `seen` is False for one that the routes name and nobody gave."""

    namespace: str
    name: str
    class_name: str
    listeners: tuple[Listener, ...]
    subject: object = None
    seen: bool = True
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Write `namespace/name` once."""
        object.__setattr__(self, "key", f"{self.namespace}/{self.name}")


class Parent(Struct, frozen=True):
    """What a route wants to be attached to; `port` is 0 where none is named."""

    target: Reference
    section: str
    port: int


class ValueMatch(Struct, frozen=True):
    """A header or query parameter and the value it must have."""

    name: str
    value: str
    is_regex: bool


@dataclass(frozen=True, slots=True)
class Match:
    """One match of a rule, all of whose conditions must hold.

    `service` and `call` are those of a GRPCRoute, whose `path_type` is then `gRPC`.
    """

    path_type: str = "PathPrefix"
    path: str = "/"
    method: str = ""
    headers: tuple[ValueMatch, ...] = ()
    query: tuple[ValueMatch, ...] = ()
    service: str = ""
    call: str = ""
    _text: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Write it in one line, once."""
        words = [self.path_type, self.path]
        if self.method:
            words.append(f"method {self.method}")
        words += [f"header {one.name}: {one.value}" for one in self.headers]
        words += [f"query {one.name}={one.value}" for one in self.query]
        object.__setattr__(self, "_text", " ".join(words))

    def __str__(self) -> str:
        """Return it in one line."""
        return self._text


class BackendRef(Struct, frozen=True, eq=False):
    """A backend and its weight; filters are those for this backend alone."""

    target: Reference
    port: str
    weight: int
    filters: tuple[Mapping[str, Any], ...]


class RouteRule(Struct, frozen=True, eq=False):
    """One rule of a route."""

    matches: tuple[Match, ...]
    filters: tuple[Mapping[str, Any], ...]
    backends: tuple[BackendRef, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """An HTTPRoute or a GRPCRoute; `created` is None where nobody has said it."""

    kind: str
    namespace: str
    name: str
    created: int | None
    hostnames: tuple[str, ...]
    parents: tuple[Parent, ...]
    rules: tuple[RouteRule, ...]
    subject: object = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Write `namespace/name` once."""
        object.__setattr__(self, "key", f"{self.namespace}/{self.name}")


def declared_of(world: World, kind: str, group: str = GROUP) -> list[Declared]:
    """Return the objects of a kind in an order that does not depend on the input."""
    found = [one for one in world.of_kind(kind) if one.group == group]
    return sorted(found, key=_position)


def _position(declared: Declared) -> tuple[str, str, str]:
    body = json.dumps(declared.body, sort_keys=True, default=str, skipkeys=True)
    return declared.namespace, declared.name, body


def gateways(world: World) -> list[Gateway]:
    """Read the Gateways."""
    return [
        Gateway(
            namespace=declared.namespace,
            name=declared.name,
            class_name=text(declared.spec.get("gatewayClassName")),
            listeners=tuple(
                _listener(one, declared.namespace)
                for one in maps(declared.spec.get("listeners"))
            ),
            subject=declared.subject,
        )
        for declared in declared_of(world, "Gateway")
    ]


def _listener(body: Mapping[str, Any], namespace: str) -> Listener:
    allowed = mapping(body.get("allowedRoutes"))
    namespaces = mapping(allowed.get("namespaces"))
    certificates = maps(mapping(body.get("tls")).get("certificateRefs"))
    return Listener(
        name=text(body.get("name")),
        port=_number(body.get("port")),
        protocol=text(body.get("protocol")),
        hostname=text(body.get("hostname")).lower(),
        allowed=text(namespaces.get("from")) or "Same",
        selector=mapping(namespaces.get("selector")),
        kinds=tuple(
            (text(kind.get("group", GROUP)), text(kind.get("kind")))
            for kind in maps(allowed.get("kinds"))
        ),
        certificates=tuple(
            _reference(one, namespace, "", "Secret") for one in certificates
        ),
    )


def routes(world: World) -> Iterator[Route]:
    """Read the HTTPRoutes and GRPCRoutes."""
    for kind in ("HTTPRoute", "GRPCRoute"):
        for declared in declared_of(world, kind):
            yield _route(declared)


def _route(declared: Declared) -> Route:
    spec, namespace = declared.spec, declared.namespace
    grpc = declared.kind == "GRPCRoute"
    rules = list(maps(spec.get("rules")))
    if not sequence(spec.get("rules")):
        # The API server fills in one rule, which matches all and answers nothing.
        rules = [{}]
    return Route(
        kind=declared.kind,
        namespace=namespace,
        name=declared.name,
        created=declared.created,
        hostnames=tuple(text(h).lower() for h in sequence(spec.get("hostnames"))),
        parents=tuple(
            Parent(
                target=_reference(one, namespace, GROUP, "Gateway"),
                section=text(one.get("sectionName")),
                port=_number(one.get("port")),
            )
            for one in maps(spec.get("parentRefs"))
        ),
        rules=tuple(_rule(rule, namespace, grpc=grpc) for rule in rules),
        subject=declared.subject,
    )


def _rule(body: Mapping[str, Any], namespace: str, *, grpc: bool) -> RouteRule:
    read = _grpc_match if grpc else _http_match
    matches = tuple(read(one) for one in maps(body.get("matches")))
    return RouteRule(
        matches=matches or (read({}),),
        filters=tuple(maps(body.get("filters"))),
        backends=tuple(
            BackendRef(
                target=_reference(one, namespace, "", "Service"),
                port=text(one.get("port")),
                weight=_number(one.get("weight", 1)),
                filters=tuple(maps(one.get("filters"))),
            )
            for one in maps(body.get("backendRefs"))
        ),
    )


def _http_match(body: Mapping[str, Any]) -> Match:
    path = mapping(body.get("path"))
    return Match(
        path_type=text(path.get("type")) or "PathPrefix",
        path=text(path.get("value")) or "/",
        method=text(body.get("method")),
        headers=_values(body.get("headers"), fold=True),
        query=_values(body.get("queryParams"), fold=False),
    )


def _grpc_match(body: Mapping[str, Any]) -> Match:
    method = mapping(body.get("method"))
    service, call = text(method.get("service")), text(method.get("method"))
    regex = method.get("type") == "RegularExpression"
    return Match(
        path_type="RegularExpression" if regex else "gRPC",
        path=f"/{service or ('[^/]+' if regex else '*')}"
        f"/{call or ('[^/]+' if regex else '*')}",
        headers=_values(body.get("headers"), fold=True),
        service=service,
        call=call,
    )


def _values(value: object, *, fold: bool) -> tuple[ValueMatch, ...]:
    # Of several entries with one name only the first counts.
    found: dict[str, ValueMatch] = {}
    for one in maps(value):
        name = text(one.get("name"))
        name = name.lower() if fold else name
        is_regex = one.get("type") == "RegularExpression"
        found.setdefault(name, ValueMatch(name, text(one.get("value")), is_regex))
    return tuple(found.values())


def _reference(
    body: Mapping[str, Any], namespace: str, group: str, kind: str
) -> Reference:
    return Reference(
        group=text(body.get("group", group)),
        kind=text(body.get("kind")) or kind,
        namespace=text(body.get("namespace")) or namespace,
        name=text(body.get("name")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
