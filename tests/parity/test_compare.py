"""The comparison sees what differs, and only that."""

from typing import Any

import pytest

from tests.parity.compare import Difference, Known, differences, unlisted

CASES: tuple[tuple[str, Any, Any, list[str]], ...] = (
    ("the same", {"a": {"b": [1, {"c": "d"}]}}, {"a": {"b": [1, {"c": "d"}]}}, []),
    ("one in JSON", {"a": 1}, {"a": 1.0}, []),
    ("a number and a truth value", {"a": 1}, {"a": True}, ["Application x: a"]),
    ("null and nothing", {"a": None}, {}, ["Application x: a"]),
    ("deep", {"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["Application x: a.c"]),
    ("an element", {"a": [1, 2]}, {"a": [1, 3]}, ["Application x: a[1]"]),
    ("a longer list", {"a": [1]}, {"a": [1, 2]}, ["Application x: a"]),
    ("a field too many", {}, {"a": "b"}, ["Application x: a"]),
    ("one reason of two", {"refuses": ["a"]}, {"refuses": ["a", "b"]}, []),
    (
        "another reason",
        {"refuses": ["a"]},
        {"refuses": ["b"]},
        ["Application x: refuses[0]"],
    ),
    ("no reason", {"refuses": []}, {"refuses": ["a"]}, ["Application x: refuses"]),
)


@pytest.mark.parametrize(
    ("one", "other", "fields"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
def test_fields_that_differ(one: Any, other: Any, fields: list[str]) -> None:
    """Each field that differs is named, the deepest of its kind."""
    found = differences("case", {"Application x": one}, {"Application x": other})
    assert [difference.field for difference in found] == fields


def test_an_application_that_only_one_of_them_makes() -> None:
    """It is one difference, whatever is in it."""
    made = {"Application x": {"spec": {"a": 1, "b": 2}}}
    (missing,) = differences("case", made, {})
    (extra,) = differences("case", {}, made)
    assert missing.field == extra.field == "Application x"
    assert missing.baro == extra.argocd == "(nothing)"


def test_a_reason_covers_what_it_describes() -> None:
    """Suite, case, field and both values have to fit."""
    found = Difference("one", "Application x: error", "gone", "gap: gone")
    known = Known("suite", "o*", "Application *: error", "why", baro="gap: *")
    assert unlisted("suite", [found], [known]) == []
    assert unlisted("other", [found], [known]) == [found]
    for other in (
        Known("suite", "two", "Application *: error", "why"),
        Known("suite", "one", "Application *: spec", "why"),
        Known("suite", "one", "Application *: error", "why", argocd="here"),
        Known("suite", "one", "Application *: error", "why", baro="here"),
    ):
        assert unlisted("suite", [found], [other]) == [found]
