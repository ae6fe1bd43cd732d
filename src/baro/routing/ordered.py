"""Routing by one ordered list of rules, as most ingress controllers do it.

A controller's module turns Ingresses into rules and says in which order they are
asked; the first that matches takes the request.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Controller, Loser, Outcome, Place
from baro.routing.classes import class_notes, is_class_open
from baro.routing.gateway_api.matching import full_match
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import Backend, Ingress, World

_NUMBER = re.compile(r"-?[0-9]{1,9}")


class Shape(StrEnum):
    """How a rule compares its path with the request's."""

    EXACT = "exact"
    ELEMENTS = "elements"
    CHARACTERS = "characters"
    GLOB = "glob"
    REGEX = "regex"


class Host(StrEnum):
    """How much a wildcard host covers, and whether the next host is asked."""

    ONE_LABEL = "one-label"
    ANY_DEPTH = "any-depth"


class OrderedRule(Struct, frozen=True, eq=False):
    """One rule; a smaller `order` is asked first.

    `strip` is cut from the path, `add` put before it. `notes` make every answer of
    the rule unknown. `redirect` is the scheme that the client is sent to.
    """

    ingress: Ingress
    host: str
    shape: Shape
    path: str
    path_type: str
    backend: Backend | None
    head: str
    order: tuple[int | str | bool, ...]
    strip: str = ""
    add: str = ""
    https_status: int = 0
    https_port: str = ""
    notes: tuple[Reason, ...] = ()

    @property
    def service(self) -> str:
        """Return the Service (`namespace/name`), or an empty text."""
        name = self.backend.service if self.backend else ""
        return f"{self.ingress.namespace}/{name}" if name else ""

    def takes_path(self, path: str) -> bool:
        """Tell whether the rule matches a path; True where nobody here can tell."""
        match self.shape:
            case Shape.EXACT:
                return path == self.path
            case Shape.CHARACTERS:
                return path.startswith(self.path)
            case Shape.ELEMENTS:
                base = self.path.rstrip("/")
                return path == base or path.startswith(f"{base}/")
            case Shape.GLOB:
                return globs(self.path, path)
            case Shape.REGEX:
                return full_match(f"{self.path}.*", path) is not False


def whole_number(text: str) -> int:
    """Read a number as annotations hold it; 0 for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else 0


def globs(pattern: str, text: str) -> bool:
    """Match `*` (any characters) and `?` (one), in time that grows with both."""
    reached = {0}
    for sign in pattern:
        if sign == "*":
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            reached = {
                place + 1
                for place in reached
                if place < len(text) and sign in ("?", text[place])
            }
    return len(text) in reached


class Manner(Struct, frozen=True):
    """What sets one controller apart from another.

    `host_first`: once a host is chosen, the rules of wider ones are not asked.
    `missing` and `unready` are the statuses without a Service and without endpoints.
    """

    wildcard: Host = Host.ONE_LABEL
    host_first: bool = False
    ages_matter: bool = False
    missing: int | None = 503
    unready: int = 503


@dataclass(frozen=True, slots=True, eq=False)
class OrderedRoutes:
    """What a controller with ordered rules makes of a set of objects."""

    controller: Controller
    world: World
    manner: Manner
    rules: Sequence[OrderedRule]
    left_out: Sequence[Loser]
    doubts: Sequence[Reason]
    remarks: Sequence[Loser] = ()
    config_error: Reason | None = field(default=None, init=False)
    unread: Callable[[str], Iterable[Reason]] = field(default=lambda _: ())
    _by_host: Mapping[str, Sequence[OrderedRule]] = field(init=False)

    def __post_init__(self) -> None:
        """File the rules by host."""
        by_host: defaultdict[str, list[OrderedRule]] = defaultdict(list)
        for rule in sorted(self.rules, key=_place):
            by_host[rule.host].append(rule)
        object.__setattr__(self, "_by_host", dict(by_host))

    def places(self) -> Sequence[Place]:
        """Return the whole table, by host, in the order of asking."""
        return [
            place_of(r) for host in sorted(self._by_host) for r in self._by_host[host]
        ]

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""
        name = request.host.partition(":")[0].lower().removesuffix(".")
        path = request.target.partition("?")[0]
        asked = list(self._asked(name))
        matching = [rule for rule in asked if rule.takes_path(path)]
        unread = tuple(self.unread(name))
        if not matching:
            answer = self._nothing(request, name)
        else:
            answer = self._best(matching, request)
        if not unread:
            return answer
        why = (*answer.why, *unread)
        return replace(answer, certainty=Certainty.UNKNOWN, why=why)

    def _asked(self, name: str) -> Iterator[OrderedRule]:
        """Return the rules whose host takes a name, in the order of asking."""
        levels = [self._by_host[h] for h in self._hosts(name) if h in self._by_host]
        if self.manner.host_first:
            return iter(levels[0] if levels else ())
        return iter(sorted((r for level in levels for r in level), key=_place))

    def _hosts(self, name: str) -> Iterator[str]:
        yield name
        rest = name
        while "." in rest:
            rest = rest.partition(".")[2]
            yield f"*.{rest}"
            if self.manner.wildcard is Host.ONE_LABEL:
                break
        yield ""

    def _best(self, matching: Sequence[OrderedRule], request: Request) -> Answer:
        first, *rest = matching
        answer = self._take(first, request)
        twins = [rule for rule in rest if rule.order == first.order]
        when = because(Code.RULES_TIE, first.head)
        others = [Possible(when, self._take(rule, request)) for rule in twins]
        certainty = Certainty.UNKNOWN
        if self.manner.ages_matter:
            others = [
                Possible(
                    because(Code.IF_OLDER, f"{r.ingress.key}, {first.ingress.key}"),
                    self._take(r, request),
                )
                for r in twins
                if None in (r.ingress.created, first.ingress.created)
            ]
            when, certainty = because(Code.AGES_UNKNOWN), Certainty.DEPENDS_ON_AGE
        answer = settle(answer, others, certainty, (when,))
        losers = tuple(
            Loser(
                ingress=rule.ingress.key,
                why=because(Code.RULE_BEATEN, rule.head, first.head),
                service=rule.service,
                path=rule.path,
                subject=rule.ingress.subject,
            )
            for rule in rest
        )
        return replace(answer, losers=losers)

    def _take(self, rule: OrderedRule, request: Request) -> Answer:
        doubtful = rule.notes or is_class_open(rule.ingress)
        answer = Answer(
            request=request,
            controller=self.controller,
            outcome=Outcome.BACKEND,
            status=200,
            ingress=rule.ingress.key,
            place=place_of(rule),
            why=tuple(_why(rule, request)),
            certainty=Certainty.UNKNOWN if doubtful else Certainty.CERTAIN,
            subject=rule.ingress.subject,
        )
        if rule.https_status and request.scheme == "http":
            return _to_https(rule, answer)
        if rule.backend is None:
            why = (*answer.why, because(Code.RESOURCE_BACKEND, rule.path))
            return replace(
                answer,
                outcome=Outcome.UNKNOWN,
                status=None,
                why=why,
                certainty=Certainty.UNKNOWN,
            )
        answer = replace(answer, service=rule.service, port=rule.backend.port)
        fault = self._fault(rule, rule.backend)
        if fault is not None:
            ready = fault.code is Code.SERVICE_UNREADY
            return replace(
                answer,
                outcome=Outcome.NO_ENDPOINTS,
                status=self.manner.unready if ready else self.manner.missing,
                why=(*answer.why, fault),
            )
        return _upstream(rule, answer)

    def _fault(self, rule: OrderedRule, backend: Backend) -> Reason | None:
        world, key = self.world, rule.service
        service = world.services.get(key)
        if service is None and world.services_known:
            return because(Code.SERVICE_MISSING, key)
        ports = service.ports if service is not None else ()
        named = (backend.port in (port.number, port.name) for port in ports)
        if service is not None and not any(named):
            return because(Code.SERVICE_PORT_MISSING, key, backend.port)
        if key in world.unready or not world.ready.get(key, True):
            return because(Code.SERVICE_UNREADY, key)
        return None

    def _nothing(self, request: Request, name: str) -> Answer:
        return Answer(
            request=request,
            controller=self.controller,
            outcome=Outcome.REFUSED,
            status=404,
            why=(because(Code.NOTHING_MATCHES, name),),
        )


def _why(rule: OrderedRule, request: Request) -> Iterator[Reason]:
    yield because(Code.RULE_TAKES, rule.head, rule.ingress.key)
    rest = request.target.partition("?")[0].removeprefix(rule.path)
    inside = rest and not rest.startswith("/") and not rule.path.endswith("/")
    if inside and rule.shape is Shape.CHARACTERS and rule.path_type == "Prefix":
        yield because(Code.PREFIX_BY_CHARACTER, rule.path)
    yield from class_notes(rule.ingress)
    yield from rule.notes


def _place(rule: OrderedRule) -> tuple[object, ...]:
    return (*rule.order, rule.ingress.key, rule.head, rule.service)


def _to_https(rule: OrderedRule, answer: Answer) -> Answer:
    host = answer.request.host.partition(":")[0] + rule.https_port
    why = (*answer.why, because(Code.HTTPS_FORCED, rule.ingress.key))
    return replace(
        answer,
        outcome=Outcome.REDIRECT,
        status=rule.https_status,
        location=f"https://{host}{answer.request.target}",
        why=why,
    )


def _upstream(rule: OrderedRule, answer: Answer) -> Answer:
    path, mark, query = answer.request.target.partition("?")
    if not rule.strip and not rule.add:
        return replace(answer, upstream_path=answer.request.target)
    rest = path.removeprefix(rule.strip) if rule.strip else path
    upstream = f"{rule.add}/{rest.removeprefix('/')}{mark}{query}"
    why = (*answer.why, because(Code.PATH_STRIPPED, rule.strip, upstream))
    return replace(answer, upstream_path=upstream, why=why)


def place_of(rule: OrderedRule) -> Place:
    """Return the line of the whole table that a rule is."""
    return Place(
        host=rule.host,
        head=rule.head,
        path=rule.path,
        path_type=rule.path_type,
        ingress=rule.ingress.key,
        service=rule.service,
        port=rule.backend.port if rule.backend else "",
        rewrite=f"{rule.add}/*" if rule.strip or rule.add else "",
        regex_mode=rule.shape is Shape.REGEX,
        subject=rule.ingress.subject,
    )


def unread_settings(
    ingress: Ingress, prefixes: Sequence[str], known: Iterable[str]
) -> tuple[Reason, ...]:
    """Return a reason for each annotation of these prefixes that is not known."""
    harmless = frozenset(known)
    return tuple(
        because(Code.SETTING_NOT_IMITATED, name, ingress.key)
        for name in sorted(ingress.annotations)
        for prefix in prefixes
        if name.startswith(prefix) and name.removeprefix(prefix) not in harmless
    )
