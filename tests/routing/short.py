"""The short form in which the tables write Ingresses, requests and answers.

An Ingress: `name` (or `namespace/name`), `created` (seconds; equal for all if absent),
`host` and `paths` or several `rules`, each path as `[Type] /path -> service[:port]`;
`nginx` for annotations without their prefix, `annotations` for full ones, `class`
(`none` for no class at all), `tls`, `default` (the default backend).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baro.routing.answer import Answer, Certainty, Controller, Loser, Outcome
from baro.routing.declared import Declared
from baro.routing.reasons import Reason
from baro.routing.request import Request
from baro.routing.table import RouteTable

TYPES = ("Exact", "Prefix", "ImplementationSpecific")
Short = Mapping[str, Any]

ASKED = ("requests", "losers", "why", "otherwise")
"""What a case asks of URLs."""


def ingress(short: Short) -> dict[str, Any]:
    """Write an Ingress out."""
    namespace, _, name = str(short["name"]).rpartition("/")
    annotations = {
        f"nginx.ingress.kubernetes.io/{key}": value
        for key, value in short.get("nginx", {}).items()
    }
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": namespace or "default",
        "annotations": annotations | short.get("annotations", {}),
    }
    if "created" in short:
        minutes, seconds = divmod(short["created"], 60)
        stamp = f"2026-01-01T00:{minutes:02d}:{seconds:02d}Z"
        metadata["creationTimestamp"] = stamp
    spec: dict[str, Any] = {"rules": list(_rules(short))}
    if short.get("class", "nginx") != "none":
        spec["ingressClassName"] = short.get("class", "nginx")
    if "default" in short:
        spec["defaultBackend"] = _backend(short["default"])
    if "tls" in short:
        spec["tls"] = [{"hosts": short["tls"], "secretName": "tls"}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": spec,
    }


def _rules(short: Short) -> Iterator[dict[str, Any]]:
    written = short.get("rules")
    if written is None:
        written = [short] if "paths" in short else []
    for rule in written:
        made: dict[str, Any] = {}
        if rule.get("host"):
            made["host"] = rule["host"]
        if rule.get("paths"):
            made["http"] = {"paths": [_path(line) for line in rule["paths"]]}
        yield made


def _path(line: str) -> dict[str, Any]:
    written, _, backend = line.rpartition(" -> ")
    kind, _, path = written.partition(" ")
    if kind not in TYPES:
        kind, path = "Prefix", written
    return {"path": path, "pathType": kind, "backend": _backend(backend)}


def _backend(text: str) -> dict[str, Any]:
    if text == "resource":
        return {"resource": {"kind": "Bucket", "name": "assets"}}
    name, _, port = text.partition(":")
    number = {"number": int(port or 80)} if (port or "80").isdigit() else {"name": port}
    return {"service": {"name": name, "port": number}}


def controller(case: Short) -> Controller:
    """Return the controller of a case, with its `flags` and `settings`."""
    parsed = Controller.parse(case.get("controller", "ingress-nginx"))
    return Controller(
        parsed.name,
        parsed.version,
        flags=tuple(case.get("flags", {}).items()),
        settings=tuple(case.get("settings", {}).items()),
    )


def table(
    ingresses: Iterable[Short],
    case: Short | None = None,
    *,
    objects: Iterable[dict[str, Any]] = (),
) -> RouteTable:
    """Build the table of Ingresses in short form, and other objects as they are.

    `case` may hold `controller`, `flags`, `settings` and `unready`.
    """
    case = case or {}
    return RouteTable.build(
        [
            *(Declared(ingress(short)) for short in ingresses),
            *(Declared(body) for body in objects),
        ],
        controller(case),
        unready=[
            name if "/" in name else f"default/{name}"
            for name in case.get("unready", ())
        ],
    )


def of_case(case: Short) -> RouteTable:
    """Build the table of one case."""
    return table(case["ingresses"], case, objects=case.get("objects", ()))


def reason(why: Reason) -> str:
    """Write a reason in one line."""
    return f"{why.code}: {', '.join(why.values)}" if why.values else str(why.code)


def loser(one: Loser) -> str:
    """Write a loser in one line."""
    return f"{one.ingress} {reason(one.why)}"


def request(line: str) -> Request:
    """Read `[METHOD] URL [| Header: value]...`; the URL is taken as it stands."""
    first, *headers = line.split(" | ")
    method, _, url = first.rpartition(" ")
    scheme, _, rest = url.partition("://")
    host, slash, target = rest.partition("/")
    return Request(
        scheme=scheme,
        host=host,
        target=slash + target,
        method=method or "GET",
        headers=tuple(
            (name.lower(), value)
            for name, _, value in (header.partition(": ") for header in headers)
        ),
    )


def line(answer: Answer) -> str:
    """Write an answer in one line: status, who, and with which path or to where."""
    words = [answer.outcome if answer.status is None else str(answer.status)]
    if answer.outcome is Outcome.REDIRECT:
        words.append(answer.location or "?")
    elif answer.outcome is Outcome.BACKEND:
        words.append(answer.ingress or "-")
        words.append((answer.service or "-").rpartition("/")[2])
        words.append(answer.upstream_path or "?")
        words += [f"{name}={value}" for name, value in answer.upstream_headers]
    elif answer.outcome is not Outcome.NO_ENDPOINTS and answer.status is not None:
        words.append(answer.outcome)
    elif answer.service:
        words.append(answer.service.rpartition("/")[2])
    if answer.certainty is not Certainty.CERTAIN:
        words.append(f"({answer.certainty})")
    return " ".join(words)


def told(case: dict[str, Any], table: RouteTable) -> dict[str, Any]:
    """Return what a table of routes says to each question that a case asks."""
    answers = {
        url: table.answer(request(url)) for key in ASKED for url in case.get(key, {})
    }
    found: dict[str, dict[str, Any]] = {
        "requests": {url: line(answer) for url, answer in answers.items()},
        "losers": {u: sorted(map(loser, a.losers)) for u, a in answers.items()},
        "why": {u: list(map(reason, a.why)) for u, a in answers.items()},
        "otherwise": {
            url: {
                reason(other.when): line(other.answer) for other in answer.alternatives
            }
            for url, answer in answers.items()
        },
    }
    return {
        key: {url: found[key][url] for url in case[key]} for key in ASKED if key in case
    }


def wanted(case: dict[str, Any]) -> dict[str, Any]:
    """Return what a case wants to be told."""
    asked = {key: dict(case[key]) for key in ASKED if key in case}
    if "losers" in asked:
        asked["losers"] = {url: sorted(them) for url, them in asked["losers"].items()}
    return asked
