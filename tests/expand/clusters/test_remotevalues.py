"""What a secret store hands out, told from what `baro.yaml` knows of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from baro.expand.clusters.remotevalues import Fetched, Fetcher, Store

STORE: Store = {
    "map": {"a": "1", "n": 7, "deep": {"list": ["x", "y"]}, "none": None, "b c": "sp"},
    "json": '{"a": "1"}',
    "text": "plain",
    "coded": {"a": "aHVi", "u": "_-8=", "bad": "%%"},
}


def upper(templates: Sequence[str], params: Mapping[str, Any]) -> list[str | None]:
    """Stand in for Go templates: `upper` is all they can do."""
    value = str(params.get("value", ""))
    return [value.upper() if "upper" in text else None for text in templates]


def fetch(**spec: Any) -> Fetched:
    """Fetch what a spec asks for."""
    return Fetcher(STORE, upper).fetch(spec, ("spec",))


ONE = [
    ("map", "a", "", "1"),
    ("map", "n", "", "7"),
    ("map", "deep.list.1", "", "y"),
    ("map", "deep", "", '{"list":["x","y"]}'),
    ("json", "a", "", "1"),
    ("json", "", "", '{"a": "1"}'),
    ("text", "", "", "plain"),
    ("coded", "a", "Base64", "hub"),
    ("coded", "a", "Auto", "hub"),
    ("coded", "bad", "Auto", "%%"),
]


@pytest.mark.parametrize(("key", "wanted", "strategy", "expected"), ONE)
def test_one_value(key: str, wanted: str, strategy: str, expected: str) -> None:
    """A property is found by its name or step by step, whole keys are JSON."""
    reference = {"key": key, "property": wanted, "decodingStrategy": strategy}
    found = fetch(data=[{"secretKey": "s", "remoteRef": reference}])
    assert found.values == {"s": expected}
    assert found.doubts == []


@pytest.mark.parametrize(
    ("key", "wanted", "closes"),
    [
        ("other", "", "externalSecrets.other"),
        ("map", "zz", "externalSecrets.map.zz"),
        ("map", "a.zz", "externalSecrets.map.a.zz"),
        ("text", "a", "externalSecrets.text.a"),
        ("map", "none", "externalSecrets.map.none"),
    ],
)
def test_one_value_that_is_not_known(key: str, wanted: str, closes: str) -> None:
    """Its place says so, and a word stands for it."""
    reference = {"key": key, "property": wanted}
    found = fetch(data=[{"secretKey": "s", "remoteRef": reference}])
    (doubt,) = found.doubts
    assert doubt.closes_with == closes
    assert doubt.at == ("spec", "data", 0, "remoteRef")
    assert found.words == set(found.values.values())
    assert not found.lost


def test_keys_are_made_fit_for_a_secret() -> None:
    """Characters that no Secret's key has become `_`, or are spelt out."""
    plain = fetch(dataFrom=[{"extract": {"key": "map"}}])
    assert plain.values["b_c"] == "sp"
    spelt = {"key": "map", "conversionStrategy": "Unicode"}
    assert fetch(dataFrom=[{"extract": spelt}]).values["b_U0020_c"] == "sp"
    rewritten = [{"regexp": {"source": " ", "target": "$$"}}]
    entry = {"extract": {"key": "map"}, "rewrite": rewritten}
    assert fetch(dataFrom=[entry]).values["b$c"] == "sp"


def test_single_values_win_over_many() -> None:
    """`data` is laid over `dataFrom`, later entries over earlier ones."""
    single = {"secretKey": "a", "remoteRef": {"key": "text"}}
    many = [{"extract": {"key": "map"}}, {"extract": {"key": "json"}}]
    assert fetch(dataFrom=many, data=[single]).values["a"] == "plain"


def test_keys_can_be_transformed() -> None:
    """A rewrite may be a template of the key."""
    entry = {
        "find": {"name": {"regexp": "^te"}, "path": "t"},
        "rewrite": [{"transform": {"template": "{{ .value | upper }}"}}],
    }
    assert fetch(dataFrom=[entry]).values == {"TEXT": "plain"}


UNDECIDABLE: list[tuple[dict[str, Any], str]] = [
    ({"extract": {"key": "text"}}, "the values of text are not known"),
    ({"find": {"name": {"regexp": "^zz"}}}, "no known remote key matches ^zz"),
    ({"find": {"name": {"regexp": "(?<"}}}, "only the store can tell what is found"),
    ({"find": {"name": {"regexp": "(a+)+$"}}}, "only the store can tell what is found"),
    (
        {"find": {"name": {"regexp": "a" * 999}}},
        "only the store can tell what is found",
    ),
    ({}, "a generator makes up the values"),
    (
        {"extract": {"key": "map"}, "rewrite": [{"merge": {"strategy": "JSON"}}]},
        "the rewrite cannot be worked out",
    ),
    (
        {
            "extract": {"key": "map"},
            "rewrite": [{"regexp": {"source": "a", "target": "$3"}}],
        },
        "the rewrite cannot be worked out",
    ),
    (
        {"extract": {"key": "map"}, "rewrite": [{"transform": {"template": "x"}}]},
        "the rewrite cannot be worked out",
    ),
]


@pytest.mark.parametrize(("entry", "reason"), UNDECIDABLE)
def test_many_values_that_are_not_known(entry: dict[str, Any], reason: str) -> None:
    """Where even the names are not known, that is said once."""
    found = fetch(dataFrom=[entry])
    assert [doubt.reason for doubt in found.doubts] == [reason]
    assert found.lost


@pytest.mark.parametrize("spec", [{"data": "x"}, {"data": ["x"]}, {"dataFrom": {}}, {}])
def test_odd_specs(spec: dict[str, Any]) -> None:
    """A spec of another shape is no error."""
    fetch(**spec)
