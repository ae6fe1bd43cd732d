"""How the routes of ingress-nginx are built from the objects of a cluster."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Controller, Loser
from baro.routing.ingress_nginx import ages, loading
from baro.routing.ingress_nginx.behaviour import LAST_VERSION, NAME, behaviour
from baro.routing.ingress_nginx.canaries import attach
from baro.routing.ingress_nginx.losing import Wish, literal_patterns, wish
from baro.routing.ingress_nginx.merging import (
    DEFAULT_SERVER,
    Merged,
    merge,
    service_of,
)
from baro.routing.ingress_nginx.names import name_servers
from baro.routing.ingress_nginx.routes import Entries, IngressNginxRoutes
from baro.routing.ingress_nginx.selection import Kept, Selection, select
from baro.routing.ingress_nginx.servers import Server, serve
from baro.routing.ingress_nginx.table import Table
from baro.routing.ingress_nginx.upstreams import Upstream, collect
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Rule, World


class IngressNginx(Struct, frozen=True):
    """The strategy of ingress-nginx."""

    name: str = NAME
    last_version: str = LAST_VERSION

    def build(self, world: World, controller: Controller) -> IngressNginxRoutes:
        """Make the routes."""
        does = behaviour(controller)
        selection = select(world, does)
        upstreams = collect(selection.kept, world, does)
        entries = _by_host(selection.kept)
        catch_alls = [
            one
            for one in selection.kept
            if one.ingress.default_backend
            and not one.ingress.rules
            and not one.is_canary
        ]
        merged = {
            host: merge(host, of_host, upstreams, next(iter(catch_alls), None))
            for host, of_host in entries.items()
        }
        alone = attach(selection.kept, upstreams, merged)
        servers = {host: serve(one, does) for host, one in merged.items()}
        names = name_servers(servers)
        doubts = list(loading.doubts(servers.values()))
        if not does.known_version:
            used = does.used_version
            doubts.insert(
                0, because(Code.VERSION_NOT_IMITATED, controller.version, used)
            )
        refused = [*names.refused, *loading.errors(servers.values(), does)]
        routes = IngressNginxRoutes(
            table=Table(
                controller=controller,
                behaviour=does,
                world=world,
                upstreams=upstreams,
                certificates=_certificates(merged),
                notes=selection.notes,
            ),
            selection=selection,
            entries=entries,
            catch_alls=catch_alls,
            servers=servers,
            names=names,
            wishes=_wishes(world, selection, servers, alone),
            config_error=min(refused, key=_by_text, default=None),
            doubts=doubts,
            contested=_contested(entries, upstreams, catch_alls),
        )
        doubts.extend(routes.age_doubts())
        return routes


def _contested(
    entries: Mapping[str, Entries],
    upstreams: Mapping[str, Upstream],
    catch_alls: Sequence[Kept],
) -> dict[str, Sequence[Kept]]:
    """Return the hosts whose answers depend on ages that nobody knows, and whose."""
    contested: dict[str, Sequence[Kept]] = {}
    for host, of_host in entries.items():
        without_rules = catch_alls if host == DEFAULT_SERVER else ()
        group = ages.involved(host, of_host, upstreams, without_rules)
        if group:
            contested[host] = group
    return contested


def _by_text(reason: Reason) -> tuple[str, ...]:
    return (reason.code, *reason.values)


def _certificates(merged: Mapping[str, Merged]) -> frozenset[str]:
    secured = {host for host, one in merged.items() if one.certificate is not None}
    return frozenset(secured | {DEFAULT_SERVER})


def _by_host(kept: Sequence[Kept]) -> dict[str, list[tuple[Kept, Rule]]]:
    """Hand each rule to its host; a canary's to the default server if it has none."""
    hosts = {DEFAULT_SERVER} | {
        rule.host or DEFAULT_SERVER
        for one in kept
        if not one.is_canary
        for rule in one.ingress.rules
    }
    entries: dict[str, list[tuple[Kept, Rule]]] = {host: [] for host in hosts}
    for one in kept:
        for rule in one.ingress.rules:
            host = rule.host or DEFAULT_SERVER
            entries[host if host in hosts else DEFAULT_SERVER].append((one, rule))
    return entries


def _wishes(
    world: World,
    selection: Selection,
    servers: Mapping[str, Server],
    alone: Sequence[Loser],
) -> dict[str, list[Wish]]:
    """Gather the paths that lead nowhere, by host."""
    wishes: defaultdict[str, list[Wish]] = defaultdict(list)
    why = {lost.ingress: lost for lost in selection.left_out}
    lonely = {(lost.ingress, lost.path): lost for lost in alone}
    for ingress in world.ingresses:
        lost = why.get(ingress.key)
        for rule in ingress.rules:
            host = rule.host or DEFAULT_SERVER
            for path in rule.paths or ():
                text = path.path or "/"
                reason = lost or lonely.get((ingress.key, text))
                if reason is not None:
                    named = replace(
                        reason,
                        path=text,
                        service=service_of(ingress, path),
                    )
                    exact = path.path_type == "Exact"
                    wishes[host].append(wish(named, text, exact=exact))
    for host, server in servers.items():
        wishes[host].extend(
            wish(one, one.path, exact=False) for one in server.merged.passed_over
        )
        wishes[host].extend(literal_patterns(server))
    return dict(wishes)


STRATEGY = IngressNginx()
