"""The hosts that the objects of a cluster speak of, whoever serves them."""

import re
from collections.abc import Collection, Iterable, Iterator

from baro.model.tolerant import mapping, maps, sequence, text
from baro.routing.declared import Declared
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request

_ALIAS = "/server-alias"
_WWW = "/from-to-www-redirect"
# Traefik: a rule such as Host(`a.example`) && PathPrefix(`/x`).
_RULE_HOST = re.compile(r"`([^`/]+)`")


def plain_host(request: Request) -> str:
    """Return the host without port and final dot, in lower case."""
    return request.host.partition(":")[0].lower().removesuffix(".")


def hosts_of(one: Declared) -> Iterator[str]:
    """Yield the hosts and wildcards that an object asks to be reached by."""
    match one.kind:
        case "Ingress":
            yield from _of_ingress(one)
        case "Gateway" | "ListenerSet" | "XListenerSet":
            for listener in maps(one.spec.get("listeners")):
                yield text(listener.get("hostname"))
        case "HTTPRoute" | "GRPCRoute" | "TLSRoute":
            yield from map(text, sequence(one.spec.get("hostnames")))
        case "VirtualService":
            yield from map(text, sequence(one.spec.get("hosts")))
        case "IngressRoute":
            for route in maps(one.spec.get("routes")):
                yield from _RULE_HOST.findall(text(route.get("match")))
        case _:
            return


def _of_ingress(one: Declared) -> Iterator[str]:
    hosts = [text(rule.get("host")) for rule in maps(one.spec.get("rules"))]
    yield from hosts
    for entry in maps(one.spec.get("tls")):
        yield from map(text, sequence(entry.get("hosts")))
    for key, value in mapping(one.metadata.get("annotations")).items():
        if str(key).endswith(_ALIAS):
            yield from (alias.strip() for alias in text(value).split(","))
        if str(key).endswith(_WWW):
            yield from (f"www.{host}" for host in hosts)
            yield from (host.removeprefix("www.") for host in hosts)


def named_hosts(objects: Iterable[Declared]) -> frozenset[str]:
    """Return all hosts and wildcards that the objects speak of."""
    return frozenset(host for one in objects for host in hosts_of(one) if host)


def covers(names: Collection[str], host: str) -> bool:
    """Tell whether a host is among the names, or below one of the wildcards."""
    labels = host.split(".")
    parents = (".".join(labels[depth:]) for depth in range(1, len(labels)))
    return host in names or any(f"*.{parent}" in names for parent in parents)


OpenHost = tuple[re.Pattern[str], Reason]


def open_hosts(
    objects: Iterable[Declared], unknown: Collection[str]
) -> Iterator[OpenHost]:
    """Yield patterns for the hosts that hold a word which stands for a value unknown.

    Each comes with the reason that a request for such a host is given.
    """
    if not unknown:
        return
    word = re.compile("|".join(sorted(map(re.escape, unknown), key=len, reverse=True)))
    for one in objects:
        for host in dict.fromkeys(hosts_of(one)):
            if word.search(host):
                pieces = (re.escape(piece) for piece in word.split(host))
                pattern = re.compile(".+".join(pieces))
                key = f"{one.namespace}/{one.name}"
                yield pattern, because(Code.HOST_NOT_KNOWN, key, host)
