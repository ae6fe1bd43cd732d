"""What a schema says about a place, and how Helm's account of it is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.model.schema import ITEM, allowed, elsewhere, places, violations, written

SCHEMA: dict[str, Any] = {
    "$defs": {"probe": {"properties": {"path": {}, "port": {}}}},
    "properties": {
        "ingress": {
            "properties": {
                "host": {},
                "extra": {"items": {"properties": {"pathType": {}, "path": {}}}},
            }
        },
        "probes": {"additionalProperties": {"$ref": "#/$defs/probe"}},
        "named": {"patternProperties": {"^x-": {"properties": {"a": {}}}, "[": {}}},
        "auth": {
            "oneOf": [{"properties": {"oidc": {}}}, {"properties": {"basic": {}}}],
            "if": {},
            "then": {"properties": {"issuer": {}}},
        },
        "again": {"$ref": "#/properties/again"},
        "outside": {"$ref": "https://schemas.example/x.json"},
        "a/b": {"$ref": "#/properties/a~1b/properties"},
    },
    "allOf": "nonsense",
}


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (("ingress",), ["extra", "host"]),
        (("ingress", "extra", 0), ["path", "pathType"]),
        (("ingress", "host", "deep"), []),
        (("probes", "live"), ["path", "port"]),
        (("named", "x-one"), ["a"]),
        (("named", "other"), []),
        (("auth",), ["basic", "issuer", "oidc"]),
        (("again",), []),
        (("outside",), []),
        (("a/b",), []),
        (("nowhere",), []),
    ],
)
def test_allowed_keys_at_a_place(path: tuple[str | int, ...], keys: list[str]) -> None:
    """References, combinations, patterns and items are followed."""
    assert allowed(SCHEMA, path) == keys


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("ingress",), "pathType", "ingress.extra[].pathType"),
        ((), "pathType", "ingress.extra[].pathType"),
        (("ingress", "extra", 3), "host", "ingress.host"),
        (("auth",), "pathType", ""),
        (("ingress",), "nothing", ""),
    ],
)
def test_nearest_other_place_of_a_key(
    path: tuple[str | int, ...], key: str, place: str
) -> None:
    """A place that shares no beginning is no answer, except at the root."""
    assert elsewhere(SCHEMA, path, key) == place


def test_recursive_schema_ends() -> None:
    """A schema that contains itself is searched to a bounded depth."""
    tree: dict[str, Any] = {"properties": {"left": {"$ref": "#"}}}
    assert max(map(len, places(tree))) <= 13


def test_items_are_written_with_brackets() -> None:
    """A list's step joins the name before it."""
    assert written(("a", ITEM, ITEM, "b")) == "a[][].b"


def test_account_of_several_charts_is_read() -> None:
    """Each line belongs to the chart above it; escapes of pointers are undone."""
    found = list(
        violations(
            "values don't meet the specifications of the schema(s) in the following "
            "chart(s):\nweb:\n- at '': missing property 'x'\n"
            "- at '/a~1b/0/c~0d': additional properties 'e', 'f' not allowed\n"
            "postgresql:\n- at '/port': oneOf failed, none matched\n"
            "  - at '/port': got string, want integer\n"
        )
    )
    assert [(v.chart, v.path, v.extra, v.missing) for v in found] == [
        ("web", (), (), ("x",)),
        ("web", ("a/b", 0, "c~d"), ("e", "f"), ()),
        ("postgresql", ("port",), (), ()),
    ]
    assert found[2].text.endswith("at '/port': got string, want integer")


@given(st.text(alphabet="web:- at'/\n addiontlprs"))
def test_text_that_looks_like_an_account_is_read(message: str) -> None:
    """Every violation of any text has a place, if only the root."""
    assert all(isinstance(v.path, tuple) for v in violations(message))
