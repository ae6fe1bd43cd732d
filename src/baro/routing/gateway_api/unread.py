"""Kinds of Gateway API that bring listeners or routes and are not read here."""

# Gateway API: apis/v1/listenerset_types.go, tlsroute_types.go, tcproute_types.go

from collections.abc import Iterator

from msgspec import Struct

from baro.model.tolerant import maps, sequence, text
from baro.routing.declared import Declared, not_imitated
from baro.routing.gateway_api.hostnames import covers
from baro.routing.gateway_api.kinds import LISTENERS, UNREAD
from baro.routing.gateway_api.objects import GROUP
from baro.routing.reasons import Reason
from baro.routing.world import World

_EXPERIMENTAL = "gateway.networking.x-k8s.io"


class Unread(Struct, frozen=True):
    """An object that might take a request; no `hosts` are all hosts.

    `schemes` are those that it can take. A `last` one takes only what nobody else
    does: it and a web listener cannot share a port.
    """

    why: Reason
    hosts: tuple[str, ...]
    schemes: tuple[str, ...] = ("http", "https")
    last: bool = False

    def may_take(self, name: str, scheme: str, *, is_served: bool) -> bool:
        """Tell whether it may take a request that is served by a route, or not."""
        if scheme not in self.schemes or (self.last and is_served):
            return False
        return not self.hosts or any(covers(host, name) for host in self.hosts)


def unread(world: World) -> Iterator[Unread]:
    """Yield what is not read, by kind and name."""
    for kind in UNREAD:
        found = [o for o in world.of_kind(kind) if o.group in (GROUP, _EXPERIMENTAL)]
        for one in sorted(found, key=lambda o: (o.namespace, o.name)):
            yield _unread(one)


def _unread(one: Declared) -> Unread:
    why = not_imitated(one)
    if one.kind in LISTENERS:
        listeners = maps(one.spec.get("listeners"))
        hosts = tuple(text(each.get("hostname")).lower() for each in listeners)
        return Unread(why, hosts)
    if one.kind == "TLSRoute":
        named = sequence(one.spec.get("hostnames"))
        return Unread(why, tuple(text(each).lower() for each in named), ("https",))
    return Unread(why, (), last=True)
