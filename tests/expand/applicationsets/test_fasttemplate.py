"""Texts of an ApplicationSet without Go templates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.applicationsets.fasttemplate import InvalidTemplateError, parse

PARAMS = {
    "a": "x",
    "path[0]": "apps",
    "m.labels.a/b-c": "L",
    "number": 7,
    "brace": "{{",
}


@pytest.mark.parametrize(
    ("template", "text", "unknown"),
    [
        ("{{a}}", "x", ()),
        ("{{ a }}-{{path[0]}}", "x-apps", ()),
        ("{{m.labels.a/b-c}}", "L", ()),
        ("{{ b }}", "{{ b }}", ("b",)),
        ("{{number}}", "{{number}}", ("number",)),
        ("{{}}{{ }}", "{{}}{{ }}", ("", "")),
        ("{{a", "{{a", ()),
        ("a}} {{", "a}} {{", ()),
        ("{{a\n}}", "{{a\n}}", ()),
        ("{{a\n}} {{a}}", "x x", ()),
        ("{{{{a}}}}", "{{{{a}}}}", ("{{a",)),
        ("{{brace}}a}}", "{{a}}", ()),
        ("", "", ()),
    ],
)
def test_a_tag_becomes_its_parameter(
    template: str, text: str, unknown: tuple[str, ...]
) -> None:
    """Only strings are put in; everything else stays verbatim and is named."""
    replaced = parse(template).replace(PARAMS)
    assert (replaced.text, replaced.unknown) == (text, unknown)


def test_a_tag_that_does_not_end_is_refused_beside_one_that_does() -> None:
    """A text counts as a template as soon as one tag ends on its line."""
    with pytest.raises(InvalidTemplateError, match='starting from "b'):
        parse("{{a}} {{b")


@given(st.text())
def test_a_text_without_tags_stays(text: str) -> None:
    """Rendering it once or twice is the same."""
    plain = text.replace("{{", "")
    assert parse(plain).replace(PARAMS).text == plain


@given(st.lists(st.text(alphabet="abc{} \n"), max_size=6))
def test_no_text_takes_the_parser_down(parts: list[str]) -> None:
    """What is not refused comes back whole without parameters."""
    text = "".join(parts)
    try:
        template = parse(text)
    except InvalidTemplateError:
        return
    assert template.replace({}).text == text
