"""Which folder stands for a repoURL."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.errors import InputError
from baro.expand.trees.repositories import Repositories
from baro.model.finding import Gap
from baro.model.repourl import normal, place, without_credentials
from tests.gitrepositories import Repository

NORMAL = [
    # Argo CD: util/git/git_test.go
    ("git@GITHUB.com:argoproj/test", "git@github.com/argoproj/test"),
    ("git@GITHUB.com:argoproj/test.git", "git@github.com/argoproj/test"),
    ("git@GITHUB.com/argoproj/test.git", "git@github.com/argoproj/test"),
    ("ssh://git@GITHUB.com/argoproj/test.git", "git@github.com/argoproj/test"),
    ("https://GITHUB.com/argoproj/test.git", "https://github.com/argoproj/test"),
    (" https://github.com/argoproj/test ", "https://github.com/argoproj/test"),
    ("https://github.com/TEST/", "https://github.com/test/"),
]
HOSTED = [
    "https://git.example/Acme/platform",
    "https://git.example/acme/platform.git",
    "https://git.example:443/acme/platform/",
    "https://user:token@git.example/acme/platform",
    "git@git.example:acme/platform.git",
    "git.example:acme/platform",
    "ssh://git@git.example/acme/platform.git",
    "ssh://git@git.example:22/acme/platform",
]


@pytest.mark.parametrize(("url", "expected"), NORMAL)
def test_urls_as_argocd_compares_them(url: str, expected: str) -> None:
    """Case, `.git` and the form of SSH do not count; the scheme does."""
    assert normal(url) == expected


def test_spellings_of_one_place() -> None:
    """All spellings of a hosted repository share their place."""
    assert {place(url) for url in HOSTED} == {"git.example/acme/platform"}


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/acme/other",
        "https://git.example:8443/acme/platform",
        "https://other.example/acme/platform",
        "file:///git.example/acme/platform",
    ],
)
def test_other_places(url: str) -> None:
    """Another host, port or path is another repository."""
    assert place(url) != "git.example/acme/platform"


@given(st.text(max_size=40))
def test_any_url_is_answered(url: str) -> None:
    """No text is an error; the normal form is stable but for repeated `.git`."""
    place(url)
    normal(url)
    without_credentials(url)


def test_credentials_are_not_shown() -> None:
    """A URL in a message has neither user nor password."""
    assert without_credentials("https://u:p@h/a") == "https://h/a"
    assert without_credentials("git@h:a/b") == "git@h:a/b"
    gap = Repositories().tree("https://u:hunter2@h/a", "main").refusal
    assert isinstance(gap, Gap)
    assert "hunter2" not in str(gap)


def test_an_unmapped_repository_is_one_gap() -> None:
    """It names the key that closes it; every revision gives an equal gap."""
    known = Repositories()
    first = known.tree("https://git.example/a/b", "main").refusal
    assert first == known.tree("https://git.example/a/b", "v1").refusal
    assert isinstance(first, Gap)
    assert first.closes_with == "repositories: {https://git.example/a/b: FOLDER}"


@pytest.mark.parametrize("url", HOSTED)
def test_remotes_of_the_working_tree(tmp_path: Path, url: str) -> None:
    """A repository stands for its remote, in every spelling."""
    made = Repository.create(tmp_path)
    made.commit(a="x")
    made.git("remote", "add", "origin", HOSTED[1])
    known = Repositories()
    known.map_remotes(known.add(tmp_path))
    assert known.tree(url, "main").tree is not None


def test_a_folder_inside_does_not_stand_for_the_remote(tmp_path: Path) -> None:
    """Its paths would not be those of the repository."""
    made = Repository.create(tmp_path)
    made.commit(inner__a="x")
    made.git("remote", "add", "origin", HOSTED[0])
    known = Repositories()
    known.map_remotes(known.add(tmp_path / "inner"))
    assert known.tree(HOSTED[0]).tree is None


def test_two_urls_of_one_folder_share_their_files(tmp_path: Path) -> None:
    """A folder is read once, by whatever name it is asked for."""
    (tmp_path / "a").write_text("x")
    known = Repositories()
    root = known.add(tmp_path)
    known.map("https://h/a", tmp_path)
    known.map("git@h:b", tmp_path / ".")
    assert known.tree("https://h/a").tree is known.tree("git@h:b").tree is root.tree


def test_the_first_mapping_stays(tmp_path: Path) -> None:
    """What the command line maps is not mapped again by a file."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    known = Repositories()
    known.map("https://h/a.git", tmp_path / "one")
    assert known.map("https://h/A", tmp_path / "two").folder.name == "one"


def test_a_mapped_folder_must_be_there(tmp_path: Path) -> None:
    """The line that maps it is named."""
    with pytest.raises(InputError, match="no such folder") as caught:
        Repositories().map("https://h/a", tmp_path / "x", where="baro.yaml:2:3")
    assert caught.value.where == "baro.yaml:2:3"
