"""Texts that stand in other texts, and their lines there."""

import pytest

from baro.model.blocktext import place_within, value_within
from baro.model.fieldpath import MISSING, parse
from baro.model.text import SourceText

YAML = "app:\n  baseUrl: https://a.example\n"
JSON = '{"clients": [\n  {"clientId": "a", "redirectUris": []}\n]}\n'


def block(text: str, header: str = "|") -> str:
    """Return a text as a block of another one."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return f"data:\n  config: {header}\n{lines}"


@pytest.mark.parametrize(
    ("outer", "text", "path", "place"),
    [
        (block(YAML), YAML, "app.baseUrl", "4:7"),
        (block(YAML, ">- # folded"), YAML, "app.baseUrl", "4:7"),
        (block(JSON), JSON, "clients[0].redirectUris", "4:25"),
        (block(JSON), JSON, "clients[0]", "3:6"),
        (block(YAML), YAML, "app.other", "2:3"),
        ("data:\n  config: 'app: {baseUrl: a}'\n", "app: {baseUrl: a}", "app", "2:3"),
        (block("{{ config }}\n"), YAML, "app.baseUrl", "2:3"),
        (block(YAML), "[1, 2", "app", "2:3"),
        (block(YAML), YAML, "", "2:3"),
    ],
    ids=[
        "a block",
        "a header with a comment",
        "JSON has quotes around its keys",
        "an item stands where its list does",
        "a key that is not there",
        "no block",
        "a template prints other lines than it has",
        "no YAML",
        "nothing in particular",
    ],
)
def test_place_in_a_block(outer: str, text: str, path: str, place: str) -> None:
    """The line that names the field; the block's where none is sure to."""
    source = SourceText("a.yaml", outer)
    found = place_within(source, source.locate(("data", "config")), text, parse(path))

    assert str(found) == f"a.yaml:{place}"


def test_place_of_a_block_without_a_line_stays() -> None:
    """There is nothing to count from."""
    source = SourceText("a.yaml", block(YAML))

    assert place_within(source, source.at(), YAML, ("app",)) == source.at()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (YAML, "https://a.example"),
        ("app: {}", MISSING),
        (f"{YAML}---\n{YAML}", MISSING),
        ("[1, 2", MISSING),
        (3, MISSING),
    ],
    ids=["there", "not there", "two documents", "no YAML", "no text"],
)
def test_value_in_a_text(text: object, value: object) -> None:
    """That of the one document."""
    assert value_within(text, ("app", "baseUrl")) == value
