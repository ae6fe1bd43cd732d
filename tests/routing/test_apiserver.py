"""What the API server refuses before any controller sees it."""

import pytest

from baro.routing.apiserver import refusals
from baro.routing.declared import Declared
from baro.routing.world import read_ingress
from tests.routing import short


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        (["Prefix /kr -> a", "Exact /kr/ -> a"], []),
        (["ImplementationSpecific /kr(/|$)(.*) -> a"], []),
        (["ImplementationSpecific  -> a"], []),
        (
            ["ImplementationSpecific kr(.*) -> a"],
            ['path: Invalid value: "kr(.*)": must be an absolute path'],
        ),
        (
            ["Prefix /a//b -> a"],
            ["path: Invalid value: \"/a//b\": must not contain '//'"],
        ),
        (
            ["Exact /a/.. -> a"],
            ["path: Invalid value: \"/a/..\": cannot end with '/..'"],
        ),
    ],
)
def test_paths(paths: list[str], told: list[str]) -> None:
    """Paths are absolute; Exact and Prefix hold no disguises."""
    body = short.ingress({"name": "a", "host": "h.test", "paths": paths})
    messages = list(refusals(read_ingress(Declared(body))))
    assert messages == [f"spec.rules[0].http.paths[0].{text}" for text in told]


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("h.test", True),
        ("*.h.test", True),
        ("", True),
        ("H.test", False),
        ("h.test:80", False),
        ("10.0.0.1", False),
        ("a.*.test", False),
        ("https://h.test", False),
    ],
)
def test_hosts(host: str, fine: bool) -> None:  # noqa: FBT001 - a column of the table
    """A host is a DNS name, or a wildcard of its first label."""
    body = short.ingress({"name": "a", "host": host, "paths": ["/ -> a"]})
    assert (not list(refusals(read_ingress(Declared(body))))) is fine


def test_an_absent_path_type_is_told() -> None:
    """`pathType` has no default in networking.k8s.io/v1."""
    body = short.ingress({"name": "a", "paths": ["/ -> a"]})
    del body["spec"]["rules"][0]["http"]["paths"][0]["pathType"]
    field = "spec.rules[0].http.paths[0].pathType"
    told = f"{field}: Required value: pathType must be specified"
    assert list(refusals(read_ingress(Declared(body)))) == [told]
