"""What an Ingress' annotations let nginx answer before, or instead of, its Service.

Locations that are denied for a value that cannot be used, preflights of CORS, and
pages that take the place of an error.
"""

# ingress-nginx: internal/ingress/annotations/{auth,authreq,cors,customhttperrors,
# ipallowlist,ipdenylist}/main.go, Extract of .../annotations/annotations.go

import ipaddress
import re
from collections.abc import Callable, Iterator

from baro.routing.ingress_nginx.gotext import parse_bool, parse_int, trim_lines

Value = Callable[[str], str | None]
"""Gives the value of an annotation by its name, None where it is not there."""
ALL_ORIGINS = ("*",)

_RANGES = ("allowlist-source-range", "whitelist-source-range", "denylist-source-range")
_AUTH_TYPE = re.compile(r"basic|digest")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<host>[^/?#]+)")
_PORT = re.compile(r":(?P<port>[^]:]*)\Z")
_ORIGIN = re.compile(r"[a-z]+://(\*\.)?[A-Za-z0-9\-.]*(:\d+)?|\*|null", re.ASCII)
# The same texts as theirs, written so that none takes long to be refused.
_ORIGINS = re.compile(r"(?:[A-Za-z0-9\-.,]|\*\.|:\d|(?<=[a-z])://)*|\*", re.ASCII)
_ERRORS = re.compile(r"([4,5]\d{2},?)*", re.ASCII)


def denied_by(value: Value) -> str:
    """Return the annotation for whose value every path is answered with 503.

    Empty where there is none. Secrets and ConfigMaps that do not exist deny, too;
    Git does not tell, so nothing is said of them.
    """
    return next(_denying(value), "")


def _denying(value: Value) -> Iterator[str]:
    for name in _RANGES:
        ranges = value(name)
        if ranges is not None and not all(map(_is_range, ranges.split(","))):
            yield name
    kind = trim_lines(value("auth-type") or "")
    if kind and not _AUTH_TYPE.search(kind):
        yield "auth-type"
    elif kind and not trim_lines(value("auth-secret") or ""):
        yield "auth-secret"
    url = trim_lines(value("auth-url") or "")
    if url and not _is_url(url):
        yield "auth-url"


def _is_range(text: str) -> bool:
    """Tell whether Go reads a text as an address or a network."""
    text = text.strip()
    _, slash, length = text.partition("/")
    if "%" in text or (slash and not (length.isascii() and length.isdigit())):
        return False
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def _is_url(text: str) -> bool:
    found = _URL.match(text)
    if found is None or ".." in found["host"]:
        return False
    port = _PORT.search(found["host"])
    return port is None or port["port"].isdigit() or not port["port"]


def cors_origins(value: Value, *, validates: bool) -> tuple[str, ...]:
    """Return the origins to which CORS is open; none where it is off."""
    if not parse_bool(value("enable-cors") or ""):
        return ()
    given = trim_lines(value("cors-allow-origin") or "")
    if not given or (validates and not _fits(_ORIGINS, given)):
        return ALL_ORIGINS
    origins = [origin.strip() for origin in given.split(",")]
    if "*" in origins:
        return ALL_ORIGINS
    return tuple(one for one in origins if one and _ORIGIN.fullmatch(one))


def is_preflight(origins: tuple[str, ...], method: str, origin: str | None) -> bool:
    """Tell whether nginx answers a request itself, for CORS."""
    if method != "OPTIONS" or not origins:
        return False
    if origins == ALL_ORIGINS:
        return True
    # As they write it, the pattern has an end and no beginning.
    return any(
        re.search(f"{_origin_pattern(one)}$", origin or "", re.IGNORECASE | re.ASCII)
        for one in origins
    )


def _origin_pattern(origin: str) -> str:
    return re.escape(origin).replace(r"\*", r"[A-Za-z0-9\-]+", 1)


def error_codes(value: Value, *, validates: bool) -> tuple[int, ...]:
    """Return the statuses for which another page is shown."""
    given = trim_lines(value("custom-http-errors") or "")
    if validates and not _fits(_ERRORS, given):
        return ()
    codes = [parse_int(code.strip()) for code in given.split(",") if code.strip()]
    return () if None in codes else tuple(code for code in codes if code is not None)


def _fits(shape: re.Pattern[str], text: str) -> bool:
    return shape.fullmatch(text.replace(" ", "")) is not None
