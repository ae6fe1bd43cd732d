"""Where a redirect leads: to the same host, another one, another cluster, away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml

from baro.model.route import ExpectedRoute
from baro.routing.expectation import Held, Verified, verify
from baro.routing.following import cluster_for, follow
from baro.routing.platform import ClusterRoutes, cluster_routes
from tests.routing import short
from tests.snapshots import manifests

AWAY = {"permanent-redirect": "https://github.example/acme"}
TO_LOGIN = {"temporal-redirect": "https://login.test/realms"}
START = {"name": "start", "host": "h.test", "paths": ["/ -> start"]}
LOGIN = {"name": "login", "host": "login.test", "paths": ["/realms -> login"]}
ALIASED = {**LOGIN, "host": "other.test", "nginx": {"server-alias": "login.test"}}
ANY_HOST = {"name": "rest", "paths": ["/ -> rest"]}
WILDCARD = {**LOGIN, "host": "*.test"}
OUTSIDE = "host-outside: github.example"


def _clusters(
    clusters: dict[str, list[dict[str, Any]]], unknown: Sequence[str] = ()
) -> list[ClusterRoutes]:
    objects = [
        replace(manifest, cluster=cluster)
        for cluster, ingresses in clusters.items()
        for manifest in manifests(yaml.safe_dump_all(map(short.ingress, ingresses)))
    ]
    return cluster_routes(objects, unknown=unknown)


CASES = [
    pytest.param(
        {"hub": [{**START, "nginx": AWAY}]},
        ["301 https://github.example/acme"],
        id="a host that nothing here has ends at the redirect",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": AWAY}, ANY_HOST]},
        ["301 https://github.example/acme"],
        id="an Ingress without host does not have all hosts of the world",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": TO_LOGIN}, LOGIN]},
        ["302 https://login.test/realms", "200 default/login login /realms"],
        id="a host of another Ingress is followed to it",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": TO_LOGIN}, WILDCARD]},
        ["302 https://login.test/realms", "200 default/login login /realms"],
        id="a wildcard has the host",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": TO_LOGIN}, ALIASED]},
        ["302 https://login.test/realms", "200 default/login login /realms"],
        id="an alias has the host",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": TO_LOGIN}], "login": [LOGIN]},
        ["302 https://login.test/realms", "200 default/login login /realms"],
        id="a host of another cluster is followed to it",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": TO_LOGIN}, {**LOGIN, "paths": ["/other -> x"]}]},
        ["302 https://login.test/realms", "404 default-backend"],
        id="a host that is there without the path is 404",
    ),
    pytest.param(
        {"hub": [{**START, "nginx": {"permanent-redirect": "https://h.test/"}}]},
        ["301 https://h.test/"],
        id="a circle ends",
    ),
]


@pytest.mark.parametrize(("clusters", "expected"), CASES)
def test_redirects_are_followed_as_far_as_the_platform_goes(
    clusters: dict[str, list[dict[str, Any]]], expected: list[str]
) -> None:
    """Each hop is answered by the cluster that has its host."""
    routes = _clusters(clusters)
    request = short.request("https://h.test/")
    hops = follow(request, cluster_for(request, routes), routes)
    assert [short.line(hop) for hop in hops] == expected
    outside = [short.reason(why) for why in hops[-1].why if "outside" in why.code]
    away = "github.example" in expected[-1]
    assert outside == ([OUTSIDE] if away else [])


def _verified(
    route: ExpectedRoute,
    clusters: dict[str, list[dict[str, Any]]],
    unknown: Sequence[str] = (),
) -> Verified:
    [found] = verify([route], _clusters(clusters, unknown))
    return found


def _expected(url: str, **fields: Any) -> ExpectedRoute:
    return ExpectedRoute(url, url, **fields)


def test_a_redirect_out_of_the_platform_is_not_a_404() -> None:
    """The route is broken at the redirect, and holds where that is expected."""
    clusters = {"hub": [{**START, "nginx": AWAY}]}
    [difference] = _verified(
        _expected("https://h.test/", upstream_path=""), clusters
    ).differences
    assert (difference.field, difference.actual) == ("outcome", "redirect")
    location = "https://github.example/acme"
    held = _verified(_expected("https://h.test/", redirects_to=location), clusters)
    assert held.held is Held.HOLDS


@pytest.mark.parametrize(
    ("url", "held"),
    [
        ("https://a.platform.test/", Held.UNKNOWN),
        ("https://b.platform.test/", Held.BROKEN),
        ("https://h.test/", Held.HOLDS),
        ("https://a.unknown-domain/", Held.UNKNOWN),
    ],
)
def test_a_host_with_an_unknown_part_may_be_the_one_that_is_asked(
    url: str, held: Held
) -> None:
    """What such a host may cover is not known, neither held nor broken."""
    open_host = {"name": "a", "host": "a.unknown-domain", "paths": ["/ -> a"]}
    clusters = {"hub": [START, open_host]}
    assert _verified(_expected(url), clusters, ["unknown-domain"]).held is held


def test_a_url_that_is_not_known_is_not_asked() -> None:
    """Neither broken nor held, and no cluster answers."""
    route = _expected("https://{domain}/", unknown="the value of domain is not known")
    found = _verified(route, {"hub": [START]})
    assert (found.held, found.hops) == (Held.UNKNOWN, ())


def test_a_placeholder_that_no_cluster_fills_is_broken() -> None:
    """A slip of the pen in `baro.yaml` never holds."""
    found = _verified(_expected("https://{dmoain}/", unfilled="dmoain"), {"hub": []})
    assert found.held is Held.BROKEN
    assert found.differences[0].field == "dmoain"


@pytest.mark.parametrize(
    ("code", "method", "then"),
    [
        ("301", "POST", "GET"),
        ("301", "PUT", "PUT"),
        ("303", "PUT", "GET"),
        ("308", "POST", "POST"),
    ],
)
def test_a_client_may_change_its_method(code: str, method: str, then: str) -> None:
    """As browsers and curl do: a POST becomes a GET unless the status forbids it."""
    to_login = {
        "permanent-redirect": TO_LOGIN["temporal-redirect"],
        "permanent-redirect-code": code,
    }
    routes = _clusters({"hub": [{**START, "nginx": to_login}, LOGIN]})
    request = short.request(f"{method} https://h.test/")
    hops = follow(request, cluster_for(request, routes), routes)
    assert [hop.request.method for hop in hops] == [method, then]
