"""Canary Ingresses: who takes a share of whose requests, and which requests."""

from collections.abc import Mapping, Sequence
from enum import Enum

from msgspec.structs import replace

from baro.routing.answer import Alternative, Answer, Certainty, Loser
from baro.routing.ingress_nginx.annotations import Canary
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER, Merged, service_of
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.ingress_nginx.upstreams import DEFAULT, Upstream, upstream_name
from baro.routing.nginx.regex import (
    BrokenError,
    NotImitatedError,
    TooManyStepsError,
    read,
)
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import PathRule

_HUNDRED = 100


def attach(
    kept: Sequence[Kept],
    upstreams: dict[str, Upstream],
    merged: Mapping[str, Merged],
) -> list[Loser]:
    """Let each canary find its twins; return those that found none.

    A canary attaches to the twin's *upstream*, so it takes its share wherever that
    Service and port are used.
    """
    # ingress-nginx: .../controller/controller.go, mergeAlternativeBackends
    canaries = [one for one in kept if one.is_canary]
    if len(canaries) == len(kept):
        return [lost for one in canaries for lost in _all_lost(one)]
    alone: list[Loser] = []
    for one in canaries:
        _attach_catch_all(one, upstreams, merged)
        for rule in one.ingress.rules:
            host = merged.get(rule.host or DEFAULT_SERVER)
            alone.extend(
                _lost(one, path)
                for path in rule.paths or ()
                if path.backend and not _attach_path(one, path, upstreams, host)
            )
    return alone


def _attach_path(
    one: Kept, path: PathRule, upstreams: dict[str, Upstream], host: Merged | None
) -> bool:
    backend = path.backend
    if backend is None or host is None:
        return False
    canary = upstreams.get(upstream_name(one.ingress.namespace, backend))
    if canary is None:
        return False
    found = False
    for draft in host.drafts:
        main = upstreams.get(draft.upstream)
        if main is None:
            continue
        if main is canary:
            return True
        exact = path.path_type == "Exact"
        same = draft.path == (path.path or "/") and draft.exact == exact
        if same and main.canary is None:
            found = True
            if canary.name not in main.alternatives:
                main.alternatives.append(canary.name)
    if not found:
        # They delete it, so that a later path cannot use it either.
        del upstreams[canary.name]
    return found


def _attach_catch_all(
    one: Kept, upstreams: dict[str, Upstream], merged: Mapping[str, Merged]
) -> None:
    backend = one.ingress.default_backend
    if backend is None:
        return
    name = upstream_name(one.ingress.namespace, backend)
    for draft in merged[DEFAULT_SERVER].drafts:
        main = upstreams.get(draft.upstream)
        if main is None or main.canary is not None or main.name in (name, DEFAULT):
            continue
        if name not in main.alternatives:
            main.alternatives.append(name)


def _all_lost(one: Kept) -> list[Loser]:
    return [_lost(one, path) for rule in one.ingress.rules for path in rule.paths or ()]


def _lost(one: Kept, path: PathRule) -> Loser:
    return Loser(
        ingress=one.key,
        why=because(Code.CANARY_WITHOUT_TWIN, path.path or "/"),
        service=service_of(one.ingress, path),
        path=path.path or "/",
        subject=one.ingress.subject,
    )


class Verdict(Enum):
    """Whether the canary takes a request."""

    YES = "yes"
    NO = "no"
    CHANCE = "chance"
    UNREAD = "unread"


def share(answer: Answer, main: Upstream, upstreams: Mapping[str, Upstream]) -> Answer:
    """Give the request to the canary, to the main Service, or leave it to chance."""
    # ingress-nginx: rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer
    canary = upstreams.get(main.alternatives[0])
    if canary is None or canary.canary is None or canary.fault is not None:
        return answer
    verdict, by = _wants(canary.canary, answer.request)
    others = tuple(_beaten(main, name, upstreams) for name in main.alternatives[1:])
    answer = replace(answer, losers=(*answer.losers, *others))
    changed = _to_canary(answer, main, canary, by)
    if verdict is Verdict.YES:
        return changed
    if verdict is Verdict.NO:
        path = answer.place.path if answer.place else ""
        lost = _loser(canary, because(Code.CANARY_NOT_CHOSEN, path))
        return replace(answer, losers=(*answer.losers, lost))
    weight, total = _odds(canary.canary)
    reason = because(Code.CANARY_BY_CHANCE, str(weight), str(total))
    certainty = Certainty.DEPENDS_ON_CHANCE
    if verdict is Verdict.UNREAD:
        pattern = canary.canary.header_pattern
        reason = because(Code.REGEX_NOT_IMITATED, pattern, "canary-by-header-pattern")
        certainty = Certainty.UNKNOWN
    return replace(
        answer,
        why=(*answer.why, reason),
        certainty=certainty,
        alternatives=(Alternative(because(Code.IF_CANARY), changed),),
    )


def _to_canary(answer: Answer, main: Upstream, canary: Upstream, by: str) -> Answer:
    taker = canary.canary_of
    return replace(
        answer,
        ingress=taker.key if taker else answer.ingress,
        service=canary.service,
        port=canary.port,
        subject=taker.ingress.subject if taker else answer.subject,
        why=(*answer.why, because(Code.CANARY_CHOSEN, by, main.service)),
    )


def _beaten(main: Upstream, name: str, upstreams: Mapping[str, Upstream]) -> Loser:
    first = upstreams.get(main.alternatives[0])
    winner = first.canary_of.key if first and first.canary_of else ""
    reason = because(Code.CANARY_SECOND, main.service, winner)
    canary = upstreams.get(name)
    return _loser(canary, reason) if canary else Loser(ingress="", why=reason)


def _loser(canary: Upstream, reason: Reason) -> Loser:
    taker = canary.canary_of
    return Loser(
        ingress=taker.key if taker else "",
        why=reason,
        service=canary.service,
        subject=taker.ingress.subject if taker else None,
    )


def _odds(canary: Canary) -> tuple[int, int]:
    return canary.weight, max(_HUNDRED, canary.total)


def _wants(canary: Canary, request: Request) -> tuple[Verdict, str]:
    """Tell whether the canary takes a request, and by what."""
    header = request.header(canary.header.lower()) if canary.header else None
    if header is not None:
        verdict = _by_header(canary, header)
        if verdict is not None:
            return verdict, f"{canary.header}: {header}"
    cookie = request.cookie(canary.cookie) if canary.cookie else None
    if cookie in _WORDS:
        return _WORDS[cookie], f"Cookie: {canary.cookie}={cookie}"
    weight, total = _odds(canary)
    if 0 < weight < total:
        return Verdict.CHANCE, "canary-weight"
    return Verdict.YES if weight >= total else Verdict.NO, "canary-weight"


_WORDS = {"always": Verdict.YES, "never": Verdict.NO}


def _by_header(canary: Canary, header: str) -> Verdict | None:
    """Return what the header says; None where it leaves the matter open."""
    if canary.header_value:
        return Verdict.YES if header == canary.header_value else None
    if not canary.header_pattern:
        return _WORDS.get(header)
    try:
        pattern = read(canary.header_pattern, anchored=False, caseless=False)
        octets = header.encode(errors="surrogateescape")
        return Verdict.YES if pattern.search(octets, octets) else None
    except BrokenError:
        return Verdict.NO
    except (NotImitatedError, TooManyStepsError):
        return Verdict.UNREAD
