"""What a worker has read is what this process would have read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.engine.messages import Answer, Rendered
from baro.expand.engine.native import NativeEngine
from baro.expand.engine.reading import LONGEST, with_bodies
from baro.expand.sources import split
from tests.expand.engine.requests import requested
from tests.model.test_yamltext import WORDS

OBJECT = "{kind: A, metadata: {name: a}}"
DOCUMENTS = st.sampled_from(
    (OBJECT, "", "# nothing", "~", "[1, 2]", "x", "{a: &a {b: 1}, c: *a}", "a: [", "\t")
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab.é-1"), inner),
    max_leaves=8,
)


def sent(*texts: str) -> list[list[Any] | None]:
    """Return what comes of texts when a worker has read and sent them."""
    files = [(f"c/templates/{number}.yaml", text) for number, text in enumerate(texts)]
    frame = msgspec.msgpack.encode(with_bodies(Rendered(files[:1], files[1:])))
    decoder: Any = msgspec.msgpack.Decoder(Answer)
    answer: Rendered = decoder.decode(frame)
    return answer.bodies


@pytest.mark.parametrize("word", WORDS)
def test_odd_scalar_arrives_as_it_is_read_here(word: str) -> None:
    """Same value, same type; what is refused is left to this process to refuse."""
    text = f"kind: A\na: &a 1\nv: {word.replace('*', ' ')}"
    assert repr(sent(text)) == repr([split.bodies(text)])


@given(st.dictionaries(st.text("ab.é-1"), VALUES))
def test_any_object_arrives_as_it_is_read_here(value: dict[str, Any]) -> None:
    """JSON is YAML, but for the escapes that go-yaml does not know."""
    text = msgspec.json.encode(value).decode()
    assert repr(sent(text)) == repr([split.bodies(text)])


@given(st.lists(DOCUMENTS), st.lists(DOCUMENTS))
def test_each_document_has_its_body(some: list[str], others: list[str]) -> None:
    """As many bodies as pieces, in their order; none at all beside a broken one."""
    texts = ["\n---\n".join(some), "\n---\n".join(others)]
    found = sent(*texts)
    assert repr(found) == repr([split.bodies(text) for text in texts])
    for text, read in zip(texts, found, strict=True):
        assert read is None or len(read) == len(list(split.pieces(text)))


def test_a_text_that_is_too_long_is_left_unread() -> None:
    """The worker's time is for rendering."""
    assert sent(f"a: {'x' * LONGEST}") == []


def test_engine_hands_out_what_its_worker_read() -> None:
    """Files and CRDs have theirs; a text that is no object has none."""
    files = {
        "templates/a.yaml": "{a: {{ .Values.n }}}\n---\nb: 010",
        "templates/b.yaml": "a: [",
        "crds/c.yaml": "{kind: CustomResourceDefinition}",
    }
    with NativeEngine(jobs=1) as engine:
        [outcome] = engine.render([requested({"files": files, "values": {"n": "1e3"}})])
    assert [file.bodies for file in outcome.files] == [[{"a": 1000.0}, {"b": 8}], None]
    assert [file.bodies for file in outcome.crds] == [
        [{"kind": "CustomResourceDefinition"}]
    ]
