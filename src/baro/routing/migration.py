"""What would change for each place if the Ingresses moved to Gateway API.

Both tables are asked the same requests; nothing is said that no request shows, except
for what has no equivalent at all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from baro.routing.answer import Answer, Certainty, Controller, Outcome, Place
from baro.routing.declared import Declared
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.table import RouteTable
from baro.routing.translation import Translation, translate
from baro.routing.world import World

GATEWAY_API = Controller("gateway-api")
_PREFIX = "nginx.ingress.kubernetes.io/"
_WITHOUT_EQUIVALENT = (
    *("auth-", "custom-http-errors", "default-backend", "proxy-redirect-"),
    *("server-alias", "canary-by-cookie", "canary-by-header-pattern"),
)
_META = re.compile(r"[](){}*+?|^$\\[]")
_STRIPPING = re.compile(r"(?P<base>/[^][(){}*+?|^$\\]*?)\(/\|\$\)\(\.\*\)\$?")
_STRIPPED = re.compile(r"(?P<base>[^$]*?)/?\$2")
_ANY_HOST = "unnamed.invalid"


class Difference(StrEnum):
    """What a move changes about a place, the gravest first."""

    GONE = "gone"
    BACKEND = "backend"
    UPSTREAM_PATH = "upstream-path"
    REDIRECT = "redirect"
    OPEN = "open"
    NO_EQUIVALENT = "no-equivalent"
    SAME = "same"


class Shown(Struct, frozen=True):
    """One request that is answered otherwise afterwards."""

    difference: Difference
    before: Answer
    after: Answer


class Change(Struct, frozen=True):
    """One place: the gravest difference, what shows it, and what it comes from."""

    place: Place
    difference: Difference
    shown: tuple[Shown, ...] = ()
    why: tuple[Reason, ...] = ()


def compare(objects: Iterable[Declared], controller: Controller) -> Sequence[Change]:
    """Compare each place of ingress-nginx with a translation to Gateway API."""
    given = list(objects)
    before = RouteTable.build(given, controller)
    translation = translate(given, before.controller)
    after = RouteTable.build(translation.objects, GATEWAY_API)
    world = World.of(given)
    annotations = {
        ingress.key: sorted(ingress.annotations) for ingress in world.ingresses
    }
    changes = []
    for place in before.places():
        if not place.ingress:
            continue
        shown = tuple(_shown(place, before, after, world))
        why = tuple(_reasons(place, shown, translation, annotations[place.ingress]))
        difference = _gravest(shown, why)
        # A host's own "/" that answers 404 is nobody's word.
        if place.is_default and not place.service and difference is Difference.SAME:
            continue
        changes.append(Change(place, difference, shown, why))
    return changes


def _gravest(shown: Sequence[Shown], why: Sequence[Reason]) -> Difference:
    found = {one.difference for one in shown}
    if any(one.code is Code.ANNOTATION_WITHOUT_EQUIVALENT for one in why):
        found.add(Difference.NO_EQUIVALENT)
    return next((one for one in Difference if one in found), Difference.SAME)


def _shown(
    place: Place, before: RouteTable, after: RouteTable, world: World
) -> Iterator[Shown]:
    """Return one request for each way in which the answers differ."""
    told: set[Difference] = set()
    for request in probes(place):
        old = before.answer(request)
        if old.place != place:
            continue
        new = after.answer(request)
        if request.scheme == "https" and _not_listening(new):
            # nginx has a certificate of its own for every host; nobody relies on it.
            continue
        difference = _difference(old, new, world)
        if difference is not Difference.SAME and difference not in told:
            told.add(difference)
            yield Shown(difference, old, new)


def _not_listening(answer: Answer) -> bool:
    unheard = (Code.LISTENER_MISSING, Code.LISTENER_HOST_MISSING)
    return any(why.code in unheard for why in answer.why)


def probes(place: Place) -> Iterator[Request]:
    """Return requests that show what a place is good for."""
    host = place.host.replace("*", "any") if place.host != "_" else _ANY_HOST
    meta = _META.search(place.path) if place.regex_mode else None
    base = place.path[: meta.start()] if meta else place.path
    stem = base.rstrip("/")
    paths = [base, stem, f"{stem}/", f"{stem}/sub/page?q=1", f"{stem}x", base.upper()]
    for path in dict.fromkeys(path or "/" for path in paths):
        for scheme in ("https", "http"):
            yield Request(scheme=scheme, host=host, target=path)


def _difference(old: Answer, new: Answer, world: World) -> Difference:
    if _visible(old, world) == _visible(new, world):
        settled = new.certainty is not Certainty.UNKNOWN
        unsure = old.certainty is Certainty.UNKNOWN
        return Difference.SAME if settled or unsure else Difference.OPEN
    if Outcome.REDIRECT in (old.outcome, new.outcome):
        return Difference.REDIRECT
    same_port = _port(old, world) == _port(new, world)
    if new.service and old.service == new.service and same_port:
        return Difference.UPSTREAM_PATH
    return Difference.BACKEND if new.service else Difference.GONE


def _visible(answer: Answer, world: World) -> tuple[object, ...]:
    """Return what client and Service see; an error's number is no difference."""
    if answer.outcome not in (Outcome.BACKEND, Outcome.REDIRECT):
        return (answer.service,)
    return (
        answer.outcome,
        answer.status,
        answer.service,
        _port(answer, world),
        answer.upstream_path,
        _complete(answer.location),
    )


def _port(answer: Answer, world: World) -> str | None:
    """Return the number of a port: an Ingress may name it, a route may not."""
    service = world.services.get(answer.service or "")
    port = service.port(answer.port or "") if service is not None else None
    return port.number if port is not None else answer.port


def _complete(location: str | None) -> str | None:
    """Write the slash that clients add to a URL without a path."""
    if location is None or location.partition("://")[2].count("/"):
        return location
    return f"{location}/"


def _reasons(
    place: Place,
    shown: Sequence[Shown],
    translation: Translation,
    annotations: Sequence[str],
) -> Iterator[Reason]:
    if "$" in place.rewrite:
        yield because(Code.REWRITE_WITHOUT_GROUPS, place.rewrite)
        prefix = prefix_rewrite(place.path, place.rewrite)
        if prefix is not None:
            yield because(Code.REWRITE_BY_PREFIX, *prefix)
    for name in annotations:
        setting = name.removeprefix(_PREFIX)
        if setting != name and (
            setting.startswith(_WITHOUT_EQUIVALENT) or setting.endswith("-snippet")
        ):
            yield because(Code.ANNOTATION_WITHOUT_EQUIVALENT, name, place.ingress)
    host = "" if place.host == "_" else place.host
    sharing = translation.shared.get((host, place.path))
    if sharing is not None:
        yield because(Code.DUPLICATES_SHARE, place.path, ", ".join(sharing))
    found = {one.difference for one in shown}
    if Difference.OPEN in found and place.regex_mode:
        yield because(Code.LONGEST_REGEX_LOST, place.path)
    if place.is_default and not place.service and Difference.BACKEND in found:
        yield because(Code.DEFAULT_BACKEND_SPREADS, place.host)


def prefix_rewrite(path: str, target: str) -> tuple[str, str] | None:
    """Return the PathPrefix and replacement that mean what a pattern and `$2` do."""
    pattern, replaced = _STRIPPING.fullmatch(path), _STRIPPED.fullmatch(target)
    if pattern is None or replaced is None:
        return None
    return pattern["base"], replaced["base"] or "/"
