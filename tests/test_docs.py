"""What the pages say, against the program."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec import inspect

from baro.cli import COMMANDS, group
from baro.cli.check import FORMATS
from baro.errors import BaroError
from baro.expand.settings import Settings
from baro.rules.catalog import catalog
from tests.documents import DOCS, generated, name_of, text_of
from tools import quotes
from tools.quotes import ROOT, Quote

ANSWERS = (
    "check examples/incidents/schema",
    "render examples/platform",
    "tree examples/platform",
    "trace examples/platform backstage-kr-hub ingress.host",
    "route http://platform.example/kr/ examples/incidents/not-found",
    "routes examples/platform-path",
    "verify examples/incidents/not-found",
    "rules",
)
"""Commands whose JSON has every field of their form."""
FREE = frozenset({"object", "value"})
"""Fields that hold what somebody else wrote, of whatever form."""

_SECTION = re.compile(r"^## ", re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readme_counts_the_rules(name: str) -> None:
    """The table of layers has every layer with rules, and their number."""
    text = text_of(ROOT / name)

    assert quotes.counted(text) == text
    for layer in {rule.layer for rule in catalog().values()}:
        assert f"| {layer} | " in text


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readme_names_every_command(name: str) -> None:
    """Nobody has to look for a command."""
    text = text_of(ROOT / name)
    assert [c for c in COMMANDS if f"`baro {c}" not in text] == []


def test_every_flag_is_explained() -> None:
    """Each has a help text, and the reference shows it."""
    reference = text_of(DOCS / "reference" / "cli.md")
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.opts}"
                assert all(flag in reference for flag in option.opts)


def test_every_exit_code_is_in_the_table() -> None:
    """Those of errors, and 0 and 1."""
    page = text_of(DOCS / "reference" / "exit-codes.md")
    codes = {0, 1, *(kind.exit_code for kind in BaroError.__subclasses__())}
    assert [code for code in sorted(codes) if f"| {code} | " not in page] == []


def test_every_rule_has_a_page_and_stands_in_the_index() -> None:
    """A finding can be looked up by the name that it carries."""
    index = text_of(DOCS / "rules" / "README.md")
    for rule in catalog():
        assert DOCS / "rules" / f"{rule}.md" in generated()
        assert f"[{rule}]({rule}.md)" in index


def test_every_format_is_described() -> None:
    """The guide on CI says what each form of the report is for."""
    guide = text_of(DOCS / "guides" / "ci.md")
    assert [form for form in FORMATS if f"| `{form}` | " not in guide] == []


def _undescribed(page: str) -> Iterator[str]:
    sections = {part.partition("\n")[0]: part for part in _SECTION.split(page)}
    whole = inspect.type_info(Settings)
    assert isinstance(whole, inspect.StructType)
    for key in whole.fields:
        section = sections.get(f"`{key.encode_name}`")
        if section is None or "```yaml" not in section:
            yield key.encode_name
            continue
        kind = key.type.type if isinstance(key.type, inspect.Metadata) else key.type
        inner = kind.item_type if isinstance(kind, inspect.ListType) else kind
        if isinstance(inner, inspect.StructType):
            for field in inner.fields:
                if f"| `{field.encode_name}` | " not in section:
                    yield f"{key.encode_name}[].{field.encode_name}"


def test_every_key_of_the_settings_is_described() -> None:
    """Each has a section with an example, and a row for each of its own keys."""
    assert list(_undescribed(text_of(DOCS / "reference" / "baro-yaml.md"))) == []


def test_every_gap_of_the_guide_is_one_that_the_program_prints() -> None:
    """The first column of the table is made of the program's own words."""
    sources = (ROOT / "src" / "baro").rglob("*.py")
    program = "".join(path.read_text(encoding="utf-8") for path in sources)
    program = re.sub(r'"\s*\n\s*f?"', "", program)
    table = text_of(DOCS / "guides" / "gaps.md").partition("| the gap says")[2]
    columns = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    said = [part for cell in columns for part in re.findall(r"`([^`]+)`", cell)]
    words = {word.strip(" :") for part in said for word in part.split(quotes.ANY)}

    assert len(columns) > 15
    assert sorted(word for word in words if word not in program) == []


def _fields(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _fields(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in FREE or "children" in value:
                yield from _fields(inner)


@pytest.mark.parametrize("command", ANSWERS)
def test_every_field_of_the_json_is_described(command: str) -> None:
    """What an answer has, the reference explains."""
    page = text_of(DOCS / "reference" / "json.md")
    ran = quotes.run(Quote(f"baro {command} --format json", "", 0, None, (0, 0)))
    known = set(re.findall(r"[`\"](\w+)[`\"]", page))

    assert sorted(set(_fields(json.loads(ran.printed))) - known) == []


def _rejected() -> Iterator[tuple[str, str]]:
    """Yield the spellings that the glossary rejects, each with the one it wants."""
    glossary = text_of(DOCS / "reference" / "glossary.md").partition("## Korean")[2]
    for row in glossary.splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) == len(("word", "Korean", "not")) and cells[0] != "word":
            yield from ((spelling, cells[1]) for spelling in cells[2].split(", "))


def _korean() -> Iterator[Path]:
    """Yield everything that is written in Korean, except what is generated of it."""
    yield ROOT / "README.ko.md"
    yield from ROOT.glob("examples/**/README.ko.md")
    yield from (page for page in DOCS.glob("ko/**/*.md") if page not in generated())
    yield from ROOT.glob("src/baro/report/pages/ko/*.md")
    yield from ROOT.glob("src/baro/report/messages/*.py")
    yield ROOT / "tools" / "docs.py"


def test_korean_has_one_spelling_for_a_word() -> None:
    """That of the glossary."""
    rejected = [pair for pair in _rejected() if pair[0].strip("-")]

    assert ("애너테이션", "어노테이션") in rejected
    assert [
        f"{name_of(page)}: {spelling}, not {wanted}"
        for page in _korean()
        for spelling, wanted in rejected
        if spelling in page.read_text(encoding="utf-8")
    ] == []
