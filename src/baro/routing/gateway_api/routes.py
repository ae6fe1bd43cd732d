"""The routes of Gateway API: built once, asked often."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from baro.routing.answer import Answer, Certainty, Controller, Loser, Outcome, Place
from baro.routing.declared import mapping
from baro.routing.gateway_api.acting import Scene, place_of
from baro.routing.gateway_api.attaching import (
    Attaching,
    Attachment,
    grants,
    unusable_listeners,
)
from baro.routing.gateway_api.conditions import Condition, of_gateway, of_route
from baro.routing.gateway_api.hostnames import covers, meet, rank
from baro.routing.gateway_api.matching import Bucket, Entry, Seen
from baro.routing.gateway_api.objects import (
    GROUP,
    Gateway,
    Listener,
    Route,
    gateways,
    routes,
)
from baro.routing.gateway_api.serving import Serving, entries_of
from baro.routing.gateway_api.unread import Unread, unread
from baro.routing.nginx.uri import BadTargetError, escape, split_target
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import World

NAME = "gateway-api"
LAST_VERSION = "1.6.1"
_PORTS = {"http": 80, "https": 443}
_ANYWHERE = tuple(
    Listener(
        name=protocol.lower(),
        port=0,
        protocol=protocol,
        hostname="",
        allowed="All",
        selector={},
        kinds=(),
        certificates=(),
    )
    for protocol in ("HTTP", "HTTPS")
)


@dataclass(frozen=True, slots=True, eq=False)
class GatewayRoutes:
    """What Gateways make of a set of objects."""

    controller: Controller
    servings: Sequence[Serving]
    left_out: Sequence[Loser]
    remarks: Sequence[Loser]
    doubts: Sequence[Reason]
    attachments: Sequence[Attachment]
    unusable: Mapping[tuple[str, str], str]
    scene: Scene
    unread: Sequence[Unread]
    config_error: Reason | None = field(default=None, init=False)

    def places(self) -> Sequence[Place]:
        """Return all matches that are attached, by hostname, in their precedence."""
        found = {
            (rank(entry.host), entry.host, entry.order): place_of(entry)
            for serving in self.servings
            for hosts in serving.hosts.values()
            for bucket in hosts.values()
            for entry in bucket.entries()
        }
        return [found[key] for key in sorted(found)]

    def conditions(self) -> Sequence[Condition]:
        """Return the conditions that an implementation would write into status."""
        world, granted = self.scene.world, self.scene.granted
        found = [
            condition
            for serving in self.servings
            if serving.gateway.seen
            for condition in of_gateway(serving.gateway, self.unusable)
        ]
        for attachment in self.attachments:
            if attachment.gateway is not None and attachment.gateway.seen:
                found.extend(of_route(attachment, world, granted))
        return found

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""
        name, port = _host_and_port(request)
        raw = request.target.partition("?")[0]
        answer = self._told(self._answer(name, port, Seen.of(request)), name)
        normal = _normal(request.target)
        if normal is None or normal == raw:
            return answer
        other = self._answer(name, port, Seen.of(request, normal))
        # A path that is only spelt otherwise reaches the same rule either way.
        moved = "//" in raw or "/." in raw or "%2" in raw.upper()
        if other.place == answer.place and not moved:
            return answer
        when = because(Code.NORMALISING_OPEN, raw, normal)
        return settle(answer, [Possible(when, other)], Certainty.UNKNOWN, (when,))

    def _told(self, answer: Answer, name: str) -> Answer:
        """Leave open what an object that nobody reads here might take."""
        scheme, is_served = answer.request.scheme, answer.ingress is not None
        takers = [
            one.why
            for one in self.unread
            if one.may_take(name, scheme, is_served=is_served)
        ]
        if not takers:
            return answer
        why = (*answer.why, *takers)
        return replace(answer, certainty=Certainty.UNKNOWN, why=why)

    def _answer(self, name: str, port: int, seen: Seen) -> Answer:
        scheme = seen.request.scheme
        hearing = [
            (serving, listeners)
            for serving in self.servings
            if (listeners := serving.listeners(scheme, port))
        ]
        if not hearing:
            return self._nobody(scheme, port, seen)
        found = [
            (serving, serving.answer(listeners, name, seen))
            for serving, listeners in hearing
        ]
        # A name's DNS record leads to the Gateway that has a route for it.
        routed = [pair for pair in found if pair[1].ingress is not None]
        listening = [
            (serving, answer)
            for (serving, answer), (_, listeners) in zip(found, hearing, strict=True)
            if any(covers(one.hostname, name) for one in listeners)
        ]
        first, *others = routed or listening or found
        possible = [
            Possible(because(Code.GATEWAY_OPEN, serving.gateway.key), answer)
            for serving, answer in others
        ]
        why = (because(Code.GATEWAY_OPEN, first[0].gateway.key),)
        answer = settle(first[1], possible, Certainty.UNKNOWN, why)
        if first[0].gateway.seen:
            return answer
        assumed = because(Code.GATEWAY_ASSUMED)
        return replace(answer, certainty=Certainty.UNKNOWN, why=(*answer.why, assumed))

    def _nobody(self, scheme: str, port: int, seen: Seen) -> Answer:
        return Answer(
            request=seen.request,
            controller=self.controller,
            outcome=Outcome.REFUSED,
            why=(because(Code.LISTENER_MISSING, scheme, str(port)),),
        )


def _host_and_port(request: Request) -> tuple[str, int]:
    host = request.host.lower()
    name, _, port = host.rpartition(":")
    if not name or not port.isdecimal() or name.endswith(":"):
        name, port = host, ""
    known = _PORTS.get(request.scheme, 0)
    return name.removesuffix("."), int(port[:6]) if port else known


def _normal(target: str) -> str | None:
    """Return the path decoded and with its dots and slashes resolved."""
    try:
        path, _ = split_target(target.encode(errors="surrogateescape"))
    except BadTargetError:
        return None
    return escape(path).decode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class GatewayApi:
    """The strategy of Gateway API.

    Settings of the controller: `gateway` (`namespace/name`) looks at one Gateway
    only, `listener-isolation` (`true` or `false`) tells the implementation's way.
    """

    name: str = NAME
    last_version: str = LAST_VERSION

    def build(self, world: World, controller: Controller) -> GatewayRoutes:
        """Make the routes."""
        all_routes = list(routes(world))
        known = gateways(world)
        doubts: list[Reason] = []
        if not known and all_routes:
            known = _assumed(all_routes)
            doubts.append(because(Code.GATEWAY_ASSUMED))
        not_read = tuple(unread(world))
        doubts += [one.why for one in not_read]
        granted = grants(world)
        unusable = unusable_listeners((one for one in known if one.seen), granted)
        attaching = Attaching(
            gateways={gateway.key: gateway for gateway in known},
            unusable=unusable,
            labels={
                declared.name: mapping(declared.metadata.get("labels"))
                for declared in world.of_kind("Namespace")
                if not declared.group
            },
        )
        attachments = [one for route in all_routes for one in attaching.of(route)]
        wanted = controller.setting("gateway")
        scene = Scene(controller, world, granted, _ANYWHERE[0])
        return GatewayRoutes(
            controller=controller,
            servings=[
                _serving(gateway, scene, attachments, unusable)
                for gateway in sorted(known, key=lambda one: one.key)
                if wanted in ("", gateway.key)
            ],
            left_out=list(_left_out(all_routes, attachments)),
            remarks=list(_remarks(known, attachments, unusable)),
            doubts=doubts,
            attachments=attachments,
            unusable=unusable,
            scene=scene,
            unread=not_read,
        )


def _assumed(all_routes: Sequence[Route]) -> list[Gateway]:
    """Make up the Gateways that are named where none at all are to be seen."""
    names = {
        (parent.target.namespace, parent.target.name)
        for route in all_routes
        for parent in route.parents
        if (parent.target.group, parent.target.kind) == (GROUP, "Gateway")
    }
    return [
        Gateway(namespace, name, "", _ANYWHERE, seen=False)
        for namespace, name in sorted(names)
    ]


def _serving(
    gateway: Gateway,
    scene: Scene,
    attachments: Sequence[Attachment],
    unusable: Mapping[tuple[str, str], str],
) -> Serving:
    hosts: dict[str, defaultdict[str, Bucket]] = {
        one.name: defaultdict(Bucket)
        for one in gateway.listeners
        if (gateway.key, one.name) not in unusable
    }
    refused: list[tuple[Entry, Reason]] = []
    for attachment in attachments:
        if attachment.parent.target.key != gateway.key:
            continue
        if attachment.refused is not None:
            why = attachment.refused
            refused += [(entry, why) for entry in entries_of(attachment)]
        for listener in attachment.listeners:
            for entry in entries_of(attachment):
                if meet(listener.hostname, entry.host):
                    hosts[listener.name][entry.host].add(entry)
    isolation = scene.controller.setting("listener-isolation")
    return Serving(
        gateway=gateway,
        scene=scene,
        hosts={name: dict(buckets) for name, buckets in hosts.items()},
        refused=refused,
        isolated={"true": True, "false": False}.get(isolation),
    )


def _left_out(
    all_routes: Sequence[Route], attachments: Sequence[Attachment]
) -> Iterator[Loser]:
    attached = {id(one.route) for one in attachments if one.refused is None}
    for one in attachments:
        if id(one.route) not in attached and one.refused is not None:
            yield Loser(one.route.key, one.refused, subject=one.route.subject)
    for route in all_routes:
        if not route.parents:
            why = because(Code.PARENT_UNMATCHED, "")
            yield Loser(route.key, why, subject=route.subject)


def _remarks(
    known: Sequence[Gateway],
    attachments: Sequence[Attachment],
    unusable: Mapping[tuple[str, str], str],
) -> Iterator[Loser]:
    subjects = {gateway.key: gateway.subject for gateway in known}
    for (gateway, listener), fault in sorted(unusable.items()):
        why = because(Code.LISTENER_UNUSABLE, listener, gateway, fault)
        yield Loser(gateway, why, subject=subjects[gateway])
    attached = {id(one.route) for one in attachments if one.refused is None}
    for one in attachments:
        if id(one.route) in attached and one.refused is not None:
            yield Loser(one.route.key, one.refused, subject=one.route.subject)


STRATEGY = GatewayApi()
