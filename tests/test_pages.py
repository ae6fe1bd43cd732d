"""Every page: its links, its commands, what they print, and its Korean twin."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from baro.cli import COMMANDS, group
from baro.rules.catalog import catalog
from tests.documents import DOCS, PAGES, generated, name_of, text_of
from tests.history import need_history
from tools import quotes
from tools.quotes import ROOT, Quote

KOREAN = DOCS / "ko"
IN_KOREAN = (
    "first-five-minutes.md",
    "guides/a-second-instance.md",
    "guides/gaps.md",
    "guides/routing-incident.md",
)
"""What people read on the first day, and during an incident."""

_FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_TYPED = re.compile(r"^\$ (baro .+)$", re.MULTILINE)
_MENTIONED = re.compile(rf"`(baro (?:{'|'.join(COMMANDS)})\b[^`\n]*)`")

EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=name_of)


def _prose(page: Path) -> str:
    return _FENCE.sub("", text_of(page))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    titles = (title.lower() for title in _HEADING.findall(_prose(page)))
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


def _links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file that each relative link names, and the heading in it."""
    for link in _LINK.findall(_CODE.sub("", _prose(page))):
        if not link.startswith(("https://", "http://")):
            path, _, anchor = link.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def _broken_links(page: Path) -> Iterator[str]:
    for target, anchor in _links(page):
        there = target.exists() or target in generated()
        if not there or (anchor and anchor not in _anchors(target)):
            yield f"{target}#{anchor}"


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file or folder, and a heading that it has."""
    assert list(_broken_links(page)) == []


def test_every_page_can_be_reached() -> None:
    """From the README, by links."""
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            waiting.extend(target for target, _ in _links(page))
    lost = set(DOCS.rglob("*.md")) | set(ROOT.glob("*.md"))
    assert sorted(name_of(page) for page in lost - reached) == []


def _wrong_commands(page: Path) -> Iterator[str]:
    text = text_of(page)
    wrong_on_purpose = {q.command for q in quotes.quotes(text) if q.code > 1}
    mentioned = _MENTIONED.findall(_prose(page))
    for typed in {*mentioned, *_TYPED.findall(text)} - wrong_on_purpose:
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
            yield pytest.param(quote, id=f"{name_of(page)}: {quote.command}")


@pytest.mark.parametrize("quote", list(_quotes()))
def test_commands_print_what_the_page_shows(quote: Quote) -> None:
    """The output and the exit code are those of the page; times may differ."""
    need_history(quote.command)
    ran = quotes.run(quote)

    assert ran.code == quote.code
    assert quotes.same(quote.printed, ran.printed), (
        f"after a look at it, run tools/quotes.py; it prints now:\n{ran.printed}"
    )


def _twins() -> Iterator[Any]:
    yield ROOT / "README.md", ROOT / "README.ko.md"
    for name in IN_KOREAN:
        yield DOCS / name, KOREAN / name
    for page in ROOT.glob("examples/**/README.md"):
        yield page, page.with_name("README.ko.md")


def _typed(page: Path) -> list[str]:
    return [c.replace(" --lang ko", "") for c in _TYPED.findall(text_of(page))]


@pytest.mark.parametrize(("page", "twin"), list(_twins()), ids=name_of)
def test_korean_pages_say_the_same(page: Path, twin: Path) -> None:
    """A page and its Korean twin have the same commands and as many sections."""
    assert _typed(twin) == _typed(page)
    assert len(_HEADING.findall(_prose(twin))) == len(_HEADING.findall(_prose(page)))


def test_pages_and_their_twins_are_linked() -> None:
    """No page is Korean alone, and who reads one finds the other."""
    written = set(KOREAN.rglob("*.md")) - set(generated())
    assert {p.relative_to(KOREAN).as_posix() for p in written} == set(IN_KOREAN)
    for name in (*IN_KOREAN, *(f"rules/{rule}.md" for rule in catalog())):
        assert f"ko/{name})" in text_of(DOCS / name)
        assert f"{Path(name).name})" in text_of(KOREAN / name)
