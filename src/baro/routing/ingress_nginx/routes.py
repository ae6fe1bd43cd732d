"""The routes of ingress-nginx: built once, asked often."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import (
    Alternative,
    Answer,
    Certainty,
    Loser,
    Outcome,
    Place,
)
from baro.routing.ingress_nginx import ages, loading
from baro.routing.ingress_nginx.answering import answer_in, redirect_www
from baro.routing.ingress_nginx.losing import Wish, losers
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER, merge
from baro.routing.ingress_nginx.names import Names, Redirect
from baro.routing.ingress_nginx.selection import Kept, Selection
from baro.routing.ingress_nginx.servers import Server, serve
from baro.routing.ingress_nginx.table import Asked, Table
from baro.routing.ingress_nginx.telling import place_of
from baro.routing.nginx.uri import BadTargetError, server_name, split_target
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import Rule

# So many paths are merged anew when the table is built, to play unknown ages through.
_MERGES = 20_000
_NO_METHODS = frozenset(("CONNECT", "TRACE"))
Entries = Sequence[tuple[Kept, Rule]]


class Variant(Struct, frozen=True):
    """A server as it would be if its Ingresses had been created in another order."""

    when: Reason
    server: Server


@dataclass(slots=True)
class IngressNginxRoutes:
    """What ingress-nginx makes of a set of objects."""

    table: Table
    selection: Selection
    entries: Mapping[str, Entries]
    catch_alls: Sequence[Kept]
    servers: Mapping[str, Server]
    names: Names
    wishes: Mapping[str, Sequence[Wish]]
    config_error: Reason | None
    doubts: Sequence[Reason]
    contested: Mapping[str, Sequence[Kept]]
    _variants: dict[str, Sequence[Variant]] = field(default_factory=dict)

    @property
    def left_out(self) -> Sequence[Loser]:
        """Return the Ingresses that the controller does not serve."""
        return self.selection.left_out

    @property
    def remarks(self) -> Sequence[Loser]:
        """Return the annotations without effect."""
        return (*self.selection.remarks, *self.names.remarks())

    def places(self) -> Sequence[Place]:
        """Return all locations, by host, in the order of the file."""
        return [
            place_of(self.servers[host], location, self.table)
            for host in sorted(self.servers)
            for location in self.servers[host].locations
        ]

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""
        if self.config_error is not None:
            return self._not_loaded(request, self.config_error)
        try:
            asked = self._read(request)
        except BadTargetError as error:
            return self._refused_request(request, 400, str(error))
        if request.method in _NO_METHODS:
            what = f"the method {request.method}"
            return self._refused_request(request, 405, what)
        server = asked.chosen.server
        if isinstance(server, Redirect):
            return redirect_www(self.table, asked, server)
        answer = self._explained(asked, server)
        if server.host not in self.contested:
            return answer
        return self._by_age(asked, answer, self._variants_of(server))

    def _refused_request(self, request: Request, status: int, what: str) -> Answer:
        return Answer(
            request=request,
            controller=self.table.controller,
            outcome=Outcome.REFUSED,
            status=status,
            why=(because(Code.BAD_REQUEST, what),),
        )

    def _read(self, request: Request) -> Asked:
        """Read a request as nginx does."""
        name = server_name(request.host)
        path, query = split_target(request.target.encode(errors="surrogateescape"))
        return Asked(request, name, path, query, self.names.choose(name))

    def _explained(self, asked: Asked, server: Server) -> Answer:
        answer, choice = answer_in(self.table, asked, server)
        lost = losers(
            server,
            choice,
            asked.path,
            self._wishes_of(asked.name, server),
            self._behind(asked.name, server),
        )
        return replace(answer, losers=(*answer.losers, *lost)) if lost else answer

    def _wishes_of(self, name: str, server: Server) -> Iterator[Wish]:
        yield from self.wishes.get(server.host, ())
        if name != server.host:
            yield from self.wishes.get(name, ())

    def _behind(self, name: str, server: Server) -> list[Server]:
        """Return the servers that a request would get if its own were not there."""
        if server.host == DEFAULT_SERVER:
            return []
        wildcard = self.servers.get(f"*.{name.partition('.')[2]}")
        default = self.servers[DEFAULT_SERVER]
        behind = [default] if self.entries[DEFAULT_SERVER] else []
        if wildcard is not None and wildcard is not server:
            behind.insert(0, wildcard)
        return behind

    def _not_loaded(self, request: Request, error: Reason) -> Answer:
        return Answer(
            request=request,
            controller=self.table.controller,
            outcome=Outcome.NOT_LOADED,
            why=(error,),
            certainty=Certainty.UNKNOWN,
        )

    def _variants_of(self, server: Server) -> Sequence[Variant]:
        """Return the server in all other orders of creation that differ from it."""
        host = server.host
        if host not in self._variants:
            self._variants[host] = tuple(self._make_variants(server))
        return self._variants[host]

    def _make_variants(self, server: Server) -> Iterator[Variant]:
        host = server.host
        entries = self.entries.get(host, ())
        catch_alls = self.catch_alls if host == DEFAULT_SERVER else ()
        seen = {_signature(server)}
        for order in ages.orders(self.contested[host]):
            first = next((one for one in order if one in catch_alls), None)
            merged = merge(
                host,
                ages.reorder(entries, order),
                self.table.upstreams,
                first or next(iter(catch_alls), None),
            )
            variant = serve(merged, self.table.behaviour)
            signature = _signature(variant)
            if signature not in seen:
                seen.add(signature)
                keys = ", ".join(one.key for one in order)
                yield Variant(because(Code.IF_OLDER, keys), variant)

    def age_doubts(self) -> Iterator[Reason]:
        """Return what an unknown age leaves open about loading the configuration."""
        budget = _MERGES
        for host in sorted(self.contested):
            group = self.contested[host]
            budget -= ages.count(group) * len(self.entries[host])
            if budget < 0:
                rest = sum(map(len, self.contested.values()))
                yield because(Code.AGES_NOT_EXHAUSTED, str(rest))
                return
            if len(group) > ages.ALL_ORDERS:
                yield because(Code.AGES_NOT_EXHAUSTED, str(len(group)))
            variants = self._variants_of(self.servers[host])
            refused = [self._refused(variant.server) for variant in variants]
            now = self._refused(self.servers[host])
            if now is not None and not all(refused):
                yield because(Code.IF_CREATED_TOGETHER)
            elif now is None:
                yield from list(filter(None, refused))[:1]

    def _refused(self, server: Server) -> Reason | None:
        return next(loading.errors((server,), self.table.behaviour), None)

    def _by_age(
        self, asked: Asked, answer: Answer, variants: Sequence[Variant]
    ) -> Answer:
        """Add what would be answered if other Ingresses were the older ones."""
        found = {answer.key: Alternative(because(Code.IF_CREATED_TOGETHER), answer)}
        for variant in variants:
            refused = self._refused(variant.server)
            if refused is not None:
                other = self._not_loaded(asked.request, refused)
            else:
                other = self._explained(asked, variant.server)
            found.setdefault(other.key, Alternative(variant.when, other))
        if len(found) == 1:
            return answer
        certainty = answer.certainty
        if certainty is not Certainty.UNKNOWN:
            certainty = Certainty.DEPENDS_ON_AGE
        others = tuple(found.values())[1:]
        return replace(
            answer,
            why=(*answer.why, because(Code.IF_CREATED_TOGETHER)),
            certainty=certainty,
            alternatives=(*answer.alternatives, *others),
        )


def _signature(server: Server) -> tuple[object, ...]:
    return tuple(
        (one.head, one.owner_key, one.upstream, one.is_default)
        for one in server.locations
    )
