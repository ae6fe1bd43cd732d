"""What `rewrite-target` makes of a path."""

# nginx: src/http/ngx_http_script.c, ngx_http_script_regex_start_code and after

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from baro.routing.ingress_nginx.locations import Location
from baro.routing.nginx import variables
from baro.routing.nginx.regex import Found, NotImitatedError, TooManyStepsError, read
from baro.routing.nginx.uri import escape

_ELSEWHERE = ("http://", "https://", "$scheme")
# What stays encoded in a Location header that captures went into.
_STAYS = re.compile(rb"[\x00-\x20\"#%\x7f-\xff]")


class Rewritten(Struct, frozen=True):
    """The new path (decoded) and the target that the upstream sees.

    `redirect` is a URL to which nginx sends the client instead. `unknown` names a
    variable (or the pattern itself) whose value is not known here.
    """

    path: bytes
    target: str
    redirect: str = ""
    unknown: str = ""


@lru_cache(maxsize=4096)
def template(target: str) -> variables.Template:
    """Read a rewrite target."""
    return variables.parse(target.encode(errors="surrogateescape"))


def rewrite(
    location: Location,
    found: Found | None,
    path: bytes,
    query: bytes,
    variable: Callable[[str], bytes | None],
) -> Rewritten:
    """Apply a location's rewrite to a decoded path that the location has matched."""
    target = location.settings.target
    away = target.startswith(_ELSEWHERE)
    try:
        match = _match(location, found, path)
    except (NotImitatedError, TooManyStepsError):
        match = None
    if match is None:
        return Rewritten(path, "", redirect=target if away else "", unknown="$1")

    def group(number: int) -> bytes:
        text = match.group(number)
        return _STAYS.sub(_percent, text) if away else text

    def named(name: str) -> bytes | None:
        number = location.regex.names.get(name) if location.regex else None
        return variable(name) if number is None else group(number)

    filled = template(target).fill(group, named)
    if isinstance(filled, str):
        return Rewritten(
            path, "", redirect=target if away else "", unknown=f"${filled}"
        )
    return _finish(filled, query, away=away, raw=b"%" not in path)


def _match(location: Location, found: Found | None, path: bytes) -> Found | None:
    """Return what the rewrite's own pattern matches, which is not anchored."""
    # Anchored or not is the same where the location begins with a literal text.
    if found is not None and location.regex is not None and location.regex.prefix:
        return found
    if location.regex is None:
        return None
    pattern = read(location.regex.source, anchored=False)
    return pattern.search(path, path.lower())


def _finish(filled: bytes, query: bytes, *, away: bool, raw: bool) -> Rewritten:
    path, question, added = filled.partition(b"?")
    if question:
        # A question mark at the very end means: without the client's own query.
        drops = added.endswith(b"?") or not added
        added = added.removesuffix(b"?")
        query = added if drops or not query else added + b"&" + query
    if away:
        url = path + (b"?" + query if query else b"")
        return Rewritten(b"", "", redirect=url.decode(errors="surrogateescape"))
    sent = escape(path) + (b"?" + query if query else b"")
    return Rewritten(
        path,
        sent.decode(errors="surrogateescape"),
        unknown="" if raw or not question else "$args",
    )


def _percent(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % found[0][0]
