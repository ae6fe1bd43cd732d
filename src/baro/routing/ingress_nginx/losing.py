"""Who else could have been meant by a request, and why it is not theirs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from baro.routing.answer import Loser
from baro.routing.ingress_nginx.choosing import Choice, covering
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.servers import Server
from baro.routing.nginx.regex import (
    BrokenError,
    NotImitatedError,
    Regex,
    TooManyStepsError,
    read,
)
from baro.routing.reasons import Code, because

_META = re.compile(r"[][(){}*+?|^$\\]")


class Wish(Struct, frozen=True):
    """A path that somebody wrote and that leads nowhere, and why."""

    loser: Loser
    path: bytes
    exact: bool
    regex: Regex | None

    def covers(self, path: bytes, folded: bytes) -> bool:
        """Tell whether its author would have expected it to take the path."""
        if self.regex is not None:
            try:
                return self.regex.search(path, folded) is not None
            except TooManyStepsError:
                return False
        if self.exact or path == self.path:
            return path == self.path
        return path.startswith(self.path.removesuffix(b"/") + b"/")


def wish(loser: Loser, path: str, *, exact: bool) -> Wish:
    """Make a wish; a path with signs of a regular expression is meant as one."""
    regex = None
    if _META.search(path):
        try:
            regex = read(path)
        except (BrokenError, NotImitatedError):
            regex = None
    return Wish(loser, path.encode(errors="surrogateescape"), exact, regex)


def literal_patterns(server: Server) -> list[Wish]:
    """Return the patterns that are matched to the letter: nobody set regex mode."""
    if server.regex_mode:
        return []
    wishes = {}
    for location in server.locations:
        if location.owner is None or not _META.search(location.declared):
            continue
        reason = because(Code.REGEX_IS_LITERAL, location.declared, server.host)
        lost = _loser(location, reason.code, location.declared, server.host)
        wishes[location.owner_key, location.declared] = wish(
            lost, location.declared, exact=False
        )
    return [made for made in wishes.values() if made.regex is not None]


def losers(
    server: Server,
    choice: Choice | None,
    path: bytes,
    wishes: Iterable[Wish],
    behind: Sequence[Server],
) -> tuple[Loser, ...]:
    """Return everybody else who could have been meant, each once.

    `wishes` are those of the host that never became locations; `behind` are servers
    of wider names, which nginx does not ask once it has chosen one.
    """
    winner = choice.location if choice else None
    found: dict[tuple[str, str], Loser] = {}
    for loser in _all(server, winner, path, wishes, behind):
        found.setdefault((loser.ingress, loser.path), loser)
    if winner is not None:
        found.pop((winner.owner_key, winner.declared), None)
    return tuple(found.values())


def _all(
    server: Server,
    winner: Location | None,
    path: bytes,
    wishes: Iterable[Wish],
    behind: Sequence[Server],
) -> Iterator[Loser]:
    for location in covering(server, path):
        yield from location.shadowed
        if location is not winner and location.owner and not location.is_default:
            yield _beaten(location, winner)
    yield from _short_of_a_slash(server, winner, path)
    folded = path.lower()
    for made in wishes:
        if made.covers(path, folded):
            yield made.loser
    for other in behind:
        for location in covering(other, path):
            if location.owner is not None and not location.is_default:
                host = server.host
                yield _loser(location, Code.OTHER_HOST_WINS, other.host, host)


def _short_of_a_slash(
    server: Server, winner: Location | None, path: bytes
) -> Iterator[Loser]:
    """Return who would take the path with a slash, where nobody else wanted it."""
    unwanted = winner is None or winner.declared in ("", "/")
    if not server.regex_mode or not unwanted or path.endswith(b"/"):
        return
    for location in covering(server, path + b"/"):
        if location.owner is not None and location.declared not in ("", "/"):
            yield _loser(location, Code.NEEDS_SLASH, location.declared)


def _beaten(location: Location, winner: Location | None) -> Loser:
    code = Code.LONGER_PATH_WINS
    if location.in_regex_mode:
        is_longer = winner is not None and (
            len(winner.declared) > len(location.declared)
        )
        code = Code.EARLIER_REGEX_WINS if is_longer else Code.EARLIER_TWIN_WINS
    elif winner is not None and winner.exact:
        code = Code.EXACT_PATH_WINS
    taken = winner.declared if winner else ""
    return _loser(location, code, location.declared, taken)


def _loser(location: Location, code: Code, *values: str) -> Loser:
    owner = location.owner
    return Loser(
        ingress=location.owner_key,
        why=because(code, *values),
        service=location.service,
        path=location.declared,
        subject=owner.ingress.subject if owner else None,
    )
