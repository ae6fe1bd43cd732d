"""A targetRevision resolves as Argo CD resolves it; Git is the oracle."""

from pathlib import Path

import pytest

from baro.expand.trees.git import Git
from baro.expand.trees.revision import (
    Meaning,
    Refs,
    names_a_branch,
    peels_tags,
    read_refs,
    resolve,
)
from tests.gitrepositories import Repository


def refs_of(made: Repository) -> Refs:
    """Read the names of a repository."""
    git = Git.at(made.path)
    assert git is not None
    return read_refs(git)


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Repository:
    """Make a repository with every kind of name."""
    made = Repository.create(tmp_path)
    for number, tag in enumerate(("v1.0.0", "1.1.0", "v1.2.0-rc.1", "nightly")):
        made.commit(a=str(number))
        made.git("tag", tag)
    made.commit(a="annotated")
    made.git("tag", "--annotate", "v2.0.0", "--message", "two")
    made.git("branch", "feature/x")
    made.git("branch", "1.5.x")
    made.git("update-ref", "refs/pull/7/head", "HEAD~1")
    made.commit(a="last")
    return made


@pytest.mark.parametrize(
    ("requested", "same"),
    [
        ("", "HEAD"),
        ("HEAD", "HEAD"),
        ("main", "main"),
        ("feature/x", "feature/x"),
        ("refs/heads/feature/x", "feature/x"),
        ("nightly", "nightly"),
        ("refs/tags/nightly", "nightly"),
        ("v1.0.0", "v1.0.0"),
        ("1.1.0", "1.1.0"),
        ("v2.0.0", "v2.0.0^{}"),
        ("pull/7/head", "refs/pull/7/head"),
        ("refs/pull/7/head", "refs/pull/7/head"),
        ("1.*", "1.1.0"),
        ("~1.0", "v1.0.0"),
        (">=1.2.0-0, <2", "v1.2.0-rc.1"),
        ("*", "v2.0.0^{}"),
        ("1.5.x", "1.5.x"),
    ],
)
def test_names(made: Repository, requested: str, same: str) -> None:
    """A name is the commit that `git rev-parse` gives for it."""
    found = resolve(refs_of(made), requested)
    assert found.commit == found.object == made.git("rev-parse", same)


def test_every_ref_that_a_remote_tells(made: Repository) -> None:
    """What `git ls-remote` lists resolves to what it lists, tags peeled."""
    refs = refs_of(made)
    listed: dict[str, str] = {}
    for line in made.git("ls-remote", str(made.path)).splitlines():
        commit, _, name = line.partition("\t")
        listed[name] = commit
    for name, commit in listed.items():
        if not name.endswith("^{}"):
            expected = listed.get(f"{name}^{{}}", commit)
            assert resolve(refs, name).commit == expected, name


def test_annotated_tags_before_they_were_peeled(made: Repository) -> None:
    """An older Argo CD names the tag object; what is read is its commit."""
    found = resolve(refs_of(made), "v2.0.0", peeled=False)
    assert found.commit == made.git("rev-parse", "v2.0.0")
    assert found.object == made.git("rev-parse", "v2.0.0^{}")


def test_commits_are_passed_on(made: Repository) -> None:
    """A full SHA is nobody's to check, an abbreviation stays one."""
    refs = refs_of(made)
    sha = "0123456789abcdef0123456789ABCDEF01234567"
    assert resolve(refs, sha).commit == sha
    assert resolve(refs, sha).meaning is Meaning.COMMIT
    assert resolve(refs, "0123456").commit == "0123456"
    assert resolve(refs, "0123456").meaning is Meaning.SHORT


@pytest.mark.parametrize(
    "requested",
    ["nowhere", "origin/main", "heads/main", "012345", "3.*", "v9.9.9", "main~1"],
)
def test_unknown(made: Repository, requested: str) -> None:
    """What a remote does not list is not found, though a clone may know it."""
    made.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert resolve(refs_of(made), requested).meaning is Meaning.UNKNOWN


def test_one_name_for_two_commits(made: Repository) -> None:
    """A branch and a tag of one name are rivals; in full, each is itself."""
    made.git("tag", "main", "HEAD~2")
    refs = refs_of(made)
    found = resolve(refs, "main")
    assert found.commit == made.git("rev-parse", "refs/heads/main")
    assert found.rivals == (made.git("rev-parse", "refs/tags/main"),)
    assert resolve(refs, "refs/tags/main").rivals == ()
    made.git("tag", "--force", "main", "HEAD")
    assert resolve(refs_of(made), "main").rivals == ()


def test_a_malformed_tag_keeps_constraints_from_working(made: Repository) -> None:
    """One tag such as 2026.01-02 and a constraint is taken for a name."""
    made.git("tag", "2026.01-02")
    assert resolve(refs_of(made), "1.*").meaning is Meaning.UNKNOWN


def test_branches_of_the_remote(tmp_path: Path, made: Repository) -> None:
    """A branch that was only fetched counts; a local one of its name comes first."""
    clone = Repository.clone(made.path, tmp_path / "clone")
    assert resolve(refs_of(clone), "feature/x").commit == made.git(
        "rev-parse", "feature/x"
    )
    local = clone.commit(a="ahead")
    assert resolve(refs_of(clone), "main").commit == local


def test_a_repository_without_commits(tmp_path: Path) -> None:
    """Nothing is known, and nothing breaks."""
    refs = refs_of(Repository.create(tmp_path))
    assert resolve(refs, "HEAD").meaning is Meaning.UNKNOWN
    assert resolve(refs, "main").meaning is Meaning.UNKNOWN


@pytest.mark.parametrize(
    ("version", "peeled"),
    [
        ("", True),
        ("3.6", True),
        ("v3.1.0", True),
        ("3.0.22", False),
        ("3.0.23", True),
        ("2.14.9", False),
        ("2.14.10", True),
        ("2.13.9", True),
        ("2.13.8", False),
        ("2.12.20", False),
    ],
)
def test_since_when_tags_are_peeled(version: str, peeled: bool) -> None:  # noqa: FBT001
    """Argo CD peels annotated tags since 3.1, and in late patches before."""
    assert peels_tags(version) is peeled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("main", True),
        ("release-1.4", True),
        ("HEAD", True),
        ("v1.2.0", False),
        ("1.*", False),
        ("deadbeef", False),
    ],
)
def test_what_looks_like_a_branch(text: str, expected: bool) -> None:  # noqa: FBT001
    """Versions, constraints and SHAs name commits, the rest names branches."""
    assert names_a_branch(text) is expected
