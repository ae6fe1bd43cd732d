"""One Gateway: which of its listeners and routes take a request."""

# Gateway API: apis/v1/gateway_types.go, GatewaySpec.Listeners ("Listener Isolation")

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Loser, Outcome
from baro.routing.gateway_api.acting import Scene, act
from baro.routing.gateway_api.attaching import Attachment
from baro.routing.gateway_api.hostnames import covers, narrower, patterns_for, rank
from baro.routing.gateway_api.matching import Bucket, Entry, Seen, is_open, tied, weight
from baro.routing.gateway_api.objects import Gateway, Listener
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because

Hosts = Mapping[str, Bucket]


class Level(Struct, frozen=True, eq=False):
    """All who take a request under the hostnames of equal rank, best ones first."""

    host: str
    entries: Sequence[Entry]


class Serving(Struct, frozen=True, eq=False):
    """A Gateway and what is attached to its listeners.

    `isolated` is None where the implementation's way with overlapping listeners is
    not known: then the specification's advice is followed, and the other way told.
    """

    gateway: Gateway
    scene: Scene
    hosts: Mapping[str, Hosts]
    refused: Sequence[tuple[Entry, Reason]]
    isolated: bool | None = None

    def listeners(self, scheme: str, port: int) -> list[Listener]:
        """Return the listeners that hear a scheme on a port."""
        return [
            one
            for one in self.gateway.listeners
            if one.name in self.hosts
            and one.protocol == scheme.upper()
            and one.port in (port, 0)
        ]

    def answer(self, listeners: Iterable[Listener], name: str, seen: Seen) -> Answer:
        """Answer a request that has reached one of these listeners."""
        taking = sorted(
            (one for one in listeners if covers(one.hostname, name)),
            key=lambda one: (rank(one.hostname), one.name),
        )
        if not taking:
            return self._no_listener(name, seen)
        first = [one for one in taking if one.hostname == taking[0].hostname]
        alone = self._among(first, name, seen)
        if len(taking) == len(first):
            return alone
        together = self._among(taking, name, seen)
        if self.isolated is not None:
            return self._isolated(alone, taking, name) if self.isolated else together
        alone = self._isolated(alone, taking, name)
        when = because(Code.ISOLATION_OPEN, taking[0].name)
        return settle(alone, [Possible(when, together)], Certainty.UNKNOWN)

    def _isolated(
        self, answer: Answer, taking: Sequence[Listener], name: str
    ) -> Answer:
        """Name the routes that only the other listeners have."""
        told = {answer.ingress, *(one.ingress for one in answer.losers)}
        host = taking[0].hostname or name
        seen = Seen.of(answer.request)
        lost: dict[str, Loser] = {}
        for level in self._levels(taking[1:], name, seen):
            for entry in level.entries:
                key = entry.route.key
                if key not in told:
                    why = because(Code.LISTENER_ISOLATED, taking[0].name, host)
                    lost.setdefault(key, _loser(entry, why))
        return replace(answer, losers=(*answer.losers, *lost.values()))

    def _among(self, taking: Sequence[Listener], name: str, seen: Seen) -> Answer:
        scene = replace(self.scene, listener=taking[0])
        levels = list(self._levels(taking, name, seen))
        full = [level for level in levels if level.entries]
        if not full:
            answer = self._nothing(name, seen)
        else:
            answer = self._best(scene, full[0], seen)
            own = taking[0].hostname
            if narrower(full[0].host, own) != narrower(levels[0].host, own):
                when = because(Code.HOST_FALL_THROUGH_OPEN, levels[0].host)
                nothing = Possible(when, self._nothing(name, seen))
                answer = settle(answer, [nothing], Certainty.UNKNOWN, (when,))
        taken = because(Code.LISTENER_TAKES, taking[0].name or "?", self.gateway.key)
        losers = tuple(self._losers(full, name, seen))
        return replace(answer, why=(taken, *answer.why), losers=losers)

    def _levels(
        self, listeners: Iterable[Listener], name: str, seen: Seen
    ) -> Iterator[Level]:
        of_listeners = [self.hosts[one.name] for one in listeners]
        for pattern in patterns_for(name):
            buckets = [hosts[pattern] for hosts in of_listeners if pattern in hosts]
            if buckets:
                found = [e for bucket in buckets for e in bucket.matching(seen)]
                yield Level(pattern, sorted(found, key=lambda entry: entry.order))

    def _best(self, scene: Scene, level: Level, seen: Seen) -> Answer:
        """Return what the first of a level answers, and what else could be."""
        winner, *rest = level.entries
        answer = act(scene, winner, seen.request, seen.path)
        if winner.match.path_type == "RegularExpression" or any(
            one.match.path_type == "RegularExpression" for one in rest
        ):
            answer = self._with_regexes(scene, answer, level, seen)
        if is_open(winner, seen):
            answer = self._unread(scene, answer, level, seen)
        others = [
            Possible(
                because(Code.IF_OLDER, f"{one.route.key}, {winner.route.key}"),
                act(scene, one, seen.request, seen.path),
            )
            for one in tied(winner, level.entries)
        ]
        when = because(Code.AGES_UNKNOWN)
        return settle(answer, others, Certainty.DEPENDS_ON_AGE, (when,))

    def _with_regexes(
        self, scene: Scene, answer: Answer, level: Level, seen: Seen
    ) -> Answer:
        """Add the answers for other places of regular expressions in the order."""
        winner, *rest = level.entries
        regexes = [one for one in rest if one.match.path_type == "RegularExpression"]
        plain = [one for one in rest if one not in regexes]
        if winner.match.path_type != "RegularExpression":
            plain = []
        rivals = [
            Possible(
                because(Code.REGEX_RANK_OPEN, str(one.match)),
                act(scene, one, seen.request, seen.path),
            )
            for one in (*regexes, *plain[:1])
        ]
        why = because(Code.REGEX_RANK_OPEN, str(winner.match))
        return settle(answer, rivals, Certainty.UNKNOWN, (why,))

    def _unread(self, scene: Scene, answer: Answer, level: Level, seen: Seen) -> Answer:
        """Say that nobody here can tell whether the winner matches at all."""
        winner, *rest = level.entries
        sure = next((one for one in rest if not is_open(one, seen)), None)
        if sure is None:
            other = self._nothing(level.host, seen)
        else:
            other = act(scene, sure, seen.request, seen.path)
        why = because(Code.REGEX_NOT_IMITATED, str(winner.match), "regex")
        when = because(Code.IF_NOT_MATCHES, str(winner.match))
        unsure = replace(answer, certainty=Certainty.UNKNOWN, why=(*answer.why, why))
        return settle(unsure, [Possible(when, other)], Certainty.UNKNOWN)

    def _losers(
        self, levels: Sequence[Level], name: str, seen: Seen
    ) -> Iterator[Loser]:
        told: set[tuple[str, str]] = set()
        winner = levels[0].entries[0] if levels else None
        if winner is not None:
            told.add((winner.route.key, str(winner.match)))
        for number, level in enumerate(levels):
            for entry in level.entries:
                place = (entry.route.key, str(entry.match))
                if winner is not None and place not in told:
                    told.add(place)
                    yield _loser(entry, _beaten(entry, winner, same=number == 0))
        for entry, reason in self.refused:
            place = (entry.route.key, str(entry.match))
            if place not in told and covers(entry.host, name) and _takes(entry, seen):
                told.add(place)
                yield _loser(entry, reason)

    def _no_listener(self, name: str, seen: Seen) -> Answer:
        secure = seen.request.scheme == "https"
        why = because(Code.LISTENER_HOST_MISSING, name, self.gateway.key)
        answer = self._nothing(name, seen)
        # Without a name to take, the TLS handshake fails before any status.
        return replace(answer, why=(why,), status=None if secure else answer.status)

    def _nothing(self, name: str, seen: Seen) -> Answer:
        return Answer(
            request=seen.request,
            controller=self.scene.controller,
            outcome=Outcome.REFUSED,
            status=404,
            why=(because(Code.NO_MATCH, name, self.gateway.key),),
        )


def _takes(entry: Entry, seen: Seen) -> bool:
    bucket = Bucket()
    bucket.add(entry)
    return any(True for _ in bucket.matching(seen))


def _beaten(entry: Entry, winner: Entry, *, same: bool) -> Reason:
    if not same:
        return because(Code.HOST_BEATEN, entry.host or "*", winner.host)
    if weight(entry.match) == weight(winner.match) and entry.route is not winner.route:
        return because(Code.OLDER_DUPLICATE, str(entry.match), winner.route.key)
    return because(Code.MATCH_BEATEN, str(entry.match), str(winner.match))


def _loser(entry: Entry, why: Reason) -> Loser:
    backends = entry.rule.backends
    return Loser(
        ingress=entry.route.key,
        why=why,
        service=backends[0].target.key if backends else "",
        path=entry.match.path,
        subject=entry.route.subject,
    )


def entries_of(attachment: Attachment) -> Iterator[Entry]:
    """Return all matches of a route, once for each of its hostnames."""
    route = attachment.route
    for rule_number, rule in enumerate(route.rules):
        for match_number, match in enumerate(rule.matches):
            for host in dict.fromkeys(route.hostnames or ("",)):
                yield Entry(
                    route,
                    rule,
                    match,
                    host,
                    rule_number,
                    match_number,
                    attachment.notes,
                )
