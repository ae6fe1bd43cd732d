"""Helm's `--set` syntax, held against Helm's own parser."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baro.expand.values.setvalues import (
    SetSyntaxError,
    escape_commas,
    set_file_into,
    set_into,
    set_string_into,
)

native = pytest.importorskip("helm_python._native")


def ours(text: str, *, strings: bool = False) -> Any:
    """Return what our parser makes of a line: values, or Helm's complaint."""
    values: dict[str, Any] = {}
    try:
        (set_string_into if strings else set_into)(values, text)
    except SetSyntaxError as error:
        return f"error: {error}"
    return values


def helms(text: str, *, strings: bool = False) -> Any:
    """Return what Helm's parser makes of it."""
    name = "helm_strvals_parse_string" if strings else "helm_strvals_parse"
    try:
        return json.loads(native.call_string(name, text.encode()) or "null")
    except Exception as error:  # noqa: BLE001 - the library's errors share no type
        return f"error: {error}"


LINES = [
    "a=1",
    "a=1,b=2",
    "a.b.c=x",
    "a[0]=x,a[2].b=y",
    "a[0][1]=x",
    "a={x,y,1,true,null}",
    "a={x,y},b=1",
    "a={}",
    "a=",
    "a=,b=",
    "a={",
    "a={x",
    "a",
    "a,b=1",
    "a.=1",
    "a.b",
    "a.",
    ".a=1",
    "=1",
    "a[x]=1",
    "a[-1]=1",
    "a[0",
    "a[0]",
    "a[0]b=1",
    "a[0].b=1,a[0].c=2",
    "a[70000]=1",
    r"a\.b=1",
    r"a=x\,y",
    r"a=x\\y",
    "a=\\",
    "a=0",
    "a=00",
    "a=0123",
    "a=-5",
    "a=+5",
    "a=9223372036854775808",
    "a=1.5",
    "a=TRUE,b=False,c=NULL",
    "a= 1 ",
    "a=b=c",
    "a=1,a=2",
    "a=1,a.b=2",
    "a.b=1,a=2",
    "a=1,a[0]=2",
    "a[0]=1,a[0][0]=2",
    "a={1},a[1]=2",
    "",
    ",",
    "a=1,",
    ".".join("abcdefghijklmnopqrstuvwxyzabcdefgh") + "=1",
    "ключ=значение",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("strings", [False, True])
def test_line_means_what_it_means_to_helm(line: str, *, strings: bool) -> None:
    """Every line makes the values, or is refused, as in Helm."""
    expected = helms(line, strings=strings)
    found = ours(line, strings=strings)
    if isinstance(expected, str) and expected.startswith("error:"):
        assert isinstance(found, str), f"Helm says {expected}"
        assert found.removeprefix("error: ") in expected
    else:
        assert found == expected


@settings(max_examples=400)
@given(st.text(alphabet="ab01.,=[]{}\\- ", max_size=14))
def test_any_line_means_what_it_means_to_helm(line: str) -> None:
    """Lines made at random agree, too."""
    expected, found = helms(line), ours(line)
    if isinstance(expected, str):
        assert isinstance(found, str)
    else:
        assert found == expected


def test_line_is_laid_over_values_that_are_there() -> None:
    """What is there and not named stays; a shorter list grows."""
    values: dict[str, Any] = {"a": {"b": 1, "c": 2}, "l": [1]}
    set_into(values, "a.b=3,l[2]=x,n=null")
    assert values == {"a": {"b": 3, "c": 2}, "l": [1, None, "x"], "n": None}


def test_map_cannot_be_set_in_a_text() -> None:
    """A path through a text is refused, as Helm's Go code panics there."""
    with pytest.raises(SetSyntaxError, match="interface conversion"):
        set_into({"a": "text"}, "a.b=1")


def test_file_is_read_once_for_its_value() -> None:
    """The reader gets the path and gives the value."""
    values: dict[str, Any] = {}
    set_file_into(values, "a.b=x/y.txt", lambda path: f"<{path}>")
    assert values == {"a": {"b": "<x/y.txt>"}}


@pytest.mark.parametrize(
    ("value", "escaped"),
    [("a,b", r"a\,b"), (r"a\,b", r"a\,b"), ("{a,b}", "{a,b}"), ("{a},b", r"{a}\,b")],
)
def test_commas_are_escaped_as_argo_cd_does(value: str, escaped: str) -> None:
    """A whole list in braces stays as it is."""
    assert escape_commas(value) == escaped
