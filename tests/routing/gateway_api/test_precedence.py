"""The order of matches is total, and the one that the specification gives."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from baro.routing.answer import Certainty
from baro.routing.request import Request
from tests.routing.gateway_api import short

PATHS = ["/", "/a", "/a/", "/a/b", "/a/b/c", "/ab"]
HOSTS = [[], ["h.test"], ["*.test"], ["x.h.test"], ["*.h.test", "h.test"]]


@st.composite
def matches(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one match."""
    made: dict[str, Any] = {}
    kind = draw(st.sampled_from(["Exact", "PathPrefix", ""]))
    if kind:
        made["path"] = f"{kind} {draw(st.sampled_from(PATHS))}"
    if draw(st.booleans()):
        made["method"] = draw(st.sampled_from(["GET", "POST"]))
    if draw(st.booleans()):
        made["headers"] = draw(st.sampled_from([{"x": "1"}, {"x": "1", "y": "2"}]))
    if draw(st.booleans()):
        made["queryParams"] = draw(st.sampled_from([{"q": "1"}, {"q": "1", "r": "2"}]))
    return made


@st.composite
def routes(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw a few routes, each with an age of its own or a shared one."""
    found = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        rules = [
            {"match": draw(st.lists(matches(), min_size=1, max_size=2)), "to": ["s"]}
            for _ in range(draw(st.integers(1, 2)))
        ]
        route: dict[str, Any] = {"name": name, "rules": rules}
        route["created"] = draw(st.integers(1, 2))
        hosts = draw(st.sampled_from(HOSTS))
        found.append(route | ({"hosts": hosts} if hosts else {}))
    return found


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a request."""
    query = draw(st.sampled_from(["", "?q=1", "?q=1&r=2", "?q=2"]))
    headers = draw(st.sampled_from([{}, {"x": "1"}, {"x": "1", "y": "2"}]))
    return Request.of(
        f"http://{draw(st.sampled_from(['h.test', 'x.h.test', 'o.test']))}"
        f"{draw(st.sampled_from([*PATHS, '/a/bc', '/abc']))}{query}",
        method=draw(st.sampled_from(["GET", "POST"])),
        headers=headers,
    )


def takes_host(host: str, name: str) -> bool:
    """Match a hostname in the plainest way."""
    return host in ("", name) or (host[:2] == "*." and name.endswith(host[1:]))


def takes(match: dict[str, Any], request: Request) -> bool:
    """Match a request in the plainest way."""
    path, _, query = request.target.partition("?")
    kind, _, value = match.get("path", "PathPrefix /").partition(" ")
    pairs = dict(pair.split("=") for pair in query.split("&") if pair)
    if kind == "Exact" and path != value:
        return False
    elements = [part for part in value.split("/") if part]
    if kind == "PathPrefix" and path.split("/")[1 : 1 + len(elements)] != elements:
        return False
    return bool(
        match.get("method", request.method) == request.method
        and match.get("headers", {}).items() <= dict(request.headers).items()
        and match.get("queryParams", {}).items() <= pairs.items()
    )


def rank(
    host: str, match: dict[str, Any], route: dict[str, Any], place: tuple[int, int]
) -> tuple[object, ...]:
    """Write the specification's list down, line by line."""
    kind, _, value = match.get("path", "PathPrefix /").partition(" ")
    return (
        0 if host.startswith("*") else -len(host),
        -len(host),
        kind != "Exact",
        0 if kind == "Exact" else -len(value.rstrip("/")),
        "method" not in match,
        -len(match.get("headers", {})),
        -len(match.get("queryParams", {})),
        route["created"],
        route["name"],
        *place,
    )


@given(written=routes(), request=requests())
def test_the_winner_is_the_first_of_all_that_match(
    written: list[dict[str, Any]], request: Request
) -> None:
    """One match wins, and it is the smallest in the order of the specification."""
    expected = sorted(
        rank(host, match, route, (number, place))
        for route in written
        for host in route.get("hosts", [""])
        if takes_host(host, request.host)
        for number, rule in enumerate(route["rules"])
        for place, match in enumerate(rule["match"])
        if takes(match, request)
    )
    answer = short.of_case({"routes": written}).answer(request)
    if not expected:
        assert answer.status == 404
        return
    assert answer.ingress == f"default/{expected[0][8]}"
    assert answer.certainty in (Certainty.CERTAIN, Certainty.UNKNOWN)
    assert len(set(expected)) == len(expected)
