"""The upstreams that ingress-nginx makes of Services, and whether they can answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from baro.routing.ingress_nginx.annotations import Canary
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Backend, World

DEFAULT = "upstream-default-backend"


@dataclass(slots=True)
class Upstream:
    """One Service and port. `fault` says why there is nobody to answer, if so.

    `canary` is set where the upstream only takes a share from others;
    `alternatives` are the canaries that take a share from this one, first ones first.
    """

    name: str
    service: str
    port: str
    fault: Reason | None
    canary: Canary | None = None
    canary_of: Kept | None = None
    alternatives: list[str] = field(default_factory=list)


def upstream_name(namespace: str, backend: Backend) -> str:
    """Return the name under which the controller files a Service and port."""
    # ingress-nginx: internal/ingress/controller/util.go, upstreamName
    if not backend.port:
        return f"{namespace}-INVALID"
    return f"{namespace}-{backend.service}-{backend.port}"


def collect(
    kept: Sequence[Kept], world: World, behaviour: Behaviour
) -> dict[str, Upstream]:
    """Make all upstreams; the first Ingress that names one decides what it is."""
    # ingress-nginx: internal/ingress/controller/controller.go, createUpstreams
    upstreams: dict[str, Upstream] = {}
    for one in kept:
        for backend, replaces in _backends(one):
            name = upstream_name(one.ingress.namespace, backend)
            if name in upstreams and not replaces:
                continue
            upstreams[name] = Upstream(
                name=name,
                service=f"{one.ingress.namespace}/{backend.service}",
                port=backend.port,
                fault=fault(one, backend, world, behaviour),
                canary=one.settings.canary,
                canary_of=one if one.is_canary else None,
            )
    return upstreams


def _backends(one: Kept) -> Iterator[tuple[Backend, bool]]:
    if one.ingress.default_backend:
        yield one.ingress.default_backend, True
    for rule in one.ingress.rules:
        for path in rule.paths or ():
            if path.backend:
                yield path.backend, False


def fault(
    one: Kept, backend: Backend, world: World, behaviour: Behaviour
) -> Reason | None:
    """Return why nobody stands behind a Service and port, or None."""
    # ingress-nginx: internal/ingress/controller/controller.go, serviceEndpoints
    key = f"{one.ingress.namespace}/{backend.service}"
    if key in world.unready:
        return because(Code.SERVICE_UNREADY, key)
    service = world.services.get(key)
    if service is None:
        return because(Code.SERVICE_MISSING, key) if world.services_known else None
    if service.type == "ExternalName":
        return None if behaviour.external_names else because(Code.SERVICE_UNREADY, key)
    if one.settings.service_upstream and not service.headless:
        return None
    if service.port(backend.port) is None:
        return because(Code.SERVICE_PORT_MISSING, key, backend.port)
    return None if world.ready.get(key, True) else because(Code.SERVICE_UNREADY, key)


def fallback(one: Kept, world: World) -> tuple[str, str] | None:
    """Return the Service (and port) of `default-backend`, where it can answer."""
    name = one.settings.fallback
    if not name:
        return None
    key = f"{one.ingress.namespace}/{name}"
    service = world.services.get(key)
    if key in world.unready or not world.ready.get(key, True):
        return None
    if service is None:
        return None if world.services_known else (key, "")
    return (key, service.ports[0].number) if service.ports else None
