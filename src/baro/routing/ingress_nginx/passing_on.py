"""Handing a request to a Service, or saying why there is none to take it."""

from typing import Unpack

from msgspec.structs import replace

from baro.routing.answer import Answer, Outcome
from baro.routing.ingress_nginx.canaries import share
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.rewriting import Rewritten
from baro.routing.ingress_nginx.sending_away import without_path
from baro.routing.ingress_nginx.turn import Rest, Turn
from baro.routing.ingress_nginx.upstreams import DEFAULT, Upstream, fallback
from baro.routing.reasons import Code, Reason, because

_NOT_FOUND = 404
_UNAVAILABLE = 503


def pass_on(turn: Turn, rewritten: Rewritten | None) -> Answer:
    """Answer for the Service of a location; `rewritten` is the path it shall see."""
    location = turn.location
    if location.upstream == DEFAULT:
        return _default_backend(turn)
    upstream = turn.table.upstreams.get(location.upstream)
    if upstream is None:
        # A canary without a twin took the upstream with it when it was removed.
        fault = because(Code.SERVICE_UNREADY, location.upstream)
        return _unavailable(turn, fault)
    if upstream.fault is not None:
        return _without_endpoints(turn, upstream, upstream.fault, rewritten)
    to = Rest(service=upstream.service, port=upstream.port)
    answer = _reach(turn, rewritten, to)
    answer = replace(answer, why=(*answer.why, *_replaced_errors(turn)))
    if upstream.alternatives:
        return share(answer, upstream, turn.table.upstreams)
    return answer


def pass_through(turn: Turn) -> Answer:
    """Hand the TLS connection itself to the Service of the host's "/"."""
    # ingress-nginx: pkg/tcpproxy/tcp.go
    upstream = turn.table.upstreams.get(turn.location.upstream)
    reason = because(Code.TLS_PASSED_THROUGH, turn.server.host)
    if upstream is None:
        return turn.answer(Outcome.UNKNOWN, None, reason, chosen=False)
    to = Rest(service=upstream.service, port=upstream.port)
    if upstream.fault is not None and upstream.fault.code is Code.SERVICE_MISSING:
        return turn.answer(
            Outcome.NO_ENDPOINTS, None, reason, upstream.fault, chosen=False, **to
        )
    to["upstream_path"] = turn.asked.request.target
    return turn.answer(Outcome.BACKEND, 200, reason, chosen=False, **to)


def _reach(
    turn: Turn, rewritten: Rewritten | None, to: Rest, *reasons: Reason
) -> Answer:
    """Answer that a Service is reached, and with which path."""
    if rewritten is None:
        to["upstream_path"] = turn.asked.request.target
        return turn.answer(Outcome.BACKEND, 200, *reasons, **to)
    if rewritten.unknown:
        answer = turn.answer(Outcome.BACKEND, 200, *reasons, **to)
        return without_path(turn, answer, rewritten)
    settings = turn.location.settings
    if settings.forwarded_prefix:
        header = ("X-Forwarded-Prefix", settings.forwarded_prefix)
        to["upstream_headers"] = (header,)
    to["upstream_path"] = rewritten.target
    reason = because(Code.REWRITTEN, settings.target, rewritten.target)
    return turn.answer(Outcome.BACKEND, 200, *reasons, reason, **to)


def _replaced_errors(turn: Turn) -> tuple[Reason, ...]:
    """Say which of the Service's own answers the client never gets to see."""
    owner = turn.location.owner
    codes = turn.location.settings.errors
    if not codes or not turn.location.settings.intercepts:
        return ()
    instead = fallback(owner, turn.table.world) if owner else None
    by = instead[0] if instead else turn.table.behaviour.default_backend
    return (because(Code.ERRORS_REPLACED, ", ".join(map(str, codes)), by),)


def _without_endpoints(
    turn: Turn, upstream: Upstream, fault: Reason, rewritten: Rewritten | None
) -> Answer:
    """Answer 503, or hand over to the Service of `default-backend`."""
    owner = turn.location.owner
    instead = fallback(owner, turn.table.world) if owner else None
    if instead is None:
        to = Rest(service=upstream.service, port=upstream.port)
        return _unavailable(turn, fault, **to)
    service, port = instead
    reason = because(Code.FALLBACK_SERVICE, upstream.service, service)
    return _reach(turn, rewritten, Rest(service=service, port=port), fault, reason)


def _unavailable(turn: Turn, fault: Reason, **to: Unpack[Rest]) -> Answer:
    """Answer 503, or what the page that stands in its place is answered with."""
    behaviour = turn.table.behaviour
    if _UNAVAILABLE not in (turn.location.settings.errors or behaviour.errors):
        return turn.answer(Outcome.NO_ENDPOINTS, _UNAVAILABLE, fault, **to)
    # Without endpoints, the Service of `default-backend` gives no pages either.
    page = behaviour.default_backend
    reason = because(Code.ERROR_PAGE, str(_UNAVAILABLE), page)
    status = None if page else _NOT_FOUND
    return turn.answer(Outcome.NO_ENDPOINTS, status, fault, reason, **to)


def _default_backend(turn: Turn) -> Answer:
    answer = turn.answer(Outcome.DEFAULT_BACKEND, _NOT_FOUND, *_nothing(turn))
    service = turn.table.behaviour.default_backend
    # What a default backend of one's own says is its own affair.
    return replace(
        answer,
        ingress=None,
        subject=None,
        service=service or None,
        status=None if service else _NOT_FOUND,
    )


def _nothing(turn: Turn) -> tuple[Reason, ...]:
    """Say that no path matches, where nothing has said it yet."""
    if turn.location.is_default and turn.location.owner_key:
        return ()
    if turn.server.host != DEFAULT_SERVER:
        return (because(Code.NOTHING_MATCHES, turn.server.host),)
    others = any(one.owner_key for one in turn.server.locations)
    return (because(Code.NOTHING_HOSTLESS),) if others else ()
