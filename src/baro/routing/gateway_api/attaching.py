"""Which routes attach to which listeners, and what keeps the others away."""

# Gateway API: AllowedRoutes of apis/v1/gateway_types.go, ParentReference of
# apis/v1/shared_types.go, apis/v1beta1/referencegrant_types.go

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.model.tolerant import mapping, maps, sequence, text
from baro.routing.gateway_api.hostnames import meet
from baro.routing.gateway_api.kinds import LISTENERS
from baro.routing.gateway_api.objects import (
    GROUP,
    PROTOCOLS,
    Gateway,
    Listener,
    Parent,
    Reference,
    Route,
    declared_of,
)
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import World


class Grant(Struct, frozen=True):
    """One way in which a namespace lets itself be referred to."""

    namespace: str
    from_group: str
    from_kind: str
    from_namespace: str
    to_group: str
    to_kind: str
    to_name: str


def grants(world: World) -> frozenset[Grant]:
    """Read all ReferenceGrants; several are as good as one that has all."""
    return frozenset(
        Grant(
            namespace=declared.namespace,
            from_group=text(source.get("group")),
            from_kind=text(source.get("kind")),
            from_namespace=text(source.get("namespace")),
            to_group=text(target.get("group")),
            to_kind=text(target.get("kind")),
            to_name=text(target.get("name")),
        )
        for declared in declared_of(world, "ReferenceGrant")
        for source in maps(declared.spec.get("from"))
        for target in maps(declared.spec.get("to"))
    )


def permitted(
    granted: frozenset[Grant], kind: str, namespace: str, target: Reference
) -> bool:
    """Tell whether an object of this API may refer to another namespace's object."""
    if namespace == target.namespace:
        return True
    return any(
        Grant(target.namespace, GROUP, kind, namespace, target.group, target.kind, name)
        in granted
        for name in (target.name, "")
    )


class Attachment(Struct, frozen=True, eq=False):
    """A route at one parent: its listeners, or why there are none.

    `notes` are what could not be seen and was taken to be so.
    """

    route: Route
    parent: Parent
    gateway: Gateway | None
    listeners: tuple[Listener, ...] = ()
    refused: Reason | None = None
    notes: tuple[Reason, ...] = ()


class Attaching(Struct, frozen=True, eq=False):
    """What decides about attachments in one cluster."""

    gateways: Mapping[str, Gateway]
    unusable: Mapping[tuple[str, str], str]
    labels: Mapping[str, Mapping[str, Any]]

    def of(self, route: Route) -> Iterator[Attachment]:
        """Return what becomes of a route at each of its parents."""
        for parent in route.parents:
            yield self._at(route, parent)

    def _at(self, route: Route, parent: Parent) -> Attachment:
        target = parent.target
        if target.kind in LISTENERS:
            why = because(Code.OBJECT_NOT_IMITATED, target.kind, target.key)
            return Attachment(route, parent, None, refused=why)
        if (target.group, target.kind) != (GROUP, "Gateway"):
            why = because(Code.PARENT_FOREIGN, target.kind, target.key)
            return Attachment(route, parent, None, refused=why)
        gateway = self.gateways.get(target.key)
        if gateway is None:
            why = because(Code.GATEWAY_MISSING, target.key)
            return Attachment(route, parent, None, refused=why)
        listeners, refused, notes = self._listeners(route, parent, gateway)
        return Attachment(route, parent, gateway, listeners, refused, notes)

    def _listeners(
        self, route: Route, parent: Parent, gateway: Gateway
    ) -> tuple[tuple[Listener, ...], Reason | None, tuple[Reason, ...]]:
        relevant = [
            one
            for one in gateway.listeners
            if not gateway.seen or _is_meant(parent, one)
        ]
        if not relevant:
            place = parent.section or str(parent.port or "")
            where = f"{gateway.key} {place}".strip()
            return (), because(Code.PARENT_UNMATCHED, where), ()
        usable = [
            one for one in relevant if (gateway.key, one.name) not in self.unusable
        ]
        if not usable:
            first = relevant[0].name
            fault = self.unusable[gateway.key, first]
            return (), because(Code.LISTENER_UNUSABLE, first, gateway.key, fault), ()
        verdicts = [(one, self._allows(one, route, gateway)) for one in usable]
        allowed = [one for one, verdict in verdicts if verdict is not False]
        if not allowed:
            why = because(Code.LISTENERS_FORBID, gateway.key, route.namespace)
            return (), why, ()
        met = tuple(one for one in allowed if _hosts_meet(one, route))
        if not met:
            return (), because(Code.LISTENER_HOSTS_DIFFER, gateway.key), ()
        unseen = any(one in met for one, verdict in verdicts if verdict is None)
        note = because(Code.NAMESPACE_LABELS_UNSEEN, route.namespace)
        return met, None, (note,) if unseen else ()

    def _allows(self, listener: Listener, route: Route, at: Gateway) -> bool | None:
        """Tell whether a listener takes a route; None where labels are not known."""
        kinds = PROTOCOLS.get(listener.protocol, ())
        if route.kind not in kinds:
            return False
        if listener.kinds and (GROUP, route.kind) not in listener.kinds:
            return False
        if listener.allowed == "All":
            return True
        if listener.allowed == "Same":
            return route.namespace == at.namespace
        return listener.allowed == "Selector" and self._selected(
            listener.selector, route.namespace
        )

    def _selected(self, selector: Mapping[str, Any], namespace: str) -> bool | None:
        """Match a label selector against a namespace, as far as it is known."""
        labels = dict(self.labels.get(namespace, {}))
        labels["kubernetes.io/metadata.name"] = namespace
        seen = namespace in self.labels
        wanted = [
            (text(key), "In", (value,))
            for key, value in mapping(selector.get("matchLabels")).items()
        ] + [
            (
                text(one.get("key")),
                text(one.get("operator")),
                tuple(sequence(one.get("values"))),
            )
            for one in maps(selector.get("matchExpressions"))
        ]
        known = [
            _holds(labels, key, operator, values)
            for key, operator, values in wanted
            if seen or key in labels
        ]
        if not all(known):
            return False
        return True if len(known) == len(wanted) else None


def _holds(
    labels: Mapping[str, Any], key: str, operator: str, values: Sequence[Any]
) -> bool:
    match operator:
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def _is_meant(parent: Parent, listener: Listener) -> bool:
    if parent.section and parent.section != listener.name:
        return False
    return parent.port in (0, listener.port)


def _hosts_meet(listener: Listener, route: Route) -> bool:
    return not route.hostnames or any(
        meet(listener.hostname, one) for one in route.hostnames
    )


def unusable_listeners(
    gateways: Iterable[Gateway], granted: frozenset[Grant]
) -> dict[tuple[str, str], str]:
    """Return the listeners that cannot serve, with the reason of their condition."""
    found: dict[tuple[str, str], str] = {}
    for gateway in gateways:
        claims = Counter(
            (one.port, one.protocol, one.hostname) for one in _web(gateway)
        )
        protocols = Counter(port for port, _ in {c[:2] for c in claims})
        for listener in gateway.listeners:
            claim = (listener.port, listener.protocol, listener.hostname)
            fault = _fault(gateway, listener, granted)
            if not fault and protocols[listener.port] > 1:
                fault = "ProtocolConflict"
            if not fault and claims[claim] > 1:
                fault = "HostnameConflict"
            if fault:
                found[gateway.key, listener.name] = fault
    return found


def _web(gateway: Gateway) -> Iterator[Listener]:
    # An HTTPS and a TLS listener on one port tell their clients apart by SNI.
    return (one for one in gateway.listeners if one.protocol in ("HTTP", "HTTPS"))


def _fault(gateway: Gateway, listener: Listener, granted: frozenset[Grant]) -> str:
    if "/" not in listener.protocol and listener.protocol not in PROTOCOLS:
        return "UnsupportedProtocol"
    kinds = PROTOCOLS.get(listener.protocol, ())
    if listener.kinds and not any(
        group == GROUP and kind in kinds for group, kind in listener.kinds
    ):
        return "InvalidRouteKinds"
    for certificate in listener.certificates:
        if (certificate.group, certificate.kind) != ("", "Secret"):
            return "InvalidCertificateRef"
        if not permitted(granted, "Gateway", gateway.namespace, certificate):
            return "RefNotPermitted"
    return ""
