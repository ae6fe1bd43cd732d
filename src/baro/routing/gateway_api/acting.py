"""What a rule does with a request: its filters, then its backends."""

# Gateway API: apis/v1/httproute_types.go, HTTPRouteFilter and HTTPBackendRef

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.model.tolerant import mapping, maps, text
from baro.routing.answer import Answer, Certainty, Controller, Outcome, Place
from baro.routing.gateway_api.attaching import Grant, permitted
from baro.routing.gateway_api.matching import Entry
from baro.routing.gateway_api.objects import BackendRef, Listener
from baro.routing.possibilities import Possible, by_chance
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import World

_PORTS = {"http": 80, "https": 443}
_WITHOUT_EFFECT = frozenset(("RequestMirror", "ResponseHeaderModifier"))
_DEFAULT_REDIRECT = 302


class Scene(Struct, frozen=True):
    """What all requests at one listener share."""

    controller: Controller
    world: World
    granted: frozenset[Grant]
    listener: Listener


class Changes(Struct, frozen=True):
    """What filters make of a request on its way."""

    target: str
    headers: tuple[tuple[str, str], ...] = ()
    redirect: Mapping[str, Any] | None = None
    why: tuple[Reason, ...] = ()
    unknown: bool = False


def act(scene: Scene, entry: Entry, request: Request, path: str) -> Answer:
    """Answer a request that an entry has taken; `path` is the one it matched."""
    route = entry.route
    seen = because(Code.MATCH_FOUND, str(entry.match), route.key)
    answer = Answer(
        request=request,
        controller=scene.controller,
        outcome=Outcome.UNKNOWN,
        ingress=route.key,
        place=place_of(entry),
        why=(seen, *entry.notes),
        certainty=Certainty.UNKNOWN if entry.notes else Certainty.CERTAIN,
        subject=route.subject,
    )
    query = request.target.partition("?")[2]
    target = f"{path}?{query}" if query else path
    changes = apply(entry, Changes(target), entry.rule.filters)
    if changes.redirect is not None:
        return _redirect(scene, answer, entry, changes)
    backends = [one for one in entry.rule.backends if one.weight > 0]
    if not backends:
        reason = because(Code.BACKENDS_MISSING, route.key)
        return _noted(_failed(answer, reason, 500), changes)
    total = sum(one.weight for one in backends)
    shares = [
        Possible(
            because(Code.BACKEND_SHARE, one.target.key, str(one.weight), str(total)),
            _to_backend(scene, answer, entry, changes, one),
        )
        for one in sorted(
            backends, key=lambda one: (-one.weight, one.target.key, one.port)
        )
    ]
    return by_chance(shares)


def apply(
    entry: Entry, changes: Changes, filters: Iterable[Mapping[str, Any]]
) -> Changes:
    """Let filters change a request, in their order."""
    for body in filters:
        kind = text(body.get("type"))
        match kind:
            case "RequestRedirect":
                redirect = mapping(body.get("requestRedirect"))
                changes = replace(changes, redirect=redirect)
            case "URLRewrite":
                changes = _rewrite(entry, changes, mapping(body.get("urlRewrite")))
            case "RequestHeaderModifier":
                modifier = mapping(body.get("requestHeaderModifier"))
                changes = replace(
                    changes, headers=(*changes.headers, *_headers(modifier))
                )
            case _ if kind in _WITHOUT_EFFECT:
                continue
            case "CORS":
                continue
            case _:
                name = text(mapping(body.get("extensionRef")).get("name"))
                what = f"{kind} {name}".strip()
                reason = because(Code.FILTER_NOT_IMITATED, what, entry.route.key)
                changes = replace(changes, unknown=True, why=(*changes.why, reason))
    return changes


def _headers(modifier: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (text(one.get("name")), text(one.get("value")))
        for verb in ("set", "add")
        for one in maps(modifier.get(verb))
    ]


def _rewrite(entry: Entry, changes: Changes, rewrite: Mapping[str, Any]) -> Changes:
    hostname = text(rewrite.get("hostname"))
    headers = (("Host", hostname),) if hostname else ()
    target = _modified(entry, changes.target, mapping(rewrite.get("path")))
    value = _written(mapping(rewrite.get("path"))) or hostname
    reason = because(Code.REWRITE_FILTER, value, target)
    return replace(
        changes,
        target=target,
        headers=(*changes.headers, *headers),
        why=(*changes.why, reason),
    )


def _written(modifier: Mapping[str, Any]) -> str:
    for kind in ("replaceFullPath", "replacePrefixMatch"):
        if kind in modifier:
            return f"{kind} {text(modifier[kind])}".strip()
    return ""


def _modified(entry: Entry, target: str, modifier: Mapping[str, Any]) -> str:
    path, mark, query = target.partition("?")
    if modifier.get("type") == "ReplaceFullPath":
        path = text(modifier.get("replaceFullPath")) or "/"
    elif modifier.get("type") == "ReplacePrefixMatch":
        prefix = entry.match.path if entry.match.path_type == "PathPrefix" else "/"
        path = replace_prefix(path, prefix, text(modifier.get("replacePrefixMatch")))
    return path + mark + query


def replace_prefix(path: str, prefix: str, replacement: str) -> str:
    """Put `replacement` in the place of a prefix; slashes at their ends are ignored."""
    rest = path[len(prefix.rstrip("/")) :]
    return replacement.rstrip("/") + rest or "/"


def _redirect(scene: Scene, answer: Answer, entry: Entry, changes: Changes) -> Answer:
    redirect = changes.redirect or {}
    request = answer.request
    written = text(redirect.get("scheme"))
    scheme = written or request.scheme
    host = text(redirect.get("hostname")) or _without_port(request.host)
    port = text(redirect.get("port"))
    if not port:
        known = _PORTS.get(scheme, scene.listener.port)
        port = str(known if written else scene.listener.port or known)
    if port != str(_PORTS.get(scheme)):
        host = f"{host}:{port}"
    path = _modified(entry, changes.target, mapping(redirect.get("path")))
    status = redirect.get("statusCode", _DEFAULT_REDIRECT)
    reason = because(Code.REDIRECT_FILTER, entry.route.key)
    made = replace(
        answer,
        outcome=Outcome.REDIRECT,
        status=status if isinstance(status, int) else _DEFAULT_REDIRECT,
        location=f"{scheme}://{host}{path}",
        why=(*answer.why, reason),
    )
    return _noted(made, changes)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _to_backend(
    scene: Scene, answer: Answer, entry: Entry, changes: Changes, backend: BackendRef
) -> Answer:
    target = backend.target
    changes = apply(entry, changes, backend.filters)
    if changes.redirect is not None:
        return _redirect(scene, answer, entry, changes)
    named = replace(answer, service=target.key, port=backend.port)
    if (target.group, target.kind) != ("", "Service"):
        kind = f"{target.kind}.{target.group}".rstrip(".")
        reason = because(Code.BACKEND_KIND_NOT_IMITATED, kind, target.key)
        unknown = replace(
            answer, why=(*answer.why, reason), certainty=Certainty.UNKNOWN
        )
        return _noted(unknown, changes)
    failed = _fault(scene, entry, backend)
    if failed is not None:
        reason, status = failed
        return _noted(_failed(named, reason, status), changes)
    reached = replace(
        named,
        outcome=Outcome.BACKEND,
        status=200,
        upstream_path=changes.target,
        upstream_headers=changes.headers,
    )
    return _noted(reached, changes)


def _fault(
    scene: Scene, entry: Entry, backend: BackendRef
) -> tuple[Reason, int] | None:
    """Return why a Service cannot answer, and the status instead; None if it can."""
    target, world = backend.target, scene.world
    route = entry.route
    if not permitted(scene.granted, route.kind, route.namespace, target):
        reason = because(Code.BACKEND_REFUSED, target.key, route.namespace)
        return reason, 500
    service = world.services.get(target.key)
    if service is None and world.services_known:
        return because(Code.SERVICE_MISSING, target.key), 500
    if service is not None and backend.port not in [p.number for p in service.ports]:
        reason = because(Code.SERVICE_PORT_MISSING, target.key, backend.port)
        return reason, 500
    if target.key in world.unready or not world.ready.get(target.key, True):
        return because(Code.SERVICE_UNREADY, target.key), 503
    return None


def _failed(answer: Answer, reason: Reason, status: int) -> Answer:
    no_endpoints = reason.code is Code.SERVICE_UNREADY
    return replace(
        answer,
        outcome=Outcome.NO_ENDPOINTS if no_endpoints else Outcome.REFUSED,
        status=status,
        why=(*answer.why, reason),
    )


def _noted(answer: Answer, changes: Changes) -> Answer:
    certainty = Certainty.UNKNOWN if changes.unknown else answer.certainty
    return replace(answer, why=(*answer.why, *changes.why), certainty=certainty)


def place_of(entry: Entry) -> Place:
    """Return the line of the whole table that an entry is."""
    rewrite, redirect = "", ""
    for body in entry.rule.filters:
        if body.get("type") == "URLRewrite":
            rewrite = _written(mapping(mapping(body.get("urlRewrite")).get("path")))
        elif body.get("type") == "RequestRedirect":
            redirect = _sketch(mapping(body.get("requestRedirect")))
    backends = [one for one in entry.rule.backends if one.weight > 0]
    first = backends[0] if backends else None
    return Place(
        host=entry.host,
        head=str(entry.match),
        path=entry.match.path,
        path_type=entry.match.path_type,
        ingress=entry.route.key,
        service=first.target.key if first else "",
        port=first.port if first else "",
        rewrite=rewrite,
        redirect=redirect,
        regex_mode=entry.match.path_type == "RegularExpression",
        subject=entry.route.subject,
    )


def _sketch(redirect: Mapping[str, Any]) -> str:
    """Write where a redirect goes, with `*` for what the request says."""
    scheme = text(redirect.get("scheme")) or "*"
    host = text(redirect.get("hostname")) or "*"
    port = text(redirect.get("port"))
    path = mapping(redirect.get("path"))
    full = text(path.get("replaceFullPath"))
    prefix = path.get("replacePrefixMatch")
    tail = full or (f"{text(prefix).rstrip('/')}/*" if prefix is not None else "/*")
    return f"{scheme}://{host}{':' if port else ''}{port}{tail}"
