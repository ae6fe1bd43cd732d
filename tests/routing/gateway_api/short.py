"""The short form in which the tables write Gateways and routes.

A listener: `name PROTOCOL port [hostname]`, or a map with these and `allowed`.
A route: `name` (or `namespace/name`), `created` (minutes), `hosts`, `parents`
(`[namespace/]name[#section][:port]`, `gw` if absent), `kind`, and `rules` or one rule's
fields: `match` (a list of `[Type] /path` or maps), `to` (a list of
`[namespace/]service[:port][*weight]`) and `filters` as they stand.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.table import RouteTable

Short = Mapping[str, Any]
VERSION = "gateway.networking.k8s.io/v1"
TYPES = ("Exact", "PathPrefix", "RegularExpression")
PLAIN = {"name": "gw", "listeners": ["http HTTP 80", "https HTTPS 443"]}


def named(text: str) -> dict[str, Any]:
    """Read `[namespace/]name`."""
    namespace, _, name = text.rpartition("/")
    return {"name": name, "namespace": namespace or "default"}


def gateway(short: Short) -> dict[str, Any]:
    """Write a Gateway out."""
    return {
        "apiVersion": VERSION,
        "kind": "Gateway",
        "metadata": named(short["name"]),
        "spec": {
            "gatewayClassName": "any",
            "listeners": [listener(one) for one in short["listeners"]],
        },
    }


def listener(short: Any) -> dict[str, Any]:
    """Write a listener out; all namespaces are let in unless it says otherwise."""
    made: dict[str, Any] = (
        {"listener": short} if isinstance(short, str) else dict(short)
    )
    name, protocol, port, *host = made.pop("listener").split()
    allowed = made.pop("allowed", {"namespaces": {"from": "All"}})
    written: dict[str, Any] = {"name": name, "protocol": protocol, "port": int(port)}
    if host:
        written["hostname"] = host[0]
    return {**written, "allowedRoutes": allowed, **made}


def route(short: Short) -> dict[str, Any]:
    """Write a route out."""
    metadata = named(short["name"])
    if "created" in short:
        metadata["creationTimestamp"] = f"2026-01-01T00:{short['created']:02d}:00Z"
    spec: dict[str, Any] = {
        "parentRefs": [parent(one) for one in short.get("parents", ["gw"])]
    }
    if "hosts" in short:
        spec["hostnames"] = short["hosts"]
    spec["rules"] = [rule(one) for one in short.get("rules", [short])]
    return {
        "apiVersion": VERSION,
        "kind": short.get("kind", "HTTPRoute"),
        "metadata": metadata,
        "spec": spec,
    }


def parent(text: str) -> dict[str, Any]:
    """Read `[namespace/]name[#section][:port]`."""
    whole, _, port = text.partition(":")
    target, _, section = whole.partition("#")
    namespace, _, name = target.rpartition("/")
    made: dict[str, Any] = {"name": name}
    made |= {"namespace": namespace} if namespace else {}
    made |= {"sectionName": section} if section else {}
    return made | ({"port": int(port)} if port else {})


def rule(short: Short) -> dict[str, Any]:
    """Write a rule out."""
    made: dict[str, Any] = {}
    if "match" in short:
        made["matches"] = [match(one) for one in short["match"]]
    if "filters" in short:
        made["filters"] = short["filters"]
    made["backendRefs"] = [backend(one) for one in short.get("to", [])]
    return made


def match(short: Any) -> dict[str, Any]:
    """Write a match out."""
    made: dict[str, Any] = {"path": short} if isinstance(short, str) else dict(short)
    if isinstance(made.get("path"), str):
        kind, _, value = made["path"].rpartition(" ")
        made["path"] = {"type": kind or "PathPrefix", "value": value}
    for field in ("headers", "queryParams"):
        values = made.get(field)
        if isinstance(values, dict):
            made[field] = [{"name": name, "value": values[name]} for name in values]
    return made


def backend(text: Any) -> dict[str, Any]:
    """Read `[namespace/]service[:port][*weight]`; a map stands as it is."""
    if isinstance(text, dict):
        return text
    whole, _, weight = text.partition("*")
    target, _, port = whole.partition(":")
    namespace, _, name = target.rpartition("/")
    made: dict[str, Any] = {"name": name, "port": int(port or 80)}
    made |= {"namespace": namespace} if namespace else {}
    return made | ({"weight": int(weight)} if weight else {})


def objects(case: Short) -> Iterable[dict[str, Any]]:
    """Return all objects of a case."""
    for one in case.get("gateways", [PLAIN]):
        yield gateway(one)
    for one in case.get("routes", ()):
        yield route(one)
    yield from case.get("objects", ())


def of_case(case: Short) -> RouteTable:
    """Build the table of one case."""
    settings = tuple(case.get("settings", {}).items())
    return RouteTable.build(
        [Declared(body) for body in objects(case)],
        Controller("gateway-api", settings=settings),
        unready=case.get("unready", ()),
    )
