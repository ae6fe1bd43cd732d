"""Values as Go prints them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.applicationsets.gotext import (
    flattened,
    normalized,
    number,
    printed,
    quoted,
)
from baro.expand.ports import StringList, StringMap


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (21.0, "21"),
        (1.5, "1.5"),
        (100.0, "100"),
        (123456.5, "123456.5"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.0, "1.234567e+06"),
        (123456789012.0, "1.23456789012e+11"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2.25e-7, "-2.25e-07"),
        (1e21, "1e+21"),
        (1e100, "1e+100"),
        (5e-324, "5e-324"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_a_float_prints_as_with_percent_v(value: float, text: str) -> None:
    """Go turns to scientific notation below 1e-4 and from 1e6."""
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_float_reads_back(value: float) -> None:
    """The shortest digits are enough."""
    assert float(number(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (None, "<nil>"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (1234567, "1.234567e+06"),
        ({"b": 1, "a": None}, "map[a:<nil> b:1]"),
        ([1, "a", None, [True]], "[1 a <nil> [true]]"),
        (StringMap(k="v"), "map[k:v]"),
        (StringList(["a", "b"]), "[a b]"),
        ({}, "map[]"),
        ([], "[]"),
    ],
)
def test_a_value_prints_as_with_percent_v(value: object, text: str) -> None:
    """Maps print in the order of their keys, null as `<nil>`."""
    assert printed(value) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('a"b\\', '"a\\"b\\\\"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\x00\x7f", '"\\x00\\x7f"'),
        ("é 한 😀", '"é 한 😀"'),
        ("\u200b\u00a0\U000e0001", '"\\u200b\\u00a0\\U000e0001"'),
    ],
)
def test_a_text_is_quoted_as_with_percent_q(text: str, written: str) -> None:
    """What does not print is escaped."""
    assert quoted(text) == written


def test_nested_values_flatten_to_dotted_keys() -> None:
    """Empty maps and lists vanish; a typed list is a leaf."""
    values = {
        "a": {"b": [1, {"c": 2}], "none": None},
        "empty": {},
        "list": [],
        "segments": StringList(["x"]),
        "labels": StringMap(k="v"),
    }
    assert flattened(values) == {
        "a.b.0": 1,
        "a.b.1.c": 2,
        "a.none": None,
        "segments": ["x"],
        "labels.k": "v",
    }
    assert flattened(values, (StringMap,))["labels"] == {"k": "v"}


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("Prod_EU.1", "prod-eu.1"),
        ("--a.b--", "a.b"),
        (".", ""),
        ("ü", ""),
        ("x" * 300, "x" * 253),
        ("a/b c", "a-b-c"),
    ],
)
def test_a_name_is_made_fit_for_kubernetes(name: str, fit: str) -> None:
    """Other characters become dashes; dashes and dots at the ends go."""
    assert normalized(name) == fit
