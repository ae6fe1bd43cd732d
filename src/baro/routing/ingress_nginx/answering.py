"""What becomes of a request in one server."""

from msgspec.structs import replace

from baro.routing.answer import Alternative, Answer, Certainty, Outcome
from baro.routing.ingress_nginx.choosing import Choice, choose
from baro.routing.ingress_nginx.names import Redirect
from baro.routing.ingress_nginx.servers import Server
from baro.routing.ingress_nginx.table import Asked, Table
from baro.routing.ingress_nginx.turn import Turn
from baro.routing.reasons import Code, because


def answer_in(
    table: Table, asked: Asked, server: Server
) -> tuple[Answer, Choice | None]:
    """Answer a request in the server that nginx has chosen for it."""
    if server.app_root is not None and asked.path == b"/":
        return Turn(table, asked, server, server.app_root).to_app_root(), None
    choice = choose(server, asked.path)
    if choice is None:
        return _nothing(table, asked, server), None
    turn = Turn(table, asked, server, choice.location, choice.found)
    answer = turn.add_slash() if choice.slash else turn.take()
    if choice.unread:
        answer = _guess(table, asked, server, choice, answer)
    return answer, choice


def _guess(
    table: Table, asked: Asked, server: Server, choice: Choice, answer: Answer
) -> Answer:
    """Say that a pattern in front of the chosen location could not be read."""
    alternatives = []
    reasons = []
    for location in choice.unread:
        taken = Turn(table, asked, server, location).take()
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
