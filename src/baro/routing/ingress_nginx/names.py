"""The names of all servers, and which server nginx chooses for a host."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from baro.routing.answer import Loser
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.ingress_nginx.servers import Server
from baro.routing.nginx.regex import (
    BrokenError,
    NotImitatedError,
    Regex,
    TooManyStepsError,
    read,
)
from baro.routing.reasons import Code, Reason, because

_LABEL = re.compile(r"[\w-]+", re.ASCII)


class Redirect(Struct, frozen=True):
    """A server that only sends elsewhere: the other one of `www.HOST` and `HOST`."""

    host: str
    to: Server


class Chosen(Struct, frozen=True):
    """The server for a host name, and what led to it.

    `unread` is a server name that might have matched but is not imitated.
    """

    server: Server | Redirect
    why: tuple[Reason, ...] = ()
    alias: str = ""
    unread: str = ""


@dataclass(slots=True)
class Names:
    """All server names, in the order in which nginx looks."""

    # nginx: src/http/ngx_http_core_module.c and the page on server_names
    default: Server
    exact: dict[str, tuple[Server | Redirect, str]] = field(default_factory=dict)
    leading: dict[str, tuple[Server, str]] = field(default_factory=dict)
    trailing: dict[str, tuple[Server, str]] = field(default_factory=dict)
    labels: dict[str, tuple[int, Server]] = field(default_factory=dict)
    patterns: list[tuple[int, Server, str, Regex | None]] = field(default_factory=list)
    refused: list[Reason] = field(default_factory=list)
    taken: list[tuple[Server, Reason]] = field(default_factory=list)

    def choose(self, name: str) -> Chosen:
        """Return the server for a host name (lower case, without a port)."""
        found = self.exact.get(name)
        if found is not None:
            server, alias = found
            why = (because(Code.HOST_ALIAS, name, alias),) if alias else ()
            return Chosen(server, why, alias)
        native = self._native(name)
        return native or self._by_pattern(name)

    def remarks(self) -> Iterator[Loser]:
        """Return the aliases that another server has already."""
        # An alias with a dot in front is two names.
        for server, reason in dict.fromkeys(self.taken):
            owner = _alias_giver(server)
            if owner is not None:
                yield Loser(owner.key, reason, subject=owner.ingress.subject)

    def _native(self, name: str) -> Chosen | None:
        rest = name
        while self.leading and "." in rest:
            rest = rest.partition(".")[2]
            if rest in self.leading:
                server, alias = self.leading[rest]
                return Chosen(server, (because(Code.HOST_ALIAS, name, alias),), alias)
        rest = name
        while self.trailing and "." in rest:
            rest = rest.rpartition(".")[0]
            if rest in self.trailing:
                server, alias = self.trailing[rest]
                return Chosen(server, (because(Code.HOST_ALIAS, name, alias),), alias)
        return None

    def _by_pattern(self, name: str) -> Chosen:
        label, _, rest = name.partition(".")
        wildcard = self.labels.get(rest) if _is_label(label) else None
        for order, server, alias, regex in self.patterns:
            if wildcard is not None and wildcard[0] < order:
                break
            octets = name.encode(errors="surrogateescape")
            try:
                if regex is None or regex.search(octets, octets) is None:
                    if regex is None:
                        return Chosen(server, alias=alias, unread=alias)
                    continue
            except TooManyStepsError:
                return Chosen(server, alias=alias, unread=alias)
            return Chosen(server, (because(Code.HOST_ALIAS, name, alias),), alias)
        if wildcard is not None:
            server = wildcard[1]
            return Chosen(server, (because(Code.HOST_WILDCARD, name, server.host),))
        return Chosen(self.default, (because(Code.HOST_UNKNOWN, name),))


def _is_label(label: str) -> bool:
    return bool(label) and all(
        c.isascii() and (c.isalnum() or c in "_-") for c in label
    )


def name_servers(servers: Mapping[str, Server]) -> Names:
    """Gather the names of all servers, as the file lists them."""
    names = Names(servers[DEFAULT_SERVER])
    ordered = [servers[host] for host in sorted(servers, key=_octets)]
    for redirect in _www(ordered, servers):
        if "*" in redirect.host:
            names.refused.append(
                because(
                    Code.BAD_SERVER_NAME,
                    redirect.host,
                    _www_owner(redirect.to),
                )
            )
        names.exact.setdefault(redirect.host, (redirect, ""))
    for order, server in enumerate(ordered):
        host = server.host
        if host.startswith("*"):
            names.labels.setdefault(host.replace("*.", "", 1), (order, server))
        elif host != DEFAULT_SERVER:
            names.exact.setdefault(host, (server, ""))
        for alias in _aliases(server, servers):
            _add_alias(names, order, server, alias)
    return names


def _octets(host: str) -> bytes:
    return host.encode(errors="surrogateescape")


def _www(ordered: Iterable[Server], servers: Mapping[str, Server]) -> list[Redirect]:
    # ingress-nginx: pkg/util/ingress/ingress.go, BuildRedirects
    redirects = []
    for server in ordered:
        host = server.host
        other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        if server.merged.www and other not in servers:
            redirects.append(Redirect(other, server))
    return redirects


def _www_owner(server: Server) -> str:
    return next(
        (one.owner_key for one in server.locations if one.settings.www), server.host
    )


def _aliases(server: Server, servers: Mapping[str, Server]) -> Sequence[str]:
    return [alias for alias in server.merged.aliases if alias not in servers]


def _add_alias(names: Names, order: int, server: Server, alias: str) -> None:
    lowered = alias.lower()
    if alias.startswith("~"):
        names.patterns.append((order, server, alias, _pattern(names, server, alias)))
        return
    if lowered.startswith("*."):
        _claim(names, names.leading, lowered[2:], server, alias)
    elif lowered.endswith(".*"):
        _claim(names, names.trailing, lowered[:-2], server, alias)
    elif "*" in lowered:
        owner = _alias_owner(server)
        names.refused.append(because(Code.BAD_SERVER_NAME, alias, owner))
    elif lowered.startswith("."):
        _claim(names, names.leading, lowered[1:], server, alias)
        _claim_exact(names, lowered[1:], server, alias)
    else:
        _claim_exact(names, lowered, server, alias)


def _claim(
    names: Names,
    table: dict[str, tuple[Server, str]],
    key: str,
    server: Server,
    alias: str,
) -> None:
    winner = table.setdefault(key, (server, alias))[0]
    if winner is not server:
        names.taken.append((server, because(Code.ALIAS_TAKEN, alias, winner.host)))


def _claim_exact(names: Names, key: str, server: Server, alias: str) -> None:
    winner = names.exact.setdefault(key, (server, alias))[0]
    if winner is not server:
        host = winner.host
        names.taken.append((server, because(Code.ALIAS_TAKEN, alias, host)))


def _alias_owner(server: Server) -> str:
    owner = _alias_giver(server)
    return owner.key if owner else ""


def _alias_giver(server: Server) -> Kept | None:
    return next((one.owner for one in server.locations if one.settings.aliases), None)


def _pattern(names: Names, server: Server, alias: str) -> Regex | None:
    try:
        return read(alias[1:], anchored=False)
    except BrokenError as error:
        owner = _alias_owner(server)
        reason = because(Code.BAD_REGEX, server.host, alias[1:], str(error), owner)
        names.refused.append(reason)
    except NotImitatedError:
        return None
    return None
