"""YAML means what it means to Kubernetes' Go tools, or it is refused."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baro.model import yamltext
from baro.model.text import SourceText
from baro.process.peer import Peer

# sigs.k8s.io/yaml by way of Helm's library, which no test process may load itself.
GO = """
import sys
from helm_python import _native, errors
from baro.process.frames import read_frame, write_frame
while (frame := read_frame(sys.stdin.buffer)) is not None:
    try:
        text = _native.call_string("helm_values_from_yaml", frame.decode())
    except errors.HelmError:
        text = ""
    write_frame(sys.stdout.buffer, text.encode())
"""
REFUSED = "refused"

ODD = """
y Y n N yes Yes YES yEs no No NO on On ON off Off OFF true True TRUE tRue false ~ null
Null NULL nULL nil None 0 -0 +0 00 01 010 0o10 0o8 08 09 0O10 0x1F 0X1F 0xg -0x1F
+0x10 0b1 0B1 0b2 -0b11 1_000 1__0 _1 1_ 0_1 0x_1 0x1_F 1_0.5 1_0e1 ._5 .5_ 1e3 1E3
1e+3 1e-3 1.e3 .5 .5e1 -.5 +.5 . .. ... -. +. 1. -1. 1.5.2 1e 1e400 -1e400 1e-400 .inf
-.inf +.inf .Inf .INF .nan .NaN .NAN inf nan Infinity 0x1p4 12:30:45 1:30 190:20:30
2024-01-01 2024-01-01T00:00:00Z = << 9007199254740993 18446744073709551615
18446744073709551616 -9223372036854775808 -9223372036854775809 99999999999999999999
0xFFFFFFFFFFFFFFFFF 1,000 1.0 100000000000000000000 1.8e308 5e-324 1e-5 123456.5
1234567.5 0.1
.0_0 .1_1e1_0 .1__1 16777217.0 -0.0 0e0 a:b a::b http://x -a -- 0b 0x 0o 0_ 0777 0o777
-010
0xdeadBEEF "1" '1' "yes" '' "" 'it''s' "\\x41\\u00e9\\U0001F600" "\\q" "a\\/b" "a\\\\/b"
"\\e\\0\\N\\_\\L\\P" !x !y*1 !!str*1 !!str*true !!str*1e3 !!int*"1" !!int*1 !!float*1
!!float*"1" !!bool*"yes" !!null*x !!null*~ !!int*abc !!float*abc !!bool*abc
!!binary*aGk= !!binary*/+8= !Ref*x !*1 !*~ !<x>*1 &a*1 &a*1e3 &a*x *a {} [] {a:*1}
{a*:*1} {1:*2} {true:*1} {1.5:*1} {1e3:*1} {yes:*1} [a,b,] [1,y,~]
{a:*1,} {[a]:*1} {{a:*1}:*1} {a:*b:*c} @a `a %a a#b a*#b 백스테이지 "백" é 🙂
"""
"""Scalars, with `*` for a blank, but for the alias `*a`."""
WORDS = ODD.split()


@pytest.fixture(scope="module")
def go() -> Iterator[Peer]:
    """Return Go's parser in a process of its own."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with Peer((sys.executable, "-P", "-c", GO), env={"PYTHONPATH": path}) as peer:
        yield peer


def in_go(peer: Peer, text: str) -> Any:
    """Return what Go makes of a text."""
    answer = peer.ask(text.encode())
    return json.loads(answer) if answer else REFUSED


def in_ours(text: str) -> Any:
    """Return what we make of it."""
    try:
        documents = yamltext.read(text)
    except yamltext.YamlError:
        return REFUSED
    value = documents[0].value if documents else {}
    # Helm's values are a map, or nothing.
    return plain(value or {}) if isinstance(value, dict | None) else REFUSED


def plain(value: Any) -> Any:
    """Return a value with the one sort of number that JSON has."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def same(peer: Peer, text: str) -> None:
    """Hold a text against Go."""
    assert in_ours(text) == plain(in_go(peer, text)), text


@pytest.mark.parametrize("word", WORDS)
def test_an_odd_scalar_is_what_it_is_in_go(go: Peer, word: str) -> None:
    """As a value, in a list, and as a key."""
    scalar = word.replace("*", " ") if word != "*a" else word
    same(go, f"k: {scalar}\n")
    same(go, f"k:\n- {scalar}\n")
    if not scalar.startswith(("!", "&", "{", "[")):
        same(go, f"{scalar}: v\n")


@settings(max_examples=400, deadline=None)
@given(st.text("0123456789+-._eExobOXaF:", min_size=1, max_size=8))
def test_whatever_looks_like_a_number_is_what_it_is_in_go(go: Peer, text: str) -> None:
    """As a value and as a key."""
    same(go, f"k: {text}\n")
    if not text.startswith(("-", ":")) and not text.endswith((":", "-")):
        same(go, f"{text}: v\n")


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.sampled_from([word for word in WORDS if "*" not in word]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdefgh-/.019", max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text("abcxyz", min_size=1, max_size=5), TREES, max_size=5))
def test_json_is_yaml(tree: dict[str, Any]) -> None:
    """Whatever JSON says, YAML says too."""
    text = json.dumps(tree, ensure_ascii=False)
    [document] = yamltext.read(text)
    assert document.value == tree
    assert document.duplicates == ()


STRUCTURES = {
    "a merge is weaker than what stands beside it": (
        "b: &b {x: 1, y: 2}\nk: {<<: *b, x: 3}\n"
    ),
    "the first of several merges wins": (
        "b: &b {x: 1}\nc: &c {x: 2, y: 2}\nk: {<<: [*b, *c]}\n"
    ),
    "a merge of no map is refused": "k: {<<: 1}\n",
    "a quoted merge key is a key": 'k: {"<<": {a: 1}}\n',
    "an alias repeats": "a: &a [1, {b: c}]\nk: *a\n",
    "an unknown alias is refused": "k: *a\n",
    "an anchor is set again": "a: &a 1\nb: *a\nc: &a {d: &a 2, e: *a}\nk: *a\n",
    "an anchor is set again in itself": "a: &a 1\nk: &a [*a]\n",
    "the last of two equal keys counts": "a: 1\na: 2\n",
    "a byte order mark": "\ufeffa: 1\n",
    "Windows' line ends": "a: 1\r\nb:\r\n- c\r\n",
    "only the first document": "a: 1\n---\nb: 2\n",
    "a head": "%YAML 1.1\n---\na: 1\n",
    "a block": "k: |\n  a\n   b\n\nl: >-\n  a\n  b\n\n  c\n",
    "a block that keeps": "k: |+\n  a\n\n",
    "a comment": "# c\nk: v # c\n",
    "a tab": "k:\n\t- a\n",
    "a value over lines": "k: a\n  b\n  c\n",
    "no value": "k:\nl:\n",
    "nothing": "",
    "a comment alone": "# nothing\n",
    "an open quote": 'k: "a\n',
    "an open list": "k: [a\n",
    "a second colon": "k: a: b\n",
}


@pytest.mark.parametrize("text", STRUCTURES.values(), ids=STRUCTURES.keys())
def test_structures_are_what_they_are_in_go(go: Peer, text: str) -> None:
    """Anchors, merges, blocks, and what is no YAML."""
    same(go, text)


BOUNDS = {
    "lists": "[" * 100_000,
    "items": "- " * 100_000,
    "maps": "{a: " * 5_000,
    "keys": "? " * 50_000,
    "indentation": "".join(f"{'  ' * n}a:\n" for n in range(1_000)),
}


@pytest.mark.parametrize("text", BOUNDS.values(), ids=BOUNDS.keys())
def test_nesting_has_a_bound(text: str) -> None:
    """A deeper text would exhaust the stack of the process."""
    with pytest.raises(yamltext.YamlError, match="nested deeper than 200 levels"):
        yamltext.read(text)
    assert yamltext.position(text, 0, ("a",)) is None


def test_two_hundred_levels_are_not_too_deep() -> None:
    """The bound itself is allowed."""
    text = "[" * 199 + "1" + "]" * 199
    assert len(yamltext.read(text)) == 1


def test_an_alias_bomb_is_refused() -> None:
    """Nine doublings of ten are more than a document may grow by."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    with pytest.raises(yamltext.YamlError, match="excessive aliasing") as raised:
        yamltext.read("\n".join(lines))
    assert raised.value.position is not None


def test_an_anchor_that_contains_itself_is_refused() -> None:
    """Go refuses it, too."""
    with pytest.raises(yamltext.YamlError, match="contains itself"):
        yamltext.read("a: &a [*a]\n")


def test_an_anchor_set_again_means_what_was_set_last() -> None:
    """As in go-yaml; charts' values use one anchor's name for host after host."""
    text = "a: &h one\nb: *h\nc: &h\n  d: two\ne: [*h, &h 3, *h]\n---\nf: &h 4\n"
    first, second = yamltext.read(text)
    assert first.value == {
        "a": "one",
        "b": "one",
        "c": {"d": "two"},
        "e": [{"d": "two"}, 3, 3],
    }
    assert second.value == {"f": 4}
    assert yamltext.position(text, 0, ("e", 1)) == yamltext.Position(5, 9)
    assert yamltext.position(text, 1, ("f",)) == yamltext.Position(7, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &h 1\nb: &h 2\nc: *g\n", "undefined alias"),
        ("a: &h 1\nb: &h [*h]\n", "contains itself"),
        (f"a: &h 1\nb: &h {'[' * 300}{']' * 300}\n", "nested deeper"),
    ],
)
def test_a_text_that_sets_an_anchor_again_is_refused_like_any_other(
    text: str, message: str
) -> None:
    """An alias of nothing, an anchor in itself, and a text that is too deep."""
    with pytest.raises(yamltext.YamlError, match=message):
        yamltext.read(text)


def test_a_text_has_a_bound() -> None:
    """Sixteen mebibytes."""
    with pytest.raises(yamltext.YamlError, match="longer than 16 MiB"):
        yamltext.read("a" * (yamltext.LONGEST + 1))


def test_duplicates_are_told_with_their_places() -> None:
    """The path, where it stands first, and where again."""
    [document] = yamltext.read("a:\n  b: 1\n  c: 2\n  b: 3\n")
    [duplicate] = document.duplicates
    assert duplicate.path == ("a", "b")
    assert (duplicate.first.line, duplicate.again.line) == (2, 4)
    assert document.value == {"a": {"b": 3, "c": 2}}


def test_two_spellings_of_one_key_are_duplicates() -> None:
    """Go lets chance decide which counts; here it is the last, and it is told."""
    [document] = yamltext.read("1: a\n'1': b\n")
    assert document.value == {"1": "b"}
    assert [duplicate.path for duplicate in document.duplicates] == [("1",)]


def test_a_number_keeps_its_digits() -> None:
    """Integers stay integers; JSON makes floats of them, and may lose some."""
    [document] = yamltext.read("k: 9007199254740993\n")
    assert document.value == {"k": 9_007_199_254_740_993}


PLACES = """\
# first
a: 1
b:
- x: {w: 2}
- &anchor {z: 3, 1e3: q}
c:
  <<: *anchor
  "d.e": 4
--- # second
a: 5
"""


@pytest.mark.parametrize(
    ("document", "path", "line", "column"),
    [
        (0, (), 2, 1),
        (0, ("a",), 2, 1),
        (0, ("b", 0), 4, 3),
        (0, ("b", 0, "x", "w"), 4, 7),
        (0, ("b", 1, "z"), 5, 12),
        (0, ("b", 1, "1000"), 5, 18),
        (0, ("b", 7), 3, 1),
        (0, ("c", "d.e"), 8, 3),
        (0, ("c", "z"), 5, 12),
        (0, ("c", "nope"), 6, 1),
        (0, ("nope",), 2, 1),
        (1, ("a",), 10, 1),
    ],
)
def test_a_field_has_a_place(
    document: int, path: tuple[str | int, ...], line: int, column: int
) -> None:
    """Its key or item; the nearest ancestor stands in for what is not there."""
    position = yamltext.position(PLACES, document, path)
    assert position == yamltext.Position(line, column)
    location = SourceText("f.yaml", PLACES).locate(path, document)
    assert str(location) == f"f.yaml:{line}:{column}"


@pytest.mark.parametrize(("text", "document"), [("a: [", 0), ("a: 1", 1), ("", 0)])
def test_what_is_not_there_has_no_place(text: str, document: int) -> None:
    """No document, or none that parses."""
    assert yamltext.position(text, document, ("a",)) is None


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: b: c", "mapping values are not allowed in this context", 1),
        ("a:\n  - b\n c: d", "did not find expected key", 3),
        ("k: .inf", "json: unsupported value: +Inf", 1),
        ("a: 1\n~: 2", "unsupported map key: null", 2),
        ("k:\n  !!int x", "cannot decode !!str `x` as a !!int", 2),
        ("[a]: 1", "a map or list cannot be a key", 1),
    ],
)
def test_an_error_has_a_place(text: str, message: str, line: int) -> None:
    """The line of what is wrong."""
    with pytest.raises(yamltext.YamlError) as raised:
        yamltext.read(text)
    assert raised.value.message == message
    assert raised.value.position is not None
    assert raised.value.position.line == line


@pytest.mark.parametrize("text", ["a: \ud800", "a: \x07", "a: \0", "a: \ufffe"])
def test_what_is_no_text_is_refused(text: str) -> None:
    """Half a surrogate, a control character, no character."""
    with pytest.raises(yamltext.YamlError):
        yamltext.read(text)
    assert yamltext.position(text, 0, ("a",)) is None


def test_the_syntax_can_be_checked_alone() -> None:
    """What parses is let through, whatever it means; the rest is refused."""
    yamltext.check("a: .inf\n---\nb: *c\n")
    with pytest.raises(yamltext.YamlError):
        yamltext.check("a: [")
