"""What one location makes of a request, step by step as nginx takes them."""

from functools import lru_cache
from typing import TypedDict, Unpack

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.classes import is_class_open
from baro.routing.ingress_nginx.canaries import share
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.rewriting import Rewritten, rewrite
from baro.routing.ingress_nginx.servers import Server
from baro.routing.ingress_nginx.table import Asked, Table
from baro.routing.ingress_nginx.telling import place_of, reasons_for
from baro.routing.ingress_nginx.upstreams import DEFAULT, Upstream, fallback
from baro.routing.nginx import variables
from baro.routing.nginx.regex import Found
from baro.routing.nginx.uri import escape
from baro.routing.reasons import Code, Reason, because

_LOCATION_CODES = frozenset((301, 302, 303, 307, 308))
_ERRORS = 400


class _Rest(TypedDict, total=False):
    """The fields of an answer that not all answers have."""

    service: str
    port: str
    location: str | None
    upstream_path: str
    upstream_headers: tuple[tuple[str, str], ...]


class Turn(Struct, frozen=True):
    """A request that has come to a location; `found` is the match in regex mode."""

    table: Table
    asked: Asked
    server: Server
    location: Location
    found: Found | None = None

    def take(self) -> Answer:
        """Answer the request."""
        location = self.location
        if location.own:
            return self._own()
        if location.settings.redirect:
            return self._redirect()
        rewritten = self._rewritten()
        if rewritten is not None and rewritten.redirect:
            return self._rewritten_away(rewritten)
        if rewritten is not None and not (rewritten.path or rewritten.unknown):
            reason = because(Code.EMPTY_REWRITE, location.settings.target)
            return self._of(Outcome.REFUSED, 500, reason)
        return self._to_https() or self._pass_on(rewritten)

    def add_slash(self) -> Answer:
        """Send the client to the same path with a slash."""
        path = escape(self.location.name).decode()
        query = self.asked.query.decode(errors="surrogateescape")
        target = f"{path}?{query}" if query else path
        reason = because(Code.SLASH_REDIRECT, self.location.path)
        location = target if self._relative else f"{self._origin}{target}"
        return self._of(Outcome.REDIRECT, 301, reason, chosen=False, location=location)

    def to_app_root(self) -> Answer:
        """Send the client from "/" to `app-root`; works for the whole server."""
        root = self.location.settings.app_root
        request = self.asked.request
        reason = because(Code.APP_ROOT, root, self.location.owner_key)
        return replace(
            self._of(Outcome.REDIRECT, 302, reason, chosen=False),
            location=f"{request.scheme}://{request.host}{self._fill(root)}",
            place=None,
        )

    @property
    def _relative(self) -> bool:
        settings = self.location.settings
        return settings.relative or self.table.behaviour.relative_redirects

    @property
    def _origin(self) -> str:
        # `port_in_redirect` and `server_name_in_redirect` are off.
        return f"{self.asked.request.scheme}://{self.asked.name}"

    def _own(self) -> Answer:
        status = self.location.own
        reason = because(Code.CONTROLLER_ITSELF, self.location.path)
        fine = status < _ERRORS
        outcome = Outcome.DEFAULT_BACKEND if fine else Outcome.REFUSED
        return replace(self._of(outcome, status, reason, chosen=False), place=None)

    def _redirect(self) -> Answer:
        """Answer with `permanent-redirect` or `temporal-redirect`."""
        settings = self.location.settings
        target = self._fill(settings.redirect)
        if target.startswith("/") and not self._relative:
            target = f"{self._origin}{target}"
        owner = self.location.owner_key
        reason = because(Code.REDIRECT_ANNOTATION, settings.redirect_by, owner)
        sends = settings.redirect_code in _LOCATION_CODES
        outcome = Outcome.REDIRECT if sends else Outcome.REFUSED
        location = target if sends else None
        return self._of(outcome, settings.redirect_code, reason, location=location)

    def _rewritten(self) -> Rewritten | None:
        if not self.location.rewrites:
            return None
        asked = self.asked
        return rewrite(
            self.location, self.found, asked.path, asked.query, self._variable
        )

    def _rewritten_away(self, rewritten: Rewritten) -> Answer:
        target = self.location.settings.target
        reason = because(Code.REWRITE_TO_URL, target, self.location.owner_key)
        answer = self._of(Outcome.REDIRECT, 302, reason)
        if rewritten.unknown:
            return self._without_path(answer, rewritten)
        return replace(answer, location=rewritten.redirect)

    def _to_https(self) -> Answer | None:
        """Send the client to https, if this location does so."""
        # ingress-nginx: rootfs/etc/nginx/lua/lua_ingress.lua, rewrite
        reason = self._reason_for_https()
        if reason is None:
            return None
        settings, behaviour = self.location.settings, self.table.behaviour
        target = self.asked.request.target
        if not settings.preserve_slash:
            target = target.removesuffix("/")
        port = f":{behaviour.https_port}" if settings.port_in_redirects else ""
        host = self.table.best_host(self.asked.request)
        location = f"https://{host}{port}{target}"
        code = behaviour.redirect_code
        answer = self._of(Outcome.REDIRECT, code, reason, location=location)
        if reason.code is Code.CERTIFICATE_NAMES:
            return replace(answer, certainty=Certainty.UNKNOWN)
        return answer

    def _reason_for_https(self) -> Reason | None:
        # ingress-nginx: rootfs/etc/nginx/lua/lua_ingress.lua, redirect_to_https
        settings, behaviour = self.location.settings, self.table.behaviour
        if self.table.scheme(self.asked.request) != "http":
            return None
        if self.location.path.startswith(behaviour.no_tls_redirect):
            return None
        if settings.force_ssl_redirect:
            return because(Code.HTTPS_FORCED, self.location.owner_key)
        if not settings.ssl_redirect:
            return None
        holder = self.server.merged.certificate
        if self.table.has_certificate(self.asked.name):
            key = holder.key if holder else ""
            return because(Code.HTTPS_REDIRECT, self.asked.name, key)
        alias = self.asked.chosen.alias
        # For an alias it is the names inside the certificate that count.
        named = (
            {host for _, hosts in holder.ingress.tls for host in hosts}
            if holder
            else ()
        )
        return because(Code.CERTIFICATE_NAMES, alias) if alias in named else None

    def _pass_on(self, rewritten: Rewritten | None) -> Answer:
        """Hand the request to a Service, or say why there is none to take it."""
        location = self.location
        if location.upstream == DEFAULT:
            return self._default_backend()
        upstream = self.table.upstreams.get(location.upstream)
        if upstream is None:
            # A canary without a twin took the upstream with it when it was removed.
            fault = because(Code.SERVICE_UNREADY, location.upstream)
            return self._of(Outcome.NO_ENDPOINTS, 503, fault)
        if upstream.fault is not None:
            return self._without_endpoints(upstream, upstream.fault, rewritten)
        to = _Rest(service=upstream.service, port=upstream.port)
        answer = self._reach(rewritten, to)
        if upstream.alternatives:
            return share(answer, upstream, self.table.upstreams)
        return answer

    def _reach(
        self, rewritten: Rewritten | None, to: _Rest, *reasons: Reason
    ) -> Answer:
        """Answer that a Service is reached, and with which path."""
        if rewritten is None:
            to["upstream_path"] = self.asked.request.target
            return self._of(Outcome.BACKEND, 200, *reasons, **to)
        if rewritten.unknown:
            answer = self._of(Outcome.BACKEND, 200, *reasons, **to)
            return self._without_path(answer, rewritten)
        settings = self.location.settings
        if settings.forwarded_prefix:
            header = ("X-Forwarded-Prefix", settings.forwarded_prefix)
            to["upstream_headers"] = (header,)
        to["upstream_path"] = rewritten.target
        reason = because(Code.REWRITTEN, settings.target, rewritten.target)
        return self._of(Outcome.BACKEND, 200, *reasons, reason, **to)

    def _without_path(self, answer: Answer, rewritten: Rewritten) -> Answer:
        target = self.location.settings.target
        reason = because(Code.VARIABLE_NOT_IMITATED, rewritten.unknown, target)
        why = (*answer.why, reason)
        return replace(answer, why=why, certainty=Certainty.UNKNOWN)

    def _without_endpoints(
        self, upstream: Upstream, fault: Reason, rewritten: Rewritten | None
    ) -> Answer:
        """Answer 503, or hand over to the Service of `default-backend`."""
        owner = self.location.owner
        instead = fallback(owner, self.table.world) if owner else None
        if instead is None:
            to = _Rest(service=upstream.service, port=upstream.port)
            return self._of(Outcome.NO_ENDPOINTS, 503, fault, **to)
        service, port = instead
        reason = because(Code.FALLBACK_SERVICE, upstream.service, service)
        return self._reach(rewritten, _Rest(service=service, port=port), fault, reason)

    def _default_backend(self) -> Answer:
        answer = self._of(Outcome.DEFAULT_BACKEND, 404, *self._nothing())
        service = self.table.behaviour.default_backend
        # What a default backend of one's own says is its own affair.
        return replace(
            answer,
            ingress=None,
            subject=None,
            service=service or None,
            status=None if service else 404,
        )

    def _nothing(self) -> tuple[Reason, ...]:
        """Say that no path matches, where nothing has said it yet."""
        if self.location.is_default and self.location.owner_key:
            return ()
        if self.server.host != DEFAULT_SERVER:
            return (because(Code.NOTHING_MATCHES, self.server.host),)
        others = any(one.owner_key for one in self.server.locations)
        return (because(Code.NOTHING_HOSTLESS),) if others else ()

    def _of(
        self,
        outcome: Outcome,
        status: int,
        *reasons: Reason,
        chosen: bool = True,
        **rest: Unpack[_Rest],
    ) -> Answer:
        """Make an answer of this location, with what bears on its certainty."""
        owner = self.location.owner
        chain = reasons_for(self.server, self.location) if chosen else ()
        doubts, certain = self._doubts()
        return Answer(
            request=self.asked.request,
            controller=self.table.controller,
            outcome=outcome,
            status=status,
            ingress=owner.key if owner else None,
            place=place_of(self.server, self.location, self.table),
            why=(*self.asked.chosen.why, *chain, *reasons, *doubts),
            certainty=Certainty.CERTAIN if certain else Certainty.UNKNOWN,
            subject=owner.ingress.subject if owner else None,
            **rest,
        )

    def _doubts(self) -> tuple[tuple[Reason, ...], bool]:
        owner, unread = self.location.owner, self.asked.chosen.unread
        doubts: tuple[Reason, ...] = ()
        if unread:
            doubts += (because(Code.REGEX_NOT_IMITATED, unread, "server-alias"),)
        if owner is None:
            return doubts, not unread
        settings = owner.settings
        doubts += self.table.notes.get(owner.key, ())
        if settings.guards:
            doubts += (because(Code.GUARDED, ", ".join(settings.guards)),)
        doubts += tuple(because(Code.SNIPPET_NOT_READ, s) for s in settings.snippets)
        open_class = is_class_open(owner.ingress)
        return doubts, not (unread or settings.snippets or open_class)

    def _fill(self, text: str) -> str:
        if "$" not in text:
            return text
        filled = _template(text).fill(lambda _: b"", self._variable)
        if isinstance(filled, str):
            return text
        return filled.decode(errors="surrogateescape")

    def _variable(self, name: str) -> bytes | None:
        owner = self.location.owner
        own = {
            "ingress_name": owner.ingress.name if owner else "",
            "namespace": owner.ingress.namespace if owner else "",
            "location_path": self.location.declared,
            "proxy_upstream_name": self.location.upstream,
        }
        if name in own:
            return own[name].encode(errors="surrogateescape")
        return variables.value_of(name, self.asked.request, self.asked.name)


@lru_cache(maxsize=4096)
def _template(text: str) -> variables.Template:
    return variables.parse(text.encode(errors="surrogateescape"))
