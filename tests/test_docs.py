"""What the pages say, against the program."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
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
from tools import docs, quotes
from tools.quotes import ROOT, Quote

DOCS = ROOT / "docs"
KOREAN = DOCS / "ko"
PAGES = quotes.documents()
IN_KOREAN = (
    "first-five-minutes.md",
    "guides/a-second-instance.md",
    "guides/gaps.md",
    "guides/routing-incident.md",
)
"""What people read on the first day, and during an incident."""
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

_FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_TYPED = re.compile(r"^\$ (baro .+)$", re.MULTILINE)
_SECTION = re.compile(r"^## ", re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=_name)


@cache
def _generated() -> Mapping[Path, str]:
    return dict(docs.pages())


@cache
def _text(page: Path) -> str:
    generated = _generated().get(page)
    return page.read_text(encoding="utf-8") if generated is None else generated


def _prose(page: Path) -> str:
    return _FENCE.sub("", _text(page))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    titles = (title.lower() for title in _HEADING.findall(_prose(page)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def _broken_links(page: Path) -> Iterator[str]:
    for link in _LINK.findall(_CODE.sub("", _prose(page))):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        there = target.exists() or target in _generated()
        if not there or (anchor and anchor not in _anchors(target)):
            yield link


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or folder, and a heading that it has."""
    assert list(_broken_links(page)) == []


def _wrong_commands(page: Path) -> Iterator[str]:
    text = _text(page)
    wrong_on_purpose = {q.command for q in quotes.quotes(text) if q.code > 1}
    for typed in set(_TYPED.findall(text)) - wrong_on_purpose:
        name, *words = shlex.split(typed)[1:]
        command = group.get_command(click.Context(group), name)
        if command is None:
            yield typed
            continue
        try:
            command.make_context(name, list(words))
        except click.UsageError as error:
            yield f"{typed}: {error.message}"
        for word in words:
            if word.startswith("examples/") and not (ROOT / word).exists():
                yield f"{typed}: there is no {word}"


@EVERY_PAGE
def test_commands_can_be_typed(page: Path) -> None:
    """Every command that a page shows exists, with its flags and its example."""
    assert list(_wrong_commands(page)) == []


def _quotes() -> Iterator[Any]:
    for page in PAGES:
        for quote in quotes.quotes(page.read_text(encoding="utf-8")):
            yield pytest.param(quote, id=f"{_name(page)}: {quote.command}")


@pytest.mark.parametrize("quote", list(_quotes()))
def test_commands_print_what_the_page_shows(quote: Quote) -> None:
    """The output and the exit code are those of the page; times may differ."""
    ran = quotes.run(quote)

    assert ran.code == quote.code
    assert quotes.same(quote.printed, ran.printed), (
        f"after a look at it, run tools/quotes.py; it prints now:\n{ran.printed}"
    )


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readme_counts_the_rules(name: str) -> None:
    """The table of layers has every layer with rules, and their number."""
    text = _text(ROOT / name)

    assert quotes.counted(text) == text
    for layer in {rule.layer for rule in catalog().values()}:
        assert f"| {layer} | " in text


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_readme_names_every_command(name: str) -> None:
    """Nobody has to look for a command."""
    text = _text(ROOT / name)
    assert [c for c in COMMANDS if f"`baro {c}" not in text] == []


def test_every_flag_is_explained() -> None:
    """Each has a help text, and the reference shows it."""
    reference = _text(DOCS / "reference" / "cli.md")
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.opts}"
                assert all(flag in reference for flag in option.opts)


def test_every_exit_code_is_in_the_table() -> None:
    """Those of errors, and 0 and 1."""
    page = _text(DOCS / "reference" / "exit-codes.md")
    codes = {0, 1, *(kind.exit_code for kind in BaroError.__subclasses__())}
    assert [code for code in sorted(codes) if f"| {code} | " not in page] == []


def test_every_rule_has_a_page_and_stands_in_the_index() -> None:
    """A finding can be looked up by the name that it carries."""
    index = _text(DOCS / "rules" / "README.md")
    for rule in catalog():
        assert DOCS / "rules" / f"{rule}.md" in _generated()
        assert f"[{rule}]({rule}.md)" in index


def test_every_format_is_described() -> None:
    """The guide on CI says what each form of the report is for."""
    guide = _text(DOCS / "guides" / "ci.md")
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
    assert list(_undescribed(_text(DOCS / "reference" / "baro-yaml.md"))) == []


def test_every_gap_of_the_guide_is_one_that_the_program_prints() -> None:
    """The first column of the table is made of the program's own words."""
    sources = (ROOT / "src" / "baro").rglob("*.py")
    program = "".join(path.read_text(encoding="utf-8") for path in sources)
    program = re.sub(r'"\s*\n\s*f?"', "", program)
    table = _text(DOCS / "guides" / "gaps.md").partition("| the gap says")[2]
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
    page = _text(DOCS / "reference" / "json.md")
    ran = quotes.run(Quote(f"baro {command} --format json", "", 0, None, (0, 0)))
    known = set(re.findall(r"[`\"](\w+)[`\"]", page))

    assert sorted(set(_fields(json.loads(ran.printed))) - known) == []


def _twins() -> Iterator[Any]:
    yield ROOT / "README.md", ROOT / "README.ko.md"
    for name in IN_KOREAN:
        yield DOCS / name, KOREAN / name
    for page in ROOT.glob("examples/**/README.md"):
        yield page, page.with_name("README.ko.md")


def _typed(page: Path) -> list[str]:
    return [c.replace(" --lang ko", "") for c in _TYPED.findall(_text(page))]


@pytest.mark.parametrize(("page", "twin"), list(_twins()), ids=_name)
def test_korean_pages_say_the_same(page: Path, twin: Path) -> None:
    """A page and its Korean twin have the same commands and as many sections."""
    assert _typed(twin) == _typed(page)
    assert len(_HEADING.findall(_prose(twin))) == len(_HEADING.findall(_prose(page)))


def test_pages_and_their_twins_are_linked() -> None:
    """No page is Korean alone, and who reads one finds the other."""
    written = set(KOREAN.rglob("*.md")) - set(_generated())
    assert {p.relative_to(KOREAN).as_posix() for p in written} == set(IN_KOREAN)
    for name in (*IN_KOREAN, *(f"rules/{rule}.md" for rule in catalog())):
        assert f"ko/{name})" in _text(DOCS / name)
        assert f"{Path(name).name})" in _text(KOREAN / name)
