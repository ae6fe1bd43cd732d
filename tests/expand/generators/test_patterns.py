"""Patterns of the git generator, against tables of Go's own and against Git."""

import subprocess
from pathlib import Path

import pytest

from baro.expand.generators.git_directories import folders, selected
from baro.expand.generators.slug import slug
from baro.expand.sources.pathpattern import PatternError, go_pattern
from baro.expand.trees.pathspec import PathspecError, matching

# The cases of Go's package path.
GO = [
    ("abc", "abc", True),
    ("*", "abc", True),
    ("*c", "abc", True),
    ("a*", "a", True),
    ("a*", "ab/c", False),
    ("a*/b", "abc/b", True),
    ("a*/b", "a/c/b", False),
    ("a*b*c*d*e*/f", "axbxcxdxe/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True),
    ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
    ("a*b?c*x", "abxbbxdbxebxczzx", True),
    ("a*b?c*x", "abxbbxdbxebxczzy", False),
    ("ab[c]", "abc", True),
    ("ab[b-d]", "abc", True),
    ("ab[e-g]", "abc", False),
    ("ab[^c]", "abc", False),
    ("ab[^b-d]", "abc", False),
    ("ab[^e-g]", "abc", True),
    ("a\\*b", "a*b", True),
    ("a\\*b", "ab", False),
    ("a?b", "a☺b", True),
    ("a[^a]b", "a☺b", True),
    ("a???b", "a☺b", False),
    ("[a-ζ]*", "β", True),
    ("*[a-ζ]", "A", False),
    ("a?b", "a/b", False),
    ("a*b", "a/b", False),
    ("[\\]a]", "]", True),
    ("[\\-]", "-", True),
    ("[x\\-]", "x", True),
    ("[x\\-]", "z", False),
    ("[\\-x]", "-", True),
    ("*x", "xxx", True),
]
BROKEN = [
    "[]a]",
    "[",
    "[^",
    "[^bc",
    "a[",
    "a[x",
    "a\\",
    "[a-",
]


@pytest.mark.parametrize(("pattern", "path", "fits"), GO)
def test_folders_match_as_in_go(pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001 - a column
    """The table is that of Go's own package."""
    assert go_pattern(pattern).matches(path) is fits


@pytest.mark.parametrize("pattern", BROKEN)
def test_a_pattern_that_go_refuses_is_refused(pattern: str) -> None:
    """Argo CD logs it and matches nothing."""
    with pytest.raises(PatternError, match="syntax error in pattern"):
        go_pattern(pattern)
    assert selected([{"path": pattern}], ["a", "-", "x"]) == []


def test_folders_come_as_a_walk_meets_them() -> None:
    """A folder comes before what is in it, whatever is named beside it."""
    files = ["a-b/x", "a/b/c/y", "a/z", "top", ".h/i/x", "a/.j/k/x"]
    assert folders(files) == ["a", "a/b", "a/b/c", "a-b"]
    assert folders(files, hidden=True) == [
        ".h",
        ".h/i",
        "a",
        "a/.j",
        "a/.j/k",
        "a/b",
        "a/b/c",
        "a-b",
    ]


FILES = [
    "a.json",
    "apps/a/config.json",
    "apps/b/config.json",
    "apps/b/deep/config.json",
    "apps/[x]/config.json",
    "apps/config.yaml",
    "apps-1/x",
    ".hidden/x.json",
    "ω/ünï.json",
]
PATHSPECS = [
    ".",
    "",
    "apps",
    "apps/",
    "./apps/a",
    "apps//b",
    "apps/../apps/a",
    "apps/*",
    "*.json",
    "*/config.json",
    "apps/?/config.json",
    "apps?a?config.json",
    "apps/[ab]/config.json",
    "apps/[!a]/config.json",
    "apps/[^a]/config.json",
    "apps/[a-b]/*",
    "apps/[[:alpha:]]/config.json",
    "apps/[[:nope:]]/config.json",
    "apps/\\[x\\]/config.json",
    "apps/[x]/config.json",
    "apps/[[]x[]]/*",
    "apps/**",
    "**/config.json",
    "app*/config.*",
    "*fig*",
    "apps/b/de*",
    "apps/[",
    "apps/a/config.json/",
    "nope",
    "ω/*.json",
    "*ï*",
    "apps/[]x]/config.json",
    "apps\\",
    "apps/[b-a]/config.json",
    "apps/[!b-a]/config.json",
    "apps/[a\\]b]/config.json",
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that tracks `FILES`."""
    folder = tmp_path_factory.mktemp("repository")
    for name in FILES:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A", "-f"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("pathspec", PATHSPECS)
def test_files_match_as_git_lists_them(pathspec: str, repository: Path) -> None:
    """The same files as `git ls-files -- PATHSPEC`, as Argo CD calls it."""
    done = subprocess.run(
        ["git", "ls-files", "--full-name", "-z", "--", pathspec or "."],
        cwd=repository,
        capture_output=True,
        check=True,
    )
    listed = done.stdout.decode().split("\0")[:-1]
    assert sorted(matching(pathspec, FILES)) == sorted(listed)


@pytest.mark.parametrize("pathspec", ["../x", "/etc", "apps/../../x", ":(glob)*"])
def test_a_pathspec_that_leads_out_is_refused(pathspec: str) -> None:
    """So is one with magic, which is not read."""
    with pytest.raises(PathspecError):
        matching(pathspec, FILES)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Feature/A_b", "feature-a-b"),
        ("R&D@home", "randdathome"),
        ("--x--", "x"),
        ("Café", "cafe"),
        ("x" * 60, "x" * 50),
        ("a" * 48 + "-bcd", "a" * 48),
        ("a" * 50 + "-b", "a" * 50),
        ("", ""),
    ],
)
def test_a_branch_becomes_one_dns_label(name: str, short: str) -> None:
    """It is cut at the last dash that leaves fifty characters."""
    assert slug(name) == short
