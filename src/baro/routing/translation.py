"""Ingresses of ingress-nginx, written down as objects of Gateway API.

As `ingress2gateway` 1.1 does it for its provider `ingress-nginx`, but with one Gateway
for each class, so that the Ingresses of several namespaces still share a host.
"""

# ingress2gateway: the files regex, rewrite, redirect and approot of its provider in
# pkg/i2gw/providers/ingressnginx

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from baro.model import weburl
from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.ingress_nginx.behaviour import behaviour
from baro.routing.ingress_nginx.selection import Kept, select
from baro.routing.world import Backend, World

VERSION = "gateway.networking.k8s.io/v1"
_REPLACED = frozenset(("Gateway", "GRPCRoute", "HTTPRoute", "Ingress"))


@dataclass(slots=True)
class _Spot:
    """One path of a host, and everybody who claims it."""

    path: str
    exact: bool
    owner: Kept
    backends: list[tuple[Backend, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """The Ingresses of one namespace, class and host: one HTTPRoute."""

    namespace: str
    host: str
    owners: list[Kept] = field(default_factory=list)
    spots: dict[tuple[str, bool], _Spot] = field(default_factory=dict)
    secured: bool = False

    @property
    def name(self) -> str:
        """Return the name of the route."""
        host = self.host.replace("*", "wildcard").replace(".", "-") or "all-hosts"
        return f"{self.owners[0].ingress.name}-{host}"


class Translation(Struct, frozen=True):
    """The objects afterwards, and who shares a path that had one winner before."""

    objects: Sequence[Declared]
    shared: Mapping[tuple[str, str], Sequence[str]]


def translate(objects: Sequence[Declared], controller: Controller) -> Translation:
    """Write the Ingresses that the controller serves as Gateway and HTTPRoutes."""
    world = World.of(objects)
    kept = select(world, behaviour(controller)).kept
    ordered = sorted(kept, key=lambda one: one.ingress.key)
    groups = _groups(ordered)
    regexes = frozenset(
        rule.host
        for one in ordered
        if not one.is_canary and (one.settings.use_regex or one.settings.target)
        for rule in one.ingress.rules
        if rule.host
    )
    made = [Declared(body) for body in _gateway(groups)]
    for group in groups:
        subject = group.owners[0].ingress.subject
        bodies = [*_routes(group, regexes), *_www(group, groups)]
        for body in bodies:
            _number(body, group.namespace, world)
        made += [Declared(body, subject) for body in bodies]
    others = [one for one in objects if one.kind not in _REPLACED]
    shared = {
        (group.host, spot.path): sorted({b.service for b, _ in spot.backends})
        for group in groups
        for spot in group.spots.values()
        if len({b.service for b, weight in spot.backends if weight == 1}) > 1
    }
    return Translation([*others, *made], shared)


def _number(route: dict[str, Any], namespace: str, world: World) -> None:
    """Write the numbers of ports that an Ingress names: a route has numbers alone."""
    for rule in route["spec"].get("rules", ()):
        for backend in rule.get("backendRefs", ()):
            service = world.services.get(f"{namespace}/{backend['name']}")
            port = service.port(str(backend["port"])) if service is not None else None
            if port is not None and port.number.isdecimal():
                backend["port"] = int(port.number)


def _groups(kept: Iterable[Kept]) -> list[_Group]:
    groups: dict[tuple[str, str], _Group] = {}
    canaries: list[Kept] = []
    for one in kept:
        if one.is_canary:
            canaries.append(one)
            continue
        for host, spots in _claims(one):
            key = (one.ingress.namespace, host)
            group = groups.setdefault(key, _Group(*key))
            group.owners.append(one)
            group.secured |= any(host in hosts for _, hosts in one.ingress.tls)
            for spot in spots:
                found = group.spots.setdefault((spot.path, spot.exact), spot)
                if found is not spot:
                    found.backends += spot.backends
    for one in canaries:
        _add_canary(one, groups)
    return [groups[key] for key in sorted(groups)]


def _claims(one: Kept) -> Iterator[tuple[str, list[_Spot]]]:
    ingress = one.ingress
    for rule in ingress.rules:
        yield (
            rule.host,
            [
                _Spot(
                    path=path.path or "/",
                    exact=path.path_type == "Exact",
                    owner=one,
                    backends=[(path.backend, 1)] if path.backend else [],
                )
                for path in rule.paths or ()
            ],
        )
    backend = ingress.default_backend
    if backend is not None:
        yield "", [_Spot("/", exact=False, owner=one, backends=[(backend, 1)])]


def _add_canary(one: Kept, groups: Mapping[tuple[str, str], _Group]) -> None:
    """Give a canary by weight its share; other kinds are not carried over here."""
    canary = one.settings.canary
    if canary is None or not canary.weight or canary.header or canary.cookie:
        return
    for host, spots in _claims(one):
        group = groups.get((one.ingress.namespace, host))
        for spot in spots:
            main = group.spots.get((spot.path, spot.exact)) if group else None
            if main is not None and len(main.backends) == 1 and spot.backends:
                rest = canary.total - canary.weight
                main.backends = [
                    (main.backends[0][0], rest),
                    (spot.backends[0][0], canary.weight),
                ]


def _gateway(groups: Sequence[_Group]) -> Iterator[dict[str, Any]]:
    hosts: defaultdict[str, bool] = defaultdict(bool)
    for group in groups:
        hosts[group.host] |= group.secured
        if any(one.settings.www for one in group.owners):
            hosts[_other_name(group.host)] |= group.secured
    listeners = [
        _listener(host, protocol, port)
        for host, secured in sorted(hosts.items())
        for protocol, port in (("HTTP", 80), ("HTTPS", 443))
        if secured or protocol == "HTTP"
    ]
    if listeners:
        yield {
            "apiVersion": VERSION,
            "kind": "Gateway",
            "metadata": {"name": "nginx", "namespace": "gateway"},
            "spec": {"gatewayClassName": "nginx", "listeners": listeners},
        }


def _listener(host: str, protocol: str, port: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": f"{host or 'all'}-{protocol.lower()}",
        "protocol": protocol,
        "port": port,
        "allowedRoutes": {"namespaces": {"from": "All"}},
    }
    return made | ({"hostname": host} if host else {})


def _routes(group: _Group, regexes: frozenset[str]) -> Iterator[dict[str, Any]]:
    regex = group.host in regexes
    rules = [
        *(_rule(spot, regex=regex) for spot in group.spots.values()),
        *_app_root(group),
        *([] if regex else _slashes(group)),
    ]
    if not any(_turns(group, one) for one in group.owners):
        yield _route(group, group.name, "", rules)
        return
    secured = "https" if group.secured else ""
    yield _route(group, group.name, secured, rules)
    owners = [spot.owner for spot in group.spots.values()]
    owners += group.owners[:1] * (len(rules) - len(owners))
    away = {"type": "RequestRedirect", "requestRedirect": _HTTPS}
    plain = [
        {"matches": rule["matches"], "filters": [away]} if _turns(group, one) else rule
        for one, rule in zip(owners, rules, strict=True)
    ]
    yield _route(group, f"{group.name}-http", "http", plain)


def _turns(group: _Group, one: Kept) -> bool:
    """Tell whether an Ingress turns plain http away."""
    if one.settings.force_ssl_redirect:
        return True
    return group.secured and one.settings.ssl_redirect


_HTTPS = {"scheme": "https", "statusCode": 308}


def _route(
    group: _Group, name: str, section: str, rules: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    parent = {"name": "nginx", "namespace": "gateway"}
    if section:
        parent["sectionName"] = f"{group.host or 'all'}-{section}"
    spec: dict[str, Any] = {"parentRefs": [parent], "rules": list(rules)}
    if group.host:
        spec["hostnames"] = [group.host]
    return {
        "apiVersion": VERSION,
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": group.namespace},
        "spec": spec,
    }


def _rule(spot: _Spot, *, regex: bool) -> dict[str, Any]:
    settings = spot.owner.settings
    kind = "Exact" if spot.exact else "PathPrefix"
    value = spot.path
    if regex:
        kind, value = "RegularExpression", f"(?i){spot.path}.*"
    made: dict[str, Any] = {"matches": [{"path": {"type": kind, "value": value}}]}
    if settings.redirect:
        made["filters"] = [_away(settings.redirect, settings.redirect_code)]
        return made
    if settings.target:
        path = {"type": "ReplaceFullPath", "replaceFullPath": settings.target}
        made["filters"] = [{"type": "URLRewrite", "urlRewrite": {"path": path}}]
    made["backendRefs"] = [
        {
            "name": backend.service,
            "port": int(backend.port) if backend.port.isdecimal() else backend.port,
            "weight": weight,
        }
        for backend, weight in spot.backends
    ]
    return made


def _away(url: str, code: int) -> dict[str, Any]:
    parts = weburl.parts(url)
    redirect: dict[str, Any] = {"statusCode": code}
    if parts.scheme:
        redirect["scheme"] = parts.scheme
    if parts.hostname:
        redirect["hostname"] = parts.hostname
    path = parts.path or "/"
    redirect["path"] = {"type": "ReplaceFullPath", "replaceFullPath": path}
    return {"type": "RequestRedirect", "requestRedirect": redirect}


def _www(group: _Group, groups: Sequence[_Group]) -> Iterator[dict[str, Any]]:
    """Send a name with `www.` to the one without, or the other way round."""
    other = _other_name(group.host)
    if any(one.settings.www for one in group.owners) and other not in {
        one.host for one in groups
    }:
        redirect = {"hostname": group.host, "statusCode": 301}
        rule = {"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}
        twin = _Group(group.namespace, other, group.owners)
        yield _route(twin, f"{group.name}-www", "", [rule])


def _other_name(host: str) -> str:
    bare = host.removeprefix("www.")
    return bare if bare != host else f"www.{host}"


def _app_root(group: _Group) -> Iterator[dict[str, Any]]:
    roots = [one.settings.app_root for one in group.owners if one.settings.app_root]
    if roots and ("/", True) not in group.spots:
        yield _onward("/", roots[0], 302)


def _slashes(group: _Group) -> Iterator[dict[str, Any]]:
    """Send the path without its slash to the one with it, unless a rule has it."""
    paths = {spot.path for spot in group.spots.values()}
    for spot in group.spots.values():
        bare = spot.path.rstrip("/")
        if bare and bare != spot.path and bare not in paths:
            yield _onward(bare, spot.path, 301)


def _onward(path: str, to: str, status: int) -> dict[str, Any]:
    redirect = {
        "path": {"type": "ReplaceFullPath", "replaceFullPath": to},
        "statusCode": status,
    }
    return {
        "matches": [{"path": {"type": "Exact", "value": path}}],
        "filters": [{"type": "RequestRedirect", "requestRedirect": redirect}],
    }
