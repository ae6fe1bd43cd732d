"""The conditions that an implementation would write about Gateways and routes.

Predicted from the objects alone: what an implementation supports, whether it has an
address, and whether a certificate is any good is not told by them.
"""

# Gateway API: reasons of apis/v1/gateway_types.go and apis/v1/shared_types.go

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from baro.routing.gateway_api.attaching import Attachment, Grant, permitted
from baro.routing.gateway_api.objects import Gateway
from baro.routing.reasons import Code
from baro.routing.world import World

_NOT_ACCEPTED: Mapping[Code, str] = {
    Code.PARENT_UNMATCHED: "NoMatchingParent",
    Code.LISTENERS_FORBID: "NotAllowedByListeners",
    Code.LISTENER_HOSTS_DIFFER: "NoMatchingListenerHostname",
    Code.LISTENER_UNUSABLE: "NoMatchingParent",
}
_CONFLICTS = frozenset(("HostnameConflict", "ProtocolConflict"))
_UNRESOLVED = frozenset(
    ("InvalidRouteKinds", "InvalidCertificateRef", "RefNotPermitted")
)


class Condition(Struct, frozen=True):
    """One condition; `part` is the listener, or the parent of a route."""

    subject: str
    part: str
    type: str
    status: bool
    reason: str


def of_gateway(
    gateway: Gateway, unusable: Mapping[tuple[str, str], str]
) -> Iterator[Condition]:
    """Return the conditions of a Gateway and its listeners."""
    faults = [unusable.get((gateway.key, one.name), "") for one in gateway.listeners]
    for listener, fault in zip(gateway.listeners, faults, strict=True):
        yield from _of_listener(gateway.key, listener.name, fault)
    accepted = "ListenersNotValid" if any(faults) else "Accepted"
    serving = not all(faults)
    yield Condition(gateway.key, "", "Accepted", serving, accepted)
    programmed = "Programmed" if serving else "Invalid"
    yield Condition(gateway.key, "", "Programmed", serving, programmed)


def _of_listener(key: str, name: str, fault: str) -> Iterator[Condition]:
    conflict = fault in _CONFLICTS
    refused = fault if fault == "UnsupportedProtocol" or conflict else ""
    yield Condition(key, name, "Accepted", not refused, refused or "Accepted")
    unresolved = fault if fault in _UNRESOLVED else ""
    yield Condition(
        key, name, "ResolvedRefs", not unresolved, unresolved or "ResolvedRefs"
    )
    no_conflict = fault if conflict else "NoConflicts"
    yield Condition(key, name, "Conflicted", conflict, no_conflict)
    programmed = "Invalid" if fault else "Programmed"
    yield Condition(key, name, "Programmed", not fault, programmed)


def of_route(
    attachment: Attachment, world: World, granted: frozenset[Grant]
) -> Iterator[Condition]:
    """Return the conditions of a route at one parent; none where nobody reads it."""
    route, parent = attachment.route, attachment.parent
    if attachment.gateway is None:
        return
    part = f"{parent.target.key} {parent.section}".strip()
    refused = ""
    if attachment.refused is not None:
        refused = _NOT_ACCEPTED[attachment.refused.code]
    yield Condition(route.key, part, "Accepted", not refused, refused or "Accepted")
    fault = next(iter(_unresolved(attachment, world, granted)), "")
    yield Condition(route.key, part, "ResolvedRefs", not fault, fault or "ResolvedRefs")


def _unresolved(
    attachment: Attachment, world: World, granted: frozenset[Grant]
) -> Sequence[str]:
    route = attachment.route
    found = []
    for rule in route.rules:
        for backend in rule.backends:
            target = backend.target
            if (target.group, target.kind) != ("", "Service"):
                # Implementations know kinds of their own.
                continue
            if not permitted(granted, route.kind, route.namespace, target):
                found.append("RefNotPermitted")
            elif world.services_known and target.key not in world.services:
                found.append("BackendNotFound")
    return found
