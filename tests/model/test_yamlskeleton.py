"""What is put together of known pieces is what the real reader would have read."""

from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baro.model.yamlskeleton import Skeletons
from baro.model.yamltext import YamlError, read, read_whole
from tests.model.test_yamltext import WORDS

TOKENS = st.sampled_from(
    (
        *WORDS,
        *("a", "app-1", "1", "0", "010", "0o17", "1e3", "1.5", "-1", "1_000", "on"),
        *("null", "~", "", ".inf", "-.inf", ".nan", "1:30", "a:b", "a: b", "a #b"),
        *("http://a.example:80/x", "2001-01-01", "0x1F", "=", "<<", "y", "a,b"),
        *('"a"', '"1"', '""', '"a b"', '"a\\n"', '"a"b', "'a'", "'it''s'", "''"),
        *("'~'", '"', "'", "...", "---", "?", "-", "a}", "a]", "[a]", "{a: b}"),
        *("!x", "&a", "*a", "!!str 1", "! 1", "&a 1", "한글", "a\tb", "%a", "@a"),
        *(
            '" #"',
            "' , '",
            "7310052000000000",
            "9" * 30,
            "a" * 40,
            "18446744073709551616",
        ),
    )
)
LINES = st.sampled_from(
    (
        *("a: W", "b: W", "a:", "  a: W", "  b: W", "    c: W", "- W", "- a: W"),
        *("  - W", "  W", "    W", "W", "{a: W, b: W}", "c: {a: W, b: [W, W]}"),
        *("  {a: W,", "  b: W}", "[W, W]", "d: [W]", "  [W,", "   W]", "e: |"),
        *("e: >", "e: |-", "e: >-", "  e: |-", "e: |2", "f: W # W", "# W", "---"),
        *("   # a: W", "--- W", "...", '"W": W', "? W", ": W", "? - W", "g: &x W"),
        *("h: *x", "<<: *x", "i: &x {a: W}", "<<: {a: W}", "<<: [{a: W}, {b: W}]"),
        *("j: !!str W", "j: ! W", 'k: "W', '  W"', "k: 'W", "  W'", 'k: "\\', "l: W W"),
        *("l: W,W", "l: W, W", "a: W\r", "\ta: W", "a:\tW", "a: W ", "a:  W", "- - W"),
        *("-   W", "%YAML 1.1", "m: {W}", "m: {W, W}", "m: [a: W]", "n: \ufeffW"),
        *("1: W", "W: W", "? {a: W}", "{a: W,", " W}", "'W': W", "W:", "a: &x", "b: !"),
    )
)
SKELETONS = st.lists(LINES, min_size=1, max_size=7).map("\n".join)


def reader(text: str) -> Any:
    """Read as `read` does without skeletons; a list that JSON can hold."""
    return [
        (d.value, d.position.line, d.position.column, bool(d.duplicates))
        for d in read_whole(text)
    ]


def filled(skeleton: str, words: list[str]) -> str:
    """Put words into the gaps of a text, in turn."""
    first, *rest = skeleton.split("W")
    taken = (words[index % len(words)] for index in range(len(rest)))
    return first + "".join(word + part for word, part in zip(taken, rest, strict=True))


def packed(text: str) -> bytes | None:
    """Return what the real reader says; None where it refuses."""
    try:
        return msgspec.msgpack.encode(reader(text))
    except (YamlError, UnicodeEncodeError):
        return None


@given(
    SKELETONS,
    st.lists(st.lists(TOKENS, min_size=1, max_size=6), min_size=3, max_size=8),
    st.sampled_from(("", "\n", "\n\n")),
)
@example("e: |-\n  W", [["1"], ["1"], ["2"]], "")
@example("e: |-\n  W", [["1"], ["2"], ["3"]], "\n")
@example("j: ! W", [["a"], ["b"], ["1"]], "")
@example("{a: W,\n   W: W}", [["a", "b", "c"], ["1", "2", "3"], ["'a'"]], "")
def test_whatever_is_said_is_what_the_reader_says(
    skeleton: str, choices: list[list[str]], end: str
) -> None:
    """Value, type, order of the keys and place; of any text, in any company."""
    skeletons = Skeletons(reader)
    for words in [*choices, *choices]:
        text = filled(skeleton, words) + end
        said = skeletons.packed(text)
        assert said is None or said == packed(text)


DOCUMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{app: "{name}"}}}}
spec:
  # for {name}
  replicas: {count}
  paused: {count}
  template:
    spec:
      containers:
        - name: {name}
          args: ["--port", {count}]
---
kind: ConfigMap
data:
  port: "{count}"
  settings: |
    level: info
"""


def test_the_third_text_of_a_kind_is_put_together() -> None:
    """The first is met, the second is learnt from; no other is read in full."""
    asked: list[str] = []

    def noted(text: str) -> Any:
        asked.append(text)
        return reader(text)

    skeletons = Skeletons(noted)
    counts = ("3", "0x10", "on", "1e3")
    texts = [DOCUMENT.format(name="app-1", count=count) for count in counts]
    first, *others = [skeletons.packed(text) for text in texts]
    assert first is None
    assert others == [packed(text) for text in texts[1:]]
    assert all(text == texts[1] or "731005" in text for text in asked)


def test_documents_of_one_kind_are_read_as_if_they_were_alone() -> None:
    """Through the door that everybody uses: values, types and places."""
    for count in ("1", "01", "yes", "1e3", "1.0", "2026-01-01", ".inf", "1"):
        for name in ("app-1", "app-2", "app-1"):
            text = DOCUMENT.format(name=name, count=count)
            if count == ".inf":
                with pytest.raises(YamlError, match="unsupported value"):
                    read(text)
                continue
            assert repr(read(text)) == repr(read_whole(text))


@pytest.mark.parametrize("skeleton", ["a: 1\na: {}", "a: &x {}\nb: *x", "a: ! {}"])
def test_what_a_word_might_change_is_read_in_full(skeleton: str) -> None:
    """Keys that are there twice, anchors and tags."""
    skeletons = Skeletons(_strict)
    assert [skeletons.packed(skeleton.format(n)) for n in range(5)] == [None] * 5


def _strict(text: str) -> Any:
    if any(document.duplicates for document in read_whole(text)):
        raise ValueError(text)
    return reader(text)
