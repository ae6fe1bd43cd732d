"""Which hosts an object speaks of."""

from typing import Any

import pytest

from baro.routing.declared import Declared
from baro.routing.hosts import covers, hosts_of, open_hosts
from tests.routing import short

NGINX = "nginx.ingress.kubernetes.io"
CASES: list[Any] = [
    (short.ingress({"name": "i", "host": "a.test", "paths": ["/ -> a"]}), {"a.test"}),
    (short.ingress({"name": "i", "tls": ["b.test"]}), {"b.test"}),
    (
        short.ingress({"name": "i", "nginx": {"server-alias": "c.test, *.c.test"}}),
        {"c.test", "*.c.test"},
    ),
    (
        short.ingress(
            {
                "name": "i",
                "host": "d.test",
                "paths": ["/ -> d"],
                "nginx": {"from-to-www-redirect": "true"},
            }
        ),
        {"d.test", "www.d.test"},
    ),
    ({"kind": "Gateway", "spec": {"listeners": [{"hostname": "*.e"}, 7]}}, {"*.e"}),
    ({"kind": "XListenerSet", "spec": {"listeners": [{"hostname": "f"}]}}, {"f"}),
    ({"kind": "HTTPRoute", "spec": {"hostnames": ["g"]}}, {"g"}),
    ({"kind": "VirtualService", "spec": {"hosts": ["h"]}}, {"h"}),
    (
        {
            "kind": "IngressRoute",
            "spec": {"routes": [{"match": "Host(`i.test`) && PathPrefix(`/x`)"}]},
        },
        {"i.test"},
    ),
    ({"kind": "Service", "spec": {"hosts": ["h"]}}, set()),
    ({"kind": "Ingress", "spec": None}, set()),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_an_object_speaks_of_its_hosts(
    body: dict[str, Any], expected: set[str]
) -> None:
    """Rules, certificates, aliases, listeners, and what other kinds have for them."""
    assert set(hosts_of(Declared(body))) == expected


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("a.test", True),
        ("b.wild.test", True),
        ("c.b.wild.test", True),
        ("wild.test", False),
        ("b.a.test", False),
        ("test", False),
    ],
)
def test_a_wildcard_covers_what_is_below_it(host: str, *, is_covered: bool) -> None:
    """At any depth: which depth counts is the controller's affair."""
    assert covers({"a.test", "*.wild.test"}, host) is is_covered


def test_a_word_that_stands_for_an_unknown_value_opens_a_host() -> None:
    """The rest of the host is compared as it stands."""
    body = short.ingress({"name": "i", "host": "a.unknown-domain", "paths": ["/ -> s"]})
    [(pattern, why)] = open_hosts([Declared(body)], ["unknown-domain"])
    assert short.reason(why) == "host-not-known: default/i, a.unknown-domain"
    assert pattern.fullmatch("a.platform.test")
    assert not pattern.fullmatch("b.platform.test")
    assert not list(open_hosts([Declared(body)], []))
