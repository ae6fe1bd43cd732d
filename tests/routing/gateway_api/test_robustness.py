"""No object and no request makes a table fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.migration import compare
from baro.routing.request import Request
from baro.routing.table import RouteTable, known_controllers

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("/*.a(", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = (
    *("parentRefs", "hostnames", "rules", "listeners", "from", "to", "tls"),
    *("defaultBackend", "ingressClassName", "routes", "hosts", "stripPrefix"),
)
KINDS = (
    *("gateway.networking.k8s.io/v1 Gateway", "gateway.networking.k8s.io/v1 HTTPRoute"),
    "gateway.networking.k8s.io/v1 GRPCRoute",
    "gateway.networking.k8s.io/v1beta1 ReferenceGrant",
    *("networking.k8s.io/v1 Ingress", "traefik.io/v1alpha1 IngressRoute"),
    *("traefik.io/v1alpha1 Middleware", "networking.istio.io/v1 VirtualService"),
)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an object whose fields may hold anything."""
    version, _, kind = draw(st.sampled_from(KINDS)).partition(" ")
    spec = draw(st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=4))
    # One level deeper, where the fields that are read again have their names.
    inner = {"matches": draw(JUNK), "filters": [{"type": "URLRewrite"}, draw(JUNK)]}
    if draw(st.booleans()):
        spec["rules"] = [inner | {"backendRefs": draw(JUNK), "http": draw(JUNK)}]
        spec["parentRefs"] = [{"name": "g"}]
        spec["listeners"] = [draw(JUNK), {"name": "a", "port": 80, "protocol": "HTTP"}]
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "g", "annotations": draw(JUNK)},
        "spec": draw(st.just(spec) | JUNK),
    }


@pytest.mark.parametrize("name", known_controllers())
@given(written=st.lists(bodies(), max_size=4), junk=st.text(max_size=9))
def test_any_object_and_any_request_get_an_answer(
    name: str, written: list[dict[str, Any]], junk: str
) -> None:
    """Parts of the wrong type count as absent, and any request is answered."""
    objects = [Declared(body) for body in written]
    table = RouteTable.build(objects, Controller(name))
    table.places()
    for host, target in (("h.test", "/" + junk), (junk, "/"), ("[::1]:80", "")):
        answer = table.answer(Request("http", host, target))
        assert answer.controller.name == name


@given(written=st.lists(bodies(), max_size=4))
def test_any_object_can_be_moved(written: list[dict[str, Any]]) -> None:
    """A translation of anything is a table, too."""
    compare([Declared(body) for body in written], Controller("ingress-nginx"))
