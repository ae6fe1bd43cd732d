"""The routes of Gateway API: built once, asked often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Controller, Loser, Outcome, Place
from baro.routing.gateway_api.acting import Scene, place_of
from baro.routing.gateway_api.attaching import (
    Attachment,
)
from baro.routing.gateway_api.conditions import Condition, of_gateway, of_route
from baro.routing.gateway_api.hostnames import covers, rank
from baro.routing.gateway_api.matching import Seen
from baro.routing.gateway_api.serving import Serving
from baro.routing.gateway_api.unread import Unread
from baro.routing.nginx.uri import BadTargetError, escape, split_target
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request

_PORTS = {"http": 80, "https": 443}


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
