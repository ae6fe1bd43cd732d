"""Whether nginx would load the configuration: if not, every host is frozen."""

from collections.abc import Collection, Iterable, Iterator

from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.rewriting import template
from baro.routing.ingress_nginx.servers import Server
from baro.routing.nginx.config import breaks_quotes, breaks_word
from baro.routing.reasons import Code, Reason, because


def errors(servers: Iterable[Server], behaviour: Behaviour) -> Iterator[Reason]:
    """Return what nginx would refuse, in the order of the file."""
    servers = list(servers)
    captured = _captured(servers)
    for server in servers:
        yield from _unquotable(server, behaviour)
        if server.regex_mode:
            yield from _bad_patterns(server)
        else:
            yield from _duplicates(server)
        yield from _bad_texts(server, captured)


def doubts(servers: Iterable[Server]) -> Iterator[Reason]:
    """Return what might be refused, or matched, in a way that is not imitated."""
    for server in servers:
        for location in server.locations:
            if location.unread:
                pattern = location.path
                yield because(Code.REGEX_NOT_IMITATED, pattern, location.unread)


def _captured(servers: Iterable[Server]) -> Collection[str]:
    """Return the names that named groups make variables of, anywhere in the file."""
    return {
        name
        for server in servers
        for location in server.locations
        if location.regex is not None
        for name in location.regex.names
    }


def _duplicates(server: Server) -> Iterator[Reason]:
    seen: dict[tuple[bool, bytes], Location] = {}
    for location in server.locations:
        first = seen.setdefault((location.exact, location.name), location)
        if first is not location:
            both = sorted({first.owner_key, location.owner_key} - {""})
            yield because(
                Code.DUPLICATE_LOCATION, server.host, location.head, ", ".join(both)
            )


def _bad_patterns(server: Server) -> Iterator[Reason]:
    for location in server.locations:
        if location.broken:
            yield because(
                Code.BAD_REGEX,
                server.host,
                location.path,
                location.broken,
                location.owner_key,
            )


def _bad_texts(server: Server, captured: Collection[str]) -> Iterator[Reason]:
    for location in server.locations:
        settings = location.settings
        texts = [("app-root", settings.app_root)]
        if not settings.denied:
            texts.append(("redirect", settings.redirect))
        if location.rewrites and not settings.denied:
            texts.append(("rewrite-target", settings.target))
        for annotation, text in texts:
            if text and breaks_word(text):
                owner = location.owner_key
                yield because(Code.UNQUOTABLE_PATH, server.host, text, owner)
            elif "$" in text:
                unknown = template(text).unknown(captured)
                if unknown is not None:
                    yield because(
                        Code.UNKNOWN_VARIABLE,
                        server.host,
                        f"${unknown}",
                        annotation,
                        location.owner_key,
                    )


def _unquotable(server: Server, behaviour: Behaviour) -> Iterator[Reason]:
    """Return paths that end their word early in releases that do not escape them."""
    if behaviour.release.quotes_paths:
        return
    breaks = breaks_quotes if server.regex_mode else breaks_word
    for location in server.locations:
        if breaks(location.path):
            owner = location.owner_key
            yield because(Code.UNQUOTABLE_PATH, server.host, location.path, owner)
