"""Which match of which route takes a request: the specification's precedence."""

# Gateway API: apis/v1/httproute_types.go, HTTPRouteRule.Matches;
# apis/v1/grpcroute_types.go, GRPCRouteRule.Matches

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl

from msgspec import Struct

from baro.routing.declared import by_age
from baro.routing.gateway_api.objects import Match, Route, RouteRule, ValueMatch
from baro.routing.nginx.regex import (
    BrokenError,
    NotImitatedError,
    Regex,
    TooManyStepsError,
    read,
)
from baro.routing.reasons import Reason
from baro.routing.request import Request


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One match of one rule of a route, under one hostname."""

    route: Route
    rule: RouteRule
    match: Match
    host: str
    rule_number: int
    match_number: int
    notes: tuple[Reason, ...] = ()
    order: tuple[int | str | bool, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Write down once where it stands among all."""
        age = by_age(self.route.created)
        place = (age, self.route.key, self.rule_number, self.match_number)
        object.__setattr__(self, "order", (*weight(self.match), *place))


def weight(match: Match) -> tuple[int, ...]:
    """Return what sorts matches that take the same request; ages come after it."""
    if match.path_type == "gRPC":
        head: tuple[int, ...] = (0, -len(match.service), -len(match.call))
    elif match.path_type == "Exact":
        head = (0, 0, 0)
    elif match.path_type == "RegularExpression":
        head = (1, -len(match.path), 0)
    else:
        head = (2, -len(match.path.rstrip("/")), 0)
    return (*head, -bool(match.method), -len(match.headers), -len(match.query))


class Seen(Struct, frozen=True):
    """A request as matches look at it; `path` is not decoded."""

    request: Request
    path: str
    query: Mapping[str, str]
    grpc: bool

    @classmethod
    def of(cls, request: Request, path: str | None = None) -> "Seen":
        """Read a request; `path` stands in for its own."""
        own, _, query = request.target.partition("?")
        values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values.setdefault(name, value)
        kind = request.header("content-type") or ""
        return cls(
            request=request,
            path=own if path is None else path,
            query=values,
            grpc=kind.startswith("application/grpc"),
        )


@dataclass(slots=True)
class Bucket:
    """All matches under one hostname of one listener, found by path."""

    exact: defaultdict[str, list[Entry]] = field(
        default_factory=lambda: defaultdict(list)
    )
    prefix: defaultdict[str, list[Entry]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """File an entry."""
        match = entry.match
        if match.path_type == "Exact":
            self.exact[match.path].append(entry)
        elif match.path_type == "PathPrefix":
            self.prefix[match.path.rstrip("/")].append(entry)
        else:
            self.others.append(entry)

    def matching(self, seen: Seen) -> Iterator[Entry]:
        """Return all entries that take a request, in no order."""
        for entry in self._by_path(seen):
            if _conditions_hold(entry.match, seen):
                yield entry

    def entries(self) -> Iterator[Entry]:
        """Return all entries, in no order."""
        for filed in (*self.exact.values(), *self.prefix.values(), self.others):
            yield from filed

    def _by_path(self, seen: Seen) -> Iterator[Entry]:
        yield from self.exact.get(seen.path, ())
        for end in _element_ends(seen.path):
            yield from self.prefix.get(seen.path[:end], ())
        for entry in self.others:
            if _odd_path_holds(entry, seen):
                yield entry


def _element_ends(path: str) -> Iterator[int]:
    """Return where the prefixes of a path end that consist of whole elements."""
    yield len(path)
    end = path.rfind("/")
    while end >= 0:
        if end < len(path):
            yield end
        end = path.rfind("/", 0, end)


def _odd_path_holds(entry: Entry, seen: Seen) -> bool:
    match = entry.match
    if entry.route.kind == "GRPCRoute":
        if not seen.grpc:
            return False
        if match.path_type == "gRPC":
            service, _, call = seen.path.lstrip("/").partition("/")
            return match.service in ("", service) and match.call in ("", call)
    # What is not known as a regular expression is kept as a possible match.
    return full_match(match.path, seen.path) is not False


def _conditions_hold(match: Match, seen: Seen) -> bool:
    if match.method and match.method != seen.request.method:
        return False
    return all(
        _value_holds(one, seen.request.header(one.name)) for one in match.headers
    ) and all(_value_holds(one, seen.query.get(one.name)) for one in match.query)


def _value_holds(wanted: ValueMatch, value: str | None) -> bool:
    if value is None:
        return False
    if wanted.is_regex:
        return full_match(wanted.value, value) is not False
    return wanted.value == value


def full_match(pattern: str, text: str) -> bool | None:
    """Tell whether a pattern takes the whole text; None where it is not imitated."""
    regex = _regex(pattern)
    if regex is None:
        return None
    raw = text.encode(errors="surrogateescape")
    try:
        return regex.search(raw, raw.lower()) is not None
    except TooManyStepsError:
        return None


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> Regex | None:
    plain = pattern.removeprefix("(?i)")
    try:
        return read(f"(?:{plain})$", caseless=plain != pattern)
    except (BrokenError, NotImitatedError):
        return None


def is_open(entry: Entry, seen: Seen) -> bool:
    """Tell whether a regular expression that is not imitated decides about it."""
    match = entry.match
    regex = match.path_type == "RegularExpression"
    if regex and full_match(match.path, seen.path) is None:
        return True
    pairs = [(one, seen.request.header(one.name)) for one in match.headers]
    pairs += [(one, seen.query.get(one.name)) for one in match.query]
    return any(
        one.is_regex and value is not None and full_match(one.value, value) is None
        for one, value in pairs
    )


def tied(winner: Entry, entries: Iterable[Entry]) -> Sequence[Entry]:
    """Return who would win instead if the routes' unknown ages were others.

    Each route once, with its own best match; those whose known age already makes
    them lose to another are left out.
    """
    rival: dict[str, Entry] = {}
    for entry in entries:
        if weight(entry.match) == weight(winner.match):
            rival.setdefault(entry.route.key, entry)
    known = [one for one in rival.values() if one.route.created is not None]
    unknown = [one for one in rival.values() if one.route.created is None]
    if not unknown:
        return ()
    return [one for one in (*unknown, *known[:1]) if one is not winner]
