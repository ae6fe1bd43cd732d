"""An Ingress' annotations as ingress-nginx understands them.

Some values are dropped without a word, some make the controller leave out the whole
Ingress; which, depends on the release. Both are told.
"""

# ingress-nginx: internal/ingress/annotations/*, .../parser/validators.go

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from msgspec import Struct

from baro.routing.ingress_nginx.annotation_checks import (
    refuse_risk,
    refuse_words,
    without_effect,
)
from baro.routing.ingress_nginx.annotation_reading import Reading
from baro.routing.ingress_nginx.before_service import (
    cors_origins,
    denied_by,
    error_codes,
)
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.gotext import is_on, trim_lines
from baro.routing.reasons import Code, Reason, because

_TARGET = re.compile(r"/?[-._~a-zA-Z0-9/:$]*", re.ASCII)
_ABSOLUTE_TARGET = re.compile(r"/[-._~a-zA-Z0-9/:$]*", re.ASCII)
_PLAIN = re.compile(r"[-._~a-zA-Z0-9/:]*", re.ASCII)
_PATTERN = re.compile(r"[-._~a-zA-Z0-9/:^$\[\](){}*+?|&=\\]*", re.ASCII)
_URL = re.compile(r"[-._~a-zA-Z0-9/:?&=,]*", re.ASCII)
_SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
_REDIRECTS = range(300, 309)
_TEMPORAL = range(300, 308)
_GUARDS = (
    "auth-url",
    "auth-type",
    "auth-tls-secret",
    "allowlist-source-range",
    "whitelist-source-range",
    "denylist-source-range",
    "enable-modsecurity",
    "limit-connections",
    "limit-rps",
    "limit-rpm",
)


class Canary(Struct, frozen=True):
    """How a canary Ingress gets its share."""

    weight: int = 0
    total: int = 100
    header: str = ""
    header_value: str = ""
    header_pattern: str = ""
    cookie: str = ""


class Settings(Struct, frozen=True):
    """What the annotations come to. Empty texts mean that nothing is set.

    `denied` is the annotation for whose value every path is answered with 503;
    `errors` are the statuses in whose place another page is shown.
    """

    target: str = ""
    use_regex: bool = False
    ssl_redirect: bool = False
    force_ssl_redirect: bool = False
    preserve_slash: bool = False
    app_root: str = ""
    redirect: str = ""
    redirect_code: int = 0
    redirect_by: str = ""
    relative: bool = False
    www: bool = False
    aliases: tuple[str, ...] = ()
    fallback: str = ""
    canary: Canary | None = None
    forwarded_prefix: str = ""
    port_in_redirects: bool = False
    service_upstream: bool = False
    passthrough: bool = False
    guards: tuple[str, ...] = ()
    snippets: tuple[str, ...] = ()
    denied: str = ""
    origins: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()
    intercepts: bool = True


def read_settings(
    annotations: Mapping[str, str], behaviour: Behaviour
) -> tuple[Settings, tuple[Reason, ...]]:
    """Read the annotations; return what they come to, and what has no effect.

    Raises:
        RefusedError: the controller would leave the Ingress out.
    """
    if not any("/" in key for key in annotations):
        return _defaults(behaviour), ()
    refuse_words(annotations, behaviour)
    refuse_risk(annotations, behaviour)
    reading = Reading(annotations, behaviour)
    settings = _read(reading)
    if settings.canary:
        reading.remarks.extend(_ignored_on_canary(reading))
    elif settings.forwarded_prefix and not settings.target:
        name = reading.full("x-forwarded-prefix")
        reading.remarks.append(because(Code.PREFIX_NEEDS_REWRITE, name))
    reading.remarks.extend(without_effect(annotations, behaviour))
    return settings, tuple(reading.remarks)


@lru_cache(maxsize=16)
def _defaults(behaviour: Behaviour) -> Settings:
    return _read(Reading({}, behaviour))


def _read(reading: Reading) -> Settings:
    behaviour = reading.behaviour
    redirect, code, by, www, relative = _redirect(reading)
    target_shape = _TARGET if behaviour.release.relative_target else _ABSOLUTE_TARGET
    return Settings(
        target=reading.text("rewrite-target", target_shape, strict=False),
        use_regex=reading.flag("use-regex", default=False),
        ssl_redirect=reading.flag("ssl-redirect", default=behaviour.ssl_redirect),
        force_ssl_redirect=reading.flag(
            "force-ssl-redirect", default=behaviour.force_ssl_redirect
        ),
        preserve_slash=reading.flag(
            "preserve-trailing-slash", default=behaviour.preserve_trailing_slash
        ),
        app_root=_app_root(reading, target_shape),
        redirect=redirect,
        redirect_code=code,
        redirect_by=by,
        relative=relative,
        www=www,
        aliases=_aliases(reading),
        fallback=reading.text("default-backend", _SERVICE, strict=True),
        canary=_canary(reading),
        forwarded_prefix=_forwarded_prefix(reading, target_shape),
        port_in_redirects=reading.flag("use-port-in-redirects", default=False),
        service_upstream=reading.flag("service-upstream", default=False),
        passthrough=reading.flag("ssl-passthrough", default=False, strict=True),
        guards=tuple(name for name in _GUARDS if is_on(reading.value(name) or "")),
        snippets=tuple(
            name
            for name in ("configuration-snippet", "server-snippet")
            if behaviour.snippets and reading.value(name)
        ),
        denied=denied_by(reading.value),
        origins=cors_origins(reading.value, validates=behaviour.validates),
        errors=error_codes(reading.value, validates=behaviour.validates),
        intercepts=not reading.flag("disable-proxy-intercept-errors", default=False),
    )


def _redirect(reading: Reading) -> tuple[str, int, str, bool, bool]:
    """Return target, code, annotation, from-to-www, and relative redirects."""
    # ingress-nginx: internal/ingress/annotations/redirect/redirect.go
    www = reading.flag("from-to-www-redirect", default=False, strict=True)
    relative = reading.flag("relative-redirects", default=False, strict=True)
    allowed = _URL
    if not reading.behaviour.release.comma_in_redirect:
        allowed = re.compile(_URL.pattern.replace(",", ""), re.ASCII)
    temporal = reading.text("temporal-redirect", allowed, strict=True)
    if temporal:
        code = reading.number("temporal-redirect-code", 0)
        if not _is_web_url(temporal):
            reading.bad("temporal-redirect", temporal, strict=False)
            return "", 0, "", False, False
        code = code if code in _TEMPORAL else 302
        return temporal, code, reading.full("temporal-redirect"), www, relative
    permanent = reading.text("permanent-redirect", allowed, strict=True)
    code = reading.number("permanent-redirect-code", 0)
    code = code if code in _REDIRECTS else 301
    by = reading.full("permanent-redirect") if permanent else ""
    return permanent, code, by, www, relative


def _is_web_url(text: str) -> bool:
    try:
        return urlsplit(text).scheme.startswith("http")
    except ValueError:
        return False


def _app_root(reading: Reading, allowed: re.Pattern[str]) -> str:
    root = reading.text("app-root", allowed, strict=False)
    if root and not root.startswith("/"):
        reading.bad("app-root", root, strict=False)
        return ""
    return root


def _forwarded_prefix(reading: Reading, allowed: re.Pattern[str]) -> str:
    raw = reading.value("x-forwarded-prefix") or ""
    if reading.behaviour.validates and not allowed.fullmatch(raw.replace(" ", "")):
        reading.bad("x-forwarded-prefix", raw, strict=True)
    return trim_lines(raw)


def _aliases(reading: Reading) -> tuple[str, ...]:
    raw = reading.value("server-alias")
    if not raw:
        return ()
    names = [name.strip() for name in trim_lines(raw).split(",")]
    if reading.behaviour.validates and not all(map(_PATTERN.fullmatch, names)):
        reading.bad("server-alias", raw, strict=True)
    return tuple(sorted({name for name in names if name}))


def _canary(reading: Reading) -> Canary | None:
    enabled = reading.flag("canary", default=False)
    canary = Canary(
        weight=reading.number("canary-weight", 0),
        total=reading.number("canary-weight-total", 100),
        header=_spaceless(reading, "canary-by-header"),
        header_value=_spaceless(reading, "canary-by-header-value"),
        header_pattern=reading.text("canary-by-header-pattern", _PATTERN, strict=False),
        cookie=_spaceless(reading, "canary-by-cookie"),
    )
    if not enabled and canary != Canary(total=canary.total):
        name = next(
            name
            for name in sorted(reading.annotations)
            if name.startswith(f"{reading.behaviour.prefix}/canary-")
        )
        reading.remarks.append(because(Code.CANARY_NOT_ENABLED, name))
    return canary if enabled else None


def _ignored_on_canary(reading: Reading) -> list[Reason]:
    """Return what a canary Ingress carries in vain: its twin's settings count."""
    names = ("rewrite-target", "use-regex", "app-root", "permanent-redirect")
    return [
        because(Code.IGNORED_ON_CANARY, reading.full(name))
        for name in names
        if reading.value(name)
    ]


def _spaceless(reading: Reading, name: str) -> str:
    raw = reading.value(name)
    if (
        raw
        and reading.behaviour.validates
        and not _PLAIN.fullmatch(raw.replace(" ", ""))
    ):
        reading.bad(name, raw, strict=False)
        return ""
    return trim_lines(raw or "")
