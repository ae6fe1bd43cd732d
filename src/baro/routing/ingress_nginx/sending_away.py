"""The redirects of a location, each as nginx or the controller's Lua makes it."""

from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.ingress_nginx.rewriting import Rewritten
from baro.routing.ingress_nginx.turn import Turn
from baro.routing.nginx.uri import escape
from baro.routing.reasons import Code, Reason, because

_LOCATION_CODES = frozenset((301, 302, 303, 307, 308))


def add_slash(turn: Turn) -> Answer:
    """Send the client to the same path with a slash."""
    path = escape(turn.location.name).decode()
    query = turn.asked.query.decode(errors="surrogateescape")
    target = f"{path}?{query}" if query else path
    reason = because(Code.SLASH_REDIRECT, turn.location.path)
    location = target if turn.is_relative else f"{turn.origin}{target}"
    return turn.answer(Outcome.REDIRECT, 301, reason, chosen=False, location=location)


def to_app_root(turn: Turn) -> Answer:
    """Send the client from "/" to `app-root`; works for the whole server."""
    root = turn.location.settings.app_root
    request = turn.asked.request
    reason = because(Code.APP_ROOT, root, turn.location.owner_key)
    return replace(
        turn.answer(Outcome.REDIRECT, 302, reason, chosen=False),
        location=f"{request.scheme}://{request.host}{turn.fill(root)}",
        place=None,
    )


def by_annotation(turn: Turn) -> Answer:
    """Answer with `permanent-redirect` or `temporal-redirect`."""
    settings = turn.location.settings
    target = turn.fill(settings.redirect)
    if target.startswith("/") and not turn.is_relative:
        target = f"{turn.origin}{target}"
    owner = turn.location.owner_key
    reason = because(Code.REDIRECT_ANNOTATION, settings.redirect_by, owner)
    sends = settings.redirect_code in _LOCATION_CODES
    outcome = Outcome.REDIRECT if sends else Outcome.REFUSED
    location = target if sends else None
    return turn.answer(outcome, settings.redirect_code, reason, location=location)


def by_rewrite(turn: Turn, rewritten: Rewritten) -> Answer:
    """Send the client to the URL that a rewrite has made of the path."""
    target = turn.location.settings.target
    reason = because(Code.REWRITE_TO_URL, target, turn.location.owner_key)
    answer = turn.answer(Outcome.REDIRECT, 302, reason)
    if rewritten.unknown:
        return without_path(turn, answer, rewritten)
    return replace(answer, location=rewritten.redirect)


def without_path(turn: Turn, answer: Answer, rewritten: Rewritten) -> Answer:
    """Say that a rewrite uses a value that nobody knows here."""
    target = turn.location.settings.target
    reason = because(Code.VARIABLE_NOT_IMITATED, rewritten.unknown, target)
    why = (*answer.why, reason)
    return replace(answer, why=why, certainty=Certainty.UNKNOWN)


def to_https(turn: Turn) -> Answer | None:
    """Send the client to https, if this location does so."""
    # ingress-nginx: rootfs/etc/nginx/lua/lua_ingress.lua, rewrite
    reason = _reason_for_https(turn)
    if reason is None:
        return None
    settings, behaviour = turn.location.settings, turn.table.behaviour
    target = turn.asked.request.target
    if not settings.preserve_slash:
        target = target.removesuffix("/")
    port = f":{behaviour.https_port}" if settings.port_in_redirects else ""
    host = turn.table.best_host(turn.asked.request)
    location = f"https://{host}{port}{target}"
    code = behaviour.redirect_code
    answer = turn.answer(Outcome.REDIRECT, code, reason, location=location)
    if reason.code is Code.CERTIFICATE_NAMES:
        return replace(answer, certainty=Certainty.UNKNOWN)
    return answer


def _reason_for_https(turn: Turn) -> Reason | None:
    # ingress-nginx: rootfs/etc/nginx/lua/lua_ingress.lua, redirect_to_https
    settings, behaviour = turn.location.settings, turn.table.behaviour
    if turn.table.scheme(turn.asked.request) != "http":
        return None
    if turn.location.path.startswith(behaviour.no_tls_redirect):
        return None
    if settings.force_ssl_redirect:
        return because(Code.HTTPS_FORCED, turn.location.owner_key)
    if not settings.ssl_redirect:
        return None
    holder = turn.server.merged.certificate
    if turn.table.has_certificate(turn.asked.name):
        key = holder.key if holder else ""
        return because(Code.HTTPS_REDIRECT, turn.asked.name, key)
    alias = turn.asked.chosen.alias
    # For an alias it is the names inside the certificate that count.
    named = (
        {host for _, hosts in holder.ingress.tls for host in hosts} if holder else ()
    )
    return because(Code.CERTIFICATE_NAMES, alias) if alias in named else None
