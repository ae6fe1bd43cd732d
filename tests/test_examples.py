"""The two platforms among the examples: what their pages say of them."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
ONE = EXAMPLES / "platform"
OTHER = EXAMPLES / "platform-path"

_ROW = re.compile(r"^\| `([^`]+)` \| ", re.MULTILINE)


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_platforms_differ_where_the_page_says(page: str) -> None:
    """A file that it names differs; all others are the same, and there in both."""
    one, other = files(ONE), files(OTHER)
    differing = {
        path for path in one.keys() | other if one.get(path) != other.get(path)
    }
    named = _ROW.findall((OTHER / page).read_text(encoding="utf-8"))

    assert one.keys() == other.keys()
    assert [p for p in differing if not any(fnmatch(p, name) for name in named)] == []
    assert [n for n in named if not any(fnmatch(path, n) for path in differing)] == []
