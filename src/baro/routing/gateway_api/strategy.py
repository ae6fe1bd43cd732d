"""What Gateway API makes of a set of objects: who attaches to what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from baro.model.tolerant import mapping
from baro.routing.answer import Controller, Loser
from baro.routing.gateway_api.acting import Scene
from baro.routing.gateway_api.attaching import (
    Attaching,
    Attachment,
    grants,
    unusable_listeners,
)
from baro.routing.gateway_api.hostnames import meet
from baro.routing.gateway_api.matching import Bucket, Entry
from baro.routing.gateway_api.objects import (
    GROUP,
    Gateway,
    Listener,
    Route,
    gateways,
    routes,
)
from baro.routing.gateway_api.routes import GatewayRoutes
from baro.routing.gateway_api.serving import Serving, entries_of
from baro.routing.gateway_api.unread import unread
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import World

NAME = "gateway-api"
LAST_VERSION = "1.6.1"
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


class GatewayApi(Struct, frozen=True):
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
