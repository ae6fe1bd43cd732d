"""Field paths are read as they are written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.model.fieldpath import FieldPath, dotted, get, leaves, parse

KEYS = st.text(st.characters(exclude_characters="'\"", exclude_categories=["Cs"]))
PATHS = st.lists(st.one_of(KEYS.filter(bool), st.integers(0, 10_000)), max_size=6).map(
    tuple
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("spec", ("spec",)),
        ("spec.sources[1].helm", ("spec", "sources", 1, "helm")),
        ("[0][1]", (0, 1)),
        ("metadata.annotations['a.b/c']", ("metadata", "annotations", "a.b/c")),
        ('a["it\'s"].b', ("a", "it's", "b")),
        ("a-b.c_d", ("a-b", "c_d")),
    ],
)
def test_a_path_is_read_and_written(text: str, path: FieldPath) -> None:
    """Both ways."""
    assert parse(text) == path
    assert dotted(path) == text


@pytest.mark.parametrize("text", ["a[", "a[b]", "a]", "a['b]", "a..b", "[-1]"])
def test_what_is_no_path_is_refused(text: str) -> None:
    """The error shows the text."""
    with pytest.raises(ValueError, match="not a field path"):
        parse(text)


@given(PATHS)
def test_what_is_written_is_read_again(path: FieldPath) -> None:
    """For all keys without quotes."""
    assert parse(dotted(path)) == path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), {"a": [1, {"b": None}], "s": "text"}),
        (("a", 0), 1),
        (("a", 1, "b"), None),
        (("a", 2), "absent"),
        (("a", -1), "absent"),
        (("a", "0"), "absent"),
        (("s", 0), "absent"),
        (("s", "x"), "absent"),
        (("nope", "x"), "absent"),
    ],
)
def test_a_value_is_found_or_the_default_stands_in(path: FieldPath, value: Any) -> None:
    """A string has no items, and a list none before its first."""
    tree = {"a": [1, {"b": None}], "s": "text"}
    assert get(tree, path, "absent") == value


def test_leaves_are_scalars_and_what_is_empty() -> None:
    """In their order, with their paths."""
    tree = {"a": [1, {"b": None, "c": {}}], "d": [], "e": "text"}
    assert list(leaves(tree)) == [
        (("a", 0), 1),
        (("a", 1, "b"), None),
        (("a", 1, "c"), {}),
        (("d",), []),
        (("e",), "text"),
    ]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(TREES)
def test_every_leaf_is_found_at_its_path(tree: Any) -> None:
    """`get` undoes `leaves`."""
    for path, value in leaves(tree):
        assert get(tree, path) == value
