"""Whatever the objects look like, there is a table and an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.errors import InputError
from baro.routing.answer import Controller
from baro.routing.apiserver import refusals
from baro.routing.declared import Declared
from baro.routing.request import Request
from baro.routing.table import RouteTable, find_strategy, known_controllers
from baro.routing.world import read_ingress

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=4,
)


def field(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw what belongs there, or anything at all."""
    return values | ANY


PATHS = st.fixed_dictionaries(
    {},
    optional={
        "path": field(st.sampled_from(("/", "/kr(/|$)(.*)", "/kr(", "kr", ""))),
        "pathType": field(st.sampled_from(("Exact", "Prefix", "Other"))),
        "backend": field(
            st.fixed_dictionaries({"service": field(st.just({"name": "a"}))})
        ),
    },
)
BODIES = st.fixed_dictionaries(
    {
        "apiVersion": st.just("networking.k8s.io/v1"),
        "kind": st.sampled_from(
            ("Ingress", "IngressClass", "Service", "EndpointSlice")
        ),
    },
    optional={
        "metadata": field(
            st.fixed_dictionaries(
                {},
                optional={
                    "name": field(st.sampled_from(("a", "b"))),
                    "creationTimestamp": field(st.just("2026-01-01T00:00:00Z")),
                    "annotations": field(
                        st.dictionaries(
                            st.sampled_from(
                                ("rewrite-target", "canary", "app-root")
                            ).map("nginx.ingress.kubernetes.io/{}".format),
                            field(st.sampled_from(("true", "/$2", "/$x", "$"))),
                        )
                    ),
                    "labels": ANY,
                },
            )
        ),
        "spec": field(
            st.fixed_dictionaries(
                {},
                optional={
                    "ingressClassName": field(st.just("nginx")),
                    "rules": field(
                        st.lists(
                            field(
                                st.fixed_dictionaries(
                                    {
                                        "host": field(st.just("h.test")),
                                        "http": field(
                                            st.fixed_dictionaries(
                                                {"paths": field(st.lists(PATHS))}
                                            )
                                        ),
                                    }
                                )
                            ),
                            max_size=2,
                        )
                    ),
                    "tls": ANY,
                    "defaultBackend": ANY,
                    "ports": ANY,
                },
            )
        ),
        "endpoints": ANY,
    },
)


@given(
    bodies=st.lists(BODIES, max_size=3),
    target=st.text(max_size=8),
    host=st.sampled_from(("h.test", "", "..")) | st.text(max_size=5),
    version=st.sampled_from(("", "1.8.0", "nonsense", "99")),
)
def test_no_object_and_no_request_is_too_odd(
    bodies: list[dict[str, Any]], target: str, host: str, version: str
) -> None:
    """A table is built, and every request is answered, without an exception."""
    table = RouteTable.build(
        [Declared(body) for body in bodies], Controller("ingress-nginx", version)
    )
    table.places()
    table.answer(Request("http", host, f"/{target}"))
    for body in bodies:
        list(refusals(read_ingress(Declared(body))))


def test_the_subject_comes_back_with_the_answer() -> None:
    """What the caller gives along with an Ingress is given back."""
    subject = object()
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "a"},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [
                {
                    "host": "h.test",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {
                                    "service": {"name": "a", "port": {"number": 80}}
                                },
                            }
                        ]
                    },
                }
            ],
        },
    }
    table = RouteTable.build([Declared(body, subject)], Controller("ingress-nginx"))
    answer = table.answer(Request.of("https://h.test/x"))
    assert answer.subject is subject
    assert answer.controller == Controller("ingress-nginx", "1.15.1")
    assert [place.subject for place in table.places() if place.ingress] == [subject]


def test_an_unknown_controller_is_refused_with_those_that_are_known() -> None:
    """The hint lists the names that can be written."""
    assert "ingress-nginx" in known_controllers()
    assert find_strategy("ingress-nginx").name == "ingress-nginx"
    with pytest.raises(InputError) as raised:
        RouteTable.build([], Controller("haproxy-of-old"))
    assert "ingress-nginx" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("ingress-nginx", "ingress-nginx", ""),
        ("ingress-nginx@1.8.0", "ingress-nginx", "1.8.0"),
        ("ingress-nginx@v1.8.0", "ingress-nginx", "1.8.0"),
    ],
)
def test_a_controller_is_written_with_or_without_a_release(
    text: str, name: str, version: str
) -> None:
    """The release stands behind an @, with or without its v."""
    assert Controller.parse(text) == Controller(name, version)
