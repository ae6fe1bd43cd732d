"""Which tree a targetRevision means, and what is said when there is none."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from baro.expand.trees.checkout import Opened
from baro.expand.trees.repositories import Repositories
from baro.model.expansion import Failure
from baro.model.finding import Gap
from tests.gitrepositories import Repository

URL = "https://git.example/acme/platform"
Ask = Callable[..., Opened]


@pytest.fixture(name="ask")
def _ask() -> Iterator[Ask]:
    """Map a folder, ask for a revision, and stop the programs afterwards."""
    opened: list[Repositories] = []

    def ask(
        folder: Path,
        requested: str,
        argocd: str = "",
        stands_for: Sequence[str] = (),
    ) -> Opened:
        known = Repositories(argocd, frozenset(stands_for))
        opened.append(known)
        known.map(URL, folder)
        return known.tree(URL, requested)

    yield ask
    for known in opened:
        known.close()


def content(opened: Opened, path: str = "a") -> str:
    """Read a file of what was opened."""
    assert opened.tree is not None
    return opened.tree.read(path).decode()


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Repository:
    """Make a repository with two branches and a tag, `main` checked out."""
    made = Repository.create(tmp_path / "made")
    made.commit(a="first")
    made.git("tag", "v1.0.0")
    made.git("branch", "prod")
    made.commit(a="second")
    return made


@pytest.mark.parametrize("requested", ["", "HEAD", "main", "refs/heads/main"])
def test_what_is_checked_out_is_the_working_tree(
    made: Repository, ask: Ask, requested: str
) -> None:
    """The checked-out branch is read as it stands, changes included and said."""
    opened = ask(made.path, requested)
    assert opened.revision.worktree
    assert not opened.revision.dirty
    made.write({"a": "changed", "new": "file"})
    opened = ask(made.path, requested)
    assert content(opened) == "changed"
    assert content(opened, "new") == "file"
    assert opened.revision.dirty
    assert opened.revision.commit == made.git("rev-parse", "HEAD")


@pytest.mark.parametrize("requested", ["v1.0.0", "prod", "1.*"])
def test_other_revisions_come_from_git(
    made: Repository, ask: Ask, requested: str
) -> None:
    """Any other name is read from Git's objects."""
    opened = ask(made.path, requested)
    assert content(opened) == "first"
    assert opened.revision.commit == made.git("rev-parse", "v1.0.0")
    assert not opened.revision.worktree


def test_abbreviations_stay_abbreviations(made: Repository, ask: Ask) -> None:
    """Argo CD passes 7 digits on as they are; the tree knows the whole commit."""
    full = made.git("rev-parse", "v1.0.0")
    opened = ask(made.path, full[:8])
    assert content(opened) == "first"
    assert opened.revision.commit == full[:8]
    assert opened.tree is not None
    assert opened.tree.commit == full


def test_a_name_that_does_not_exist(made: Repository, ask: Ask) -> None:
    """Argo CD's own message, word for word."""
    opened = ask(made.path, "nowhere")
    assert opened.tree is None
    assert isinstance(opened.refusal, Failure)
    assert (
        opened.refusal.message
        == "unable to resolve 'nowhere' to a commit SHA: revision not found"
    )


def test_a_commit_that_is_not_here(made: Repository, ask: Ask) -> None:
    """A SHA that this clone lacks is a gap: the remote may well have it."""
    sha = "4f1c2a90d7b35e68a0c91d24e7f3b8560a9d1c3e"
    opened = ask(made.path, sha)
    assert opened.tree is None
    assert opened.revision.commit == sha
    assert isinstance(opened.refusal, Gap)
    assert opened.refusal.closes_with == f"git fetch origin {sha}"


def test_another_branch_is_checked_out(made: Repository, ask: Ask) -> None:
    """`main` is then read from Git, and said so; unless the tree stands for it."""
    made.git("checkout", "--quiet", "-b", "change")
    made.write({"a": "proposed"})
    assert content(ask(made.path, "main")) == "second"
    assert content(ask(made.path, "main", stands_for=("main",))) == "proposed"
    assert content(ask(made.path, "change")) == "proposed"


def test_a_detached_head(made: Repository, ask: Ask) -> None:
    """The branch whose commit is checked out is the working tree."""
    made.git("checkout", "--quiet", "--detach")
    assert ask(made.path, "main").revision.worktree
    assert ask(made.path, "HEAD").revision.worktree
    assert content(ask(made.path, "prod")) == "first"


def test_a_dirty_tree_is_not_its_tag(made: Repository, ask: Ask) -> None:
    """A tag is what was committed, even if its commit is checked out."""
    made.git("tag", "v2.0.0")
    assert ask(made.path, "v2.0.0").revision.worktree
    made.write({"a": "changed"})
    assert content(ask(made.path, "v2.0.0")) == "second"


def test_a_shallow_checkout_of_a_merge(
    tmp_path: Path, made: Repository, ask: Ask
) -> None:
    """Where a clone may lack branches, the tree stands for them, with a gap."""
    made.git("update-ref", "refs/pull/7/merge", "HEAD")
    clone = Repository.create(tmp_path / "clone")
    clone.git("remote", "add", "origin", f"file://{made.path}")
    merge = "+refs/pull/7/merge:refs/remotes/pull/7/merge"
    clone.git("fetch", "--quiet", "--depth=1", "origin", merge)
    clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull/7/merge")
    opened = ask(clone.path, "main")
    assert content(opened) == "second"
    assert isinstance(opened.refusal, Gap)
    assert opened.refusal.closes_with == "git fetch origin main"
    assert ask(clone.path, "HEAD").refusal is None


def test_a_bare_repository(tmp_path: Path, made: Repository, ask: Ask) -> None:
    """A Git directory without a working tree has all its revisions."""
    bare = Repository.clone(made.path, tmp_path / "bare.git", "--bare")
    for requested in ("", "HEAD", "main"):
        opened = ask(bare.path, requested)
        assert content(opened) == "second"
        assert not opened.revision.worktree
    assert content(ask(bare.path, "prod")) == "first"
    assert isinstance(ask(bare.path, "nowhere").refusal, Failure)


def test_annotated_tags_by_version(made: Repository, ask: Ask) -> None:
    """What an annotated tag resolves to depends on the version of Argo CD."""
    made.git("tag", "--annotate", "v3.0.0", "prod", "--message", "three")
    old = ask(made.path, "v3.0.0", argocd="3.0.0")
    new = ask(made.path, "v3.0.0", argocd="3.1.0")
    assert content(old) == content(new) == "first"
    assert old.revision.commit == made.git("rev-parse", "v3.0.0")
    assert new.revision.commit == made.git("rev-parse", "prod")


def test_a_name_with_two_meanings(made: Repository, ask: Ask) -> None:
    """The branch is read, and the gap says how to name it for certain."""
    made.git("tag", "prod", "main")
    opened = ask(made.path, "prod")
    assert content(opened) == "first"
    assert isinstance(opened.refusal, Gap)
    assert opened.refusal.closes_with == "targetRevision: refs/heads/prod"


def test_symlinks_out_of_the_repository(made: Repository, ask: Ask) -> None:
    """Argo CD refuses the whole repository, at every revision that has one."""
    (made.path / "out").symlink_to("/etc/hosts")
    for requested in ("main", "prod"):
        opened = ask(made.path, requested)
        if requested == "main":
            assert isinstance(opened.refusal, Failure)
            assert opened.refusal.message == (
                "repository contains out-of-bounds symlinks. file: out"
            )
        else:
            assert opened.refusal is None
    made.commit()
    made.git("tag", "broken")
    made.git("rm", "--quiet", "out")
    made.commit()
    assert isinstance(ask(made.path, "broken").refusal, Failure)


def test_a_folder_without_git(tmp_path: Path, ask: Ask) -> None:
    """Its files stand for every branch; a version or commit leaves a gap."""
    (tmp_path / "a").write_text("plain")
    for requested in ("", "HEAD", "main", "release-1.4"):
        opened = ask(tmp_path, requested)
        assert content(opened) == "plain"
        assert opened.refusal is None
        assert opened.revision.commit == ""
    for requested in ("v1.0.0", "1.*", "deadbeef"):
        opened = ask(tmp_path, requested)
        assert content(opened) == "plain"
        assert isinstance(opened.refusal, Gap)


@pytest.mark.parametrize("state", ["clone", "branch", "detached", "copy"])
def test_a_folder_inside_another_repository(
    tmp_path: Path, ask: Ask, state: str
) -> None:
    """Branches mean the folder, however the repository around it is checked out."""
    outer = Repository.create(tmp_path / "outer")
    outer.commit(examples__platform__a="old")
    outer.git("tag", "v1.0.0")
    outer.commit(examples__platform__a="new")
    made = Repository.clone(outer.path, tmp_path / "clone")
    if state == "branch":
        made.git("checkout", "--quiet", "-b", "change")
    if state == "detached":
        made.git("checkout", "--quiet", "--detach")
    if state == "copy":
        shutil.rmtree(made.path / ".git")
    folder = made.path / "examples" / "platform"
    (folder / "a").write_text("edited")
    for requested in ("", "HEAD", "main", "release-1.4"):
        opened = ask(folder, requested)
        assert content(opened) == "edited"
        assert opened.refusal is None
        assert opened.revision.worktree
    tagged = ask(folder, "v1.0.0")
    if state == "copy":
        assert isinstance(tagged.refusal, Gap)
    else:
        assert content(tagged) == "old"
        assert tagged.refusal is None
        assert list(tagged.tree.files() if tagged.tree else ()) == ["a"]


def test_a_clone_without_trees(tmp_path: Path, made: Repository, ask: Ask) -> None:
    """A revision whose folders a partial clone left behind is a gap."""
    made.git("config", "uploadpack.allowFilter", "true")
    part = Repository.clone(
        made.path, tmp_path / "part", "--filter=tree:0", "--no-checkout"
    )
    opened = ask(part.path, "prod")
    assert opened.tree is None
    assert isinstance(opened.refusal, Gap)
