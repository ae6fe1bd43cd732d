"""What `tools/quotes.py` reads in a page, and what it takes for the same."""

import pytest

from tools import quotes

PAGE = """
<!-- file: apps/a.yaml -->
```yaml
kind: A
```

<!-- run: exit 2, in the files above -->
```console
$ baro check
error: no
$ baro rules
```

<!-- run -->
```console
$ baro tree
```

```console
$ baro verify
```
"""


def test_only_marked_blocks_are_run() -> None:
    """With the files before them, and the exit code of their mark."""
    files = {"apps/a.yaml": "kind: A\n"}
    assert [(q.command, q.printed, q.code, q.files) for q in quotes.quotes(PAGE)] == [
        ("baro check", "error: no\n", 2, files),
        ("baro rules", "", 2, files),
        ("baro tree", "", 0, None),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n", "", False),
        ("a  \n", "a\n", True),
        ("…\nb\n…\n", "a\nb\nc\nd\n", True),
        ("…\nb\n…\n", "a\nc\n", False),
        ("52 rules, 0.36 s\n", "77 rules, 1.02 s\n", True),
        ("52 objects, 0.36 s\n", "77 objects, 0.36 s\n", False),
        ("규칙 52개, 0.36초\n", "규칙 77개, 1.02초\n", True),
        ('"seconds": 0.1,\n"rules": 1\n', '"seconds": 1.25,\n"rules": 2\n', True),
        ("1.15.1\n", "1.15.2\n", False),
    ],
)
def test_what_is_the_same(shown: str, printed: str, *, same: bool) -> None:
    """Times and the number of rules may differ; nothing else may."""
    assert quotes.same(shown, printed) is same


def test_counts_are_those_of_the_catalog() -> None:
    """A row of a layer gets its number; other rows stay."""
    page = "| node | 7 | x |\n| values | 0 | y |\n| worlds | 7 | z |\n"
    node, values, worlds = quotes.counted(page).splitlines()

    assert (node, worlds) == ("| node | 0 | x |", "| worlds | 7 | z |")
    assert values != "| values | 0 | y |"


def test_a_stale_page_is_written_anew() -> None:
    """The output is replaced; times alone are no reason to."""
    stale = "<!-- run -->\n```console\n$ baro --version\nbaro 0\n```\n"
    page, complaints = quotes.current(stale)

    assert page.splitlines()[3].startswith("baro, version ")
    assert complaints == []


def test_what_exits_with_another_code_is_not_quoted() -> None:
    """A person decides which of the two is wrong."""
    stale = "<!-- run: exit 1 -->\n```console\n$ baro --version\nbaro 0\n```\n"

    assert quotes.current(stale) == (stale, ["`baro --version` exits with 0"])
