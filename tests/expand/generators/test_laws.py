"""Laws of the combinations, and of the order in which clusters are registered."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baro.expand.applicationsets.mergo import GoPanicError, filled, overridden
from baro.expand.ports import StringMap
from baro.model.expansion import Generation
from tests.expand.generation import expand
from tests.fakes import FakeEngine

WORDS = st.sampled_from(["a", "b", "c", "d"])
SETS = st.lists(st.dictionaries(WORDS, WORDS, min_size=1), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | WORDS | st.just(""),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner),
    max_leaves=6,
)
MAPS = st.dictionaries(WORDS, VALUES)


def _generation(
    generators: Sequence[Any], clusters: Sequence[Mapping[str, Any]] = ()
) -> Generation:
    case = {"generators": generators, "clusters": clusters}
    return expand(case, FakeEngine())


def _listed(sets: list[dict[str, str]], prefix: str) -> dict[str, Any]:
    elements = [
        {f"{prefix}{key}": value for key, value in each.items()} for each in sets
    ]
    return {"list": {"elements": elements}}


@given(SETS, SETS)
@settings(max_examples=50)
def test_a_matrix_is_a_product(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    """Of children without a common key every pair is there, in order."""
    children = [_listed(first, "x"), _listed(second, "y")]
    found = _generation([{"matrix": {"generators": children}}])
    pairs = [
        {**_listed([a], "x")["list"]["elements"][0], **b}
        for a in first
        for b in _listed(second, "y")["list"]["elements"]
    ]
    assert [each.origin.params for each in found.applications] == pairs
    counts = {each.kind: each.count for each in found.generators}
    assert counts["matrix"] == len(first) * len(second)


@given(SETS, SETS)
@settings(max_examples=50)
def test_a_merge_keeps_the_sets_of_its_first_child(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    """Later children change sets and add none."""
    keyed = [{**each, "k": str(i)} for i, each in enumerate(first)]
    other = [{**each, "k": str(i * 2)} for i, each in enumerate(second)]
    children = [{"list": {"elements": keyed}}, {"list": {"elements": other}}]
    merge = {"mergeKeys": ["k"], "generators": children}
    found = _generation([{"merge": merge}])
    later = {each["k"]: each for each in other}
    expected = [{**each, **later.get(each["k"], {})} for each in keyed]
    assert [each.origin.params for each in found.applications] == expected


@given(
    st.lists(st.sampled_from("abcde"), max_size=6, unique=True).flatmap(
        lambda names: st.tuples(st.just(names), st.permutations(names))
    )
)
@settings(max_examples=50)
def test_the_order_of_registration_does_not_matter(
    orders: tuple[list[str], list[str]],
) -> None:
    """The same clusters give the same Applications in the same order."""
    one, other = (
        _generation([{"clusters": {}}], [{"name": name} for name in names])
        for names in orders
    )
    assert [each.origin.params for each in one.applications] == [
        each.origin.params for each in other.applications
    ]


@given(MAPS, MAPS)
def test_merging_parameters_lets_the_stronger_side_win(
    weaker: dict[str, Any], stronger: dict[str, Any]
) -> None:
    """Every key of both is there; what is no map comes from the stronger side."""
    merged = overridden(weaker, stronger)
    assert merged.keys() == weaker.keys() | stronger.keys()
    for key, value in stronger.items():
        if not isinstance(value, dict):
            assert merged[key] == value
    assert overridden(merged, stronger) == merged


@given(MAPS, MAPS)
def test_filling_a_template_changes_nothing_that_says_something(
    template: dict[str, Any], fallback: dict[str, Any]
) -> None:
    """What is not empty stays; filling twice is filling once."""
    merged = filled(template, fallback)
    for key, value in template.items():
        if value and not isinstance(value, dict):
            assert merged[key] == value
    assert filled(merged, fallback) == merged


def test_neither_side_is_changed() -> None:
    """Parameter sets are shared, so merging must not write into them."""
    weaker, stronger = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert overridden(weaker, stronger) == {"a": {"b": 1, "c": 2}}
    assert filled(weaker, stronger) == {"a": {"b": 1, "c": 2}}
    assert (weaker, stronger) == ({"a": {"b": 1}}, {"a": {"c": 2}})


def test_a_map_of_strings_takes_no_other_values() -> None:
    """Argo CD panics there; a map of strings into any map is fine."""
    with pytest.raises(GoPanicError, match="not assignable to type string"):
        overridden({"values": StringMap(a="1")}, {"values": {"b": "2"}})
    merged = overridden({"values": {"b": 2}}, {"values": StringMap(a="1")})
    assert merged == {"values": {"b": 2, "a": "1"}}
    both = overridden({"v": StringMap(a="1")}, {"v": StringMap(b="2")})
    assert isinstance(both["v"], StringMap)
