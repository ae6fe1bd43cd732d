"""Every fault and every part is documented, and every fault is tried."""

import re
from pathlib import Path

import pytest

from lab import faults
from lab.parts.catalog import EVERYTHING, PARTS, with_needs
from lab.places import SOURCE

TESTS = Path(__file__).resolve().parent.parent
PAGE = SOURCE.parent / "docs" / "contributing" / "lab.md"


@pytest.mark.parametrize("name", faults.__all__)
def test_a_fault(name: str) -> None:
    """A fault is reversible, is broken and mended in a test, and has a line."""
    assert hasattr(getattr(faults, name), "__wrapped__")  # a context manager
    stories = "".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    assert re.search(rf"faults\.{name}\b", stories)
    assert f"`{name}`" in PAGE.read_text()


@pytest.mark.parametrize("name", [one for one in PARTS if not one.endswith("-objects")])
def test_a_part(name: str) -> None:
    """A part comes with everything, and has a line."""
    assert name in with_needs(EVERYTHING)
    assert f"`{name}`" in PAGE.read_text()
