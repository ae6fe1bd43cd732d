"""What becomes of a request in one server."""

from msgspec.structs import replace

from baro.routing.answer import Alternative, Answer, Certainty, Outcome
from baro.routing.ingress_nginx import sending_away
from baro.routing.ingress_nginx.before_service import is_preflight
from baro.routing.ingress_nginx.choosing import Choice, choose
from baro.routing.ingress_nginx.names import Redirect
from baro.routing.ingress_nginx.passing_on import pass_on, pass_through
from baro.routing.ingress_nginx.rewriting import rewrite
from baro.routing.ingress_nginx.servers import Server
from baro.routing.ingress_nginx.table import Asked, Table
from baro.routing.ingress_nginx.turn import Turn
from baro.routing.reasons import Code, because

_ERRORS = 400


def answer_in(
    table: Table, asked: Asked, server: Server
) -> tuple[Answer, Choice | None]:
    """Answer a request in the server that nginx has chosen for it."""
    passed = _passed_through(table, asked, server)
    if passed is not None:
        return passed, None
    if server.app_root is not None and asked.path == b"/":
        turn = Turn(table, asked, server, server.app_root)
        return sending_away.to_app_root(turn), None
    choice = choose(server, asked.path)
    if choice is None:
        return _nothing(table, asked, server), None
    turn = Turn(table, asked, server, choice.location, choice.found)
    answer = sending_away.add_slash(turn) if choice.slash else take(turn)
    if choice.unread:
        answer = _guess(table, asked, server, choice, answer)
    return answer, choice


def take(turn: Turn) -> Answer:
    """Answer in a location: its steps, in the order in which nginx takes them."""
    first = _before_rewriting(turn)
    if first is not None:
        return first
    location, asked = turn.location, turn.asked
    if not location.rewrites:
        return sending_away.to_https(turn) or pass_on(turn, None)
    rewritten = rewrite(location, turn.found, asked.path, asked.query, turn.variable)
    if rewritten.redirect:
        return sending_away.by_rewrite(turn, rewritten)
    if not (rewritten.path or rewritten.unknown):
        reason = because(Code.EMPTY_REWRITE, location.settings.target)
        return turn.answer(Outcome.REFUSED, 500, reason)
    return sending_away.to_https(turn) or pass_on(turn, rewritten)


def _before_rewriting(turn: Turn) -> Answer | None:
    """Answer where nginx does so before it looks at the path again."""
    location = turn.location
    if location.own:
        return _by_controller(turn)
    if location.settings.denied:
        return _denied(turn)
    if _is_preflight(turn):
        reason = because(Code.CORS_PREFLIGHT, location.owner_key)
        return turn.answer(Outcome.DEFAULT_BACKEND, 204, reason)
    if location.settings.redirect:
        return sending_away.by_annotation(turn)
    return None


def _by_controller(turn: Turn) -> Answer:
    """Answer in a location that the controller adds for itself."""
    status = turn.location.own
    reason = because(Code.CONTROLLER_ITSELF, turn.location.path)
    outcome = Outcome.DEFAULT_BACKEND if status < _ERRORS else Outcome.REFUSED
    return replace(turn.answer(outcome, status, reason, chosen=False), place=None)


def _denied(turn: Turn) -> Answer:
    """Answer 503 for a value that the controller cannot use."""
    # ingress-nginx: rootfs/etc/nginx/template/nginx.tmpl, "Location denied"
    denied = turn.location.settings.denied
    reason = because(Code.LOCATION_DENIED, denied, turn.location.owner_key)
    return turn.answer(Outcome.REFUSED, 503, reason)


def _is_preflight(turn: Turn) -> bool:
    origins, request = turn.location.settings.origins, turn.asked.request
    return bool(origins) and is_preflight(
        origins, request.method, request.header("origin")
    )


def _passed_through(table: Table, asked: Asked, server: Server) -> Answer | None:
    """Answer for a host whose TLS connections nginx never opens."""
    is_tls = table.behaviour.passthrough and asked.request.scheme == "https"
    if not (is_tls and server.merged.passthrough and asked.name == server.host):
        return None
    root = next((one for one in server.locations if one.path == "/"), None)
    return pass_through(Turn(table, asked, server, root)) if root else None


def _guess(
    table: Table, asked: Asked, server: Server, choice: Choice, answer: Answer
) -> Answer:
    """Say that a pattern in front of the chosen location could not be read."""
    alternatives = []
    reasons = []
    for location in choice.unread:
        taken = take(Turn(table, asked, server, location))
        taken = replace(taken, certainty=Certainty.UNKNOWN)
        when = because(Code.IF_MATCHES, location.path)
        alternatives.append(Alternative(when, taken))
        construct = location.unread or location.broken or "too many steps"
        reasons.append(because(Code.REGEX_NOT_IMITATED, location.path, construct))
        reasons.append(because(Code.IF_NOT_MATCHES, location.path))
    return replace(
        answer,
        why=(*answer.why, *reasons),
        certainty=Certainty.UNKNOWN,
        alternatives=tuple(alternatives),
    )


def _nothing(table: Table, asked: Asked, server: Server) -> Answer:
    """Answer where no location matches, not even the one for "/"."""
    return Answer(
        request=asked.request,
        controller=table.controller,
        outcome=Outcome.REFUSED,
        status=404,
        why=(*asked.chosen.why, because(Code.NOTHING_MATCHES, server.host)),
    )


def redirect_www(table: Table, asked: Asked, redirect: Redirect) -> Answer:
    """Answer for the server that `from-to-www-redirect` adds."""
    # ingress-nginx: rootfs/etc/nginx/lua/nginx/ngx_srv_redirect.lua
    request, behaviour = asked.request, table.behaviour
    port = behaviour.https_port if request.scheme == "https" else behaviour.http_port
    if behaviour.forwarded_headers:
        port = request.header("x-forwarded-port") or port
    host = redirect.to.host
    target = request.target.removesuffix("/")
    locations = redirect.to.locations
    owner = next((one.owner for one in locations if one.settings.www), None)
    return Answer(
        request=request,
        controller=table.controller,
        outcome=Outcome.REDIRECT,
        status=behaviour.redirect_code,
        ingress=owner.key if owner else None,
        location=f"{table.scheme(request)}://{host}:{port}{target}",
        why=(because(Code.WWW_REDIRECT, asked.name, host),),
        subject=owner.ingress.subject if owner else None,
    )
