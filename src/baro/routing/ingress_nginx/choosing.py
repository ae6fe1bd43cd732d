"""Which location of a server takes a path, and which would have."""

from collections.abc import Iterator

from msgspec import Struct

from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.servers import Server
from baro.routing.nginx.regex import Found, TooManyStepsError


class Choice(Struct, frozen=True):
    """The location that takes a path.

    `found` is the match in regex mode. `slash` tells that nginx redirects to the
    same path with a slash. `unread` are locations before this one whose pattern
    might have matched and is not imitated; then the choice is a guess.
    """

    location: Location
    found: Found | None = None
    slash: bool = False
    unread: tuple[Location, ...] = ()


def choose(server: Server, path: bytes) -> Choice | None:
    """Return the location for a decoded path; None where nothing matches at all."""
    if server.regex_mode:
        return _first_regex(server, path)
    exact = server.exacts.get(path)
    if exact is not None:
        return Choice(exact)
    slashed = _slash_redirect(server, path)
    if slashed is not None:
        return Choice(slashed, slash=True)
    for location in prefixes(server, path):
        return Choice(location)
    return None


def _first_regex(server: Server, path: bytes) -> Choice | None:
    folded = path.lower()
    unread: list[Location] = []
    for location in server.locations:
        if location.regex is None:
            unread.append(location)
            continue
        try:
            found = location.regex.search(path, folded)
        except TooManyStepsError:
            unread.append(location)
            continue
        if found is not None:
            return Choice(location, found, unread=tuple(unread))
    return None


def _slash_redirect(server: Server, path: bytes) -> Location | None:
    """Return the location of `path/` where nginx sends the client there."""
    # nginx: ngx_http_core_module.c, ngx_http_core_find_static_location: an exact
    # location of that name goes before a prefix of the same name.
    if path in server.prefixes:
        return None
    slashed = path + b"/"
    found = (server.exacts.get(slashed), server.prefixes.get(slashed))
    # Only a location that passes requests on sends anybody there.
    return next((one for one in found if one and not one.settings.denied), None)


def prefixes(server: Server, path: bytes) -> Iterator[Location]:
    """Return the prefix locations that cover a path, longest first."""
    odd = server.odd_prefixes
    end = len(path)
    while True:
        found = server.prefixes.get(path[:end])
        for location in odd:
            # Only the controller's own ones end without a slash.
            if len(location.name) >= end and path.startswith(location.name):
                yield location
                odd = tuple(one for one in odd if one is not location)
        if found is not None:
            yield found
        if end <= 1:
            return
        # All other names end in a slash: go to the one before.
        end = path.rfind(b"/", 0, end - 1) + 1
        if end == 0:
            return


def covering(server: Server, path: bytes) -> Iterator[Location]:
    """Return all locations that would take a path if the others were not there."""
    if not server.regex_mode:
        exact = server.exacts.get(path)
        if exact is not None:
            yield exact
        yield from prefixes(server, path)
        return
    folded = path.lower()
    for location in server.locations:
        try:
            if location.regex and location.regex.search(path, folded) is not None:
                yield location
        except TooManyStepsError:
            continue
