"""The project's pages, as tests read them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tools import docs, quotes
from tools.quotes import ROOT

DOCS = ROOT / "docs"
PAGES = quotes.documents()


@cache
def generated() -> Mapping[Path, str]:
    """Return every page that the program writes, as it would be now."""
    return dict(docs.pages())


@cache
def text_of(page: Path) -> str:
    """Return a page's text; a generated page need not be there."""
    found = generated().get(page)
    return page.read_text(encoding="utf-8") if found is None else found


def name_of(page: Path) -> str:
    """Return a page's path from the root of the project."""
    return page.relative_to(ROOT).as_posix()
