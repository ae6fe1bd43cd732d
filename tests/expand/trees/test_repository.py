"""Any revision is read from Git's objects, the checkout left alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Protocol

import pytest

from baro.errors import ToolError
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.trees import repository
from baro.expand.trees.git import Git
from baro.expand.trees.repository import GitTree, ObjectReader
from baro.expand.trees.sourcetree import Names
from tests.gitrepositories import Repository


class TreeAt(Protocol):
    """Opens the tree of a commit."""

    def __call__(self, made: Repository, commit: str, under: str = "") -> GitTree:
        """Open it."""
        ...


@pytest.fixture(name="tree_at")
def _tree_at() -> Iterator[TreeAt]:
    """Open trees, and stop the programs that read them."""
    readers: list[ObjectReader] = []

    def at(made: Repository, commit: str, under: str = "") -> GitTree:
        git = Git.at(made.path)
        assert git is not None
        readers.append(ObjectReader(git))
        full = made.git("rev-parse", f"{commit}^{{commit}}")
        return GitTree(readers[-1], full, Names(), under)

    yield at
    for reader in readers:
        reader.close()


def test_an_old_revision(tmp_path: Path, tree_at: TreeAt) -> None:
    """The files are those of the commit, whatever the working tree has."""
    made = Repository.create(tmp_path)
    old = made.commit(a="old", b__c="kept")
    made.git("rm", "--quiet", "a")
    made.commit(b__c="new")
    made.write({"b/c": "dirty", "a": "back"})
    before = made.git("status", "--porcelain")
    tree: Tree = tree_at(made, old)
    assert list(tree.files()) == ["a", "b/c"]
    assert tree.read("a") == b"old"
    assert tree.read("b/c") == b"kept"
    assert tree.text("b/c").revision == old
    assert (tree.commit, tree.worktree) == (old, False)
    assert made.git("status", "--porcelain") == before


def test_it_lists_what_git_lists(tmp_path: Path, tree_at: TreeAt) -> None:
    """Listing and contents equal those of `git ls-tree` and `git show`."""
    made = Repository.create(tmp_path)
    names = [f"d{n % 7}/e{n % 3}/f {n}.yaml" for n in range(60)] + ["ünï.yaml", "q\"'"]
    made.write({name: f"{name}\n" * 3 for name in names})
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "many")
    tree = tree_at(made, "HEAD")
    listed = made.git("ls-tree", "-r", "-z", "--name-only", "HEAD").strip("\0")
    assert list(tree.files()) == sorted(listed.split("\0"))
    for name in names:
        assert tree.read(name).decode() == f"{name}\n" * 3


def test_a_folder_as_root(tmp_path: Path, tree_at: TreeAt) -> None:
    """A folder of the repository can be the root; nothing above it is there."""
    made = Repository.create(tmp_path)
    made.commit(outer="o", inner__file="i")
    (tmp_path / "inner" / "up").symlink_to("../outer")
    made.commit()
    tree = tree_at(made, "HEAD", under="inner")
    assert list(tree.files()) == ["file"]
    assert tree.listing.out_of_bounds == "up"
    with pytest.raises(UnreadableFileError):
        tree.read("up")


def test_symlinks(tmp_path: Path, tree_at: TreeAt) -> None:
    """Symlinks in Git are followed inside, and refused outside."""
    made = Repository.create(tmp_path)
    made.commit(real__a="a")
    (tmp_path / "link").symlink_to("real/a")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "out").symlink_to("../../etc/passwd")
    made.commit()
    tree = tree_at(made, "HEAD")
    assert list(tree.files()) == ["link", "real/a"]
    assert tree.read("link") == tree.read("folder/a") == b"a"
    assert dict(tree.links()) == {"folder": "real"}
    assert tree.listing.out_of_bounds == "out"


def test_packed_objects(tmp_path: Path, tree_at: TreeAt) -> None:
    """Objects in packs are read as loose ones are."""
    made = Repository.create(tmp_path)
    first = made.commit(a="1" * 5000)
    made.commit(a="1" * 5000 + "2")
    made.git("gc", "--quiet", "--aggressive")
    assert tree_at(made, first).read("a") == b"1" * 5000


def test_sha256(tmp_path: Path, tree_at: TreeAt) -> None:
    """A repository with SHA-256 object names is read like any other."""
    made = Repository.create(tmp_path, "--object-format=sha256")
    commit = made.commit(a="x")
    assert len(commit) == 64
    assert tree_at(made, commit).read("a") == b"x"


def test_bare_and_shallow(tmp_path: Path, tree_at: TreeAt) -> None:
    """A bare, shallow clone has its newest commit."""
    source = Repository.create(tmp_path / "source")
    source.commit(a="1")
    source.commit(a="2")
    bare = Repository.clone(source.path, tmp_path / "b.git", "--bare", "--depth=1")
    assert tree_at(bare, "HEAD").read("a") == b"2"


def test_a_clone_without_blobs(tmp_path: Path, tree_at: TreeAt) -> None:
    """Missing objects are unreadable, name the clone, and fetch nothing."""
    source = Repository.create(tmp_path / "source")
    source.commit(a="1", b__c="2")
    source.git("config", "uploadpack.allowFilter", "true")
    made = Repository.clone(
        source.path, tmp_path / "part", "--filter=blob:none", "--no-checkout"
    )
    tree = tree_at(made, "HEAD")
    assert list(tree.files()) == ["a", "b/c"]
    for path in ("a", "b/c"):
        with pytest.raises(UnreadableFileError, match=f"{path} is not in this clone"):
            tree.read(path)
    assert tree.oid("") == tree_at(source, "HEAD").oid("")


def test_submodules_are_named(tmp_path: Path, tree_at: TreeAt) -> None:
    """A submodule is a folder whose files are in another repository."""
    made = Repository.create(tmp_path)
    commit = made.commit(a="x")
    made.git("update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
    made.git("commit", "--quiet", "--message", "submodule")
    tree = tree_at(made, "HEAD")
    assert tree.is_dir("lib")
    assert not tree.is_file("lib")
    with pytest.raises(UnreadableFileError, match="lib/x is in the submodule lib"):
        tree.read("lib/x")


def test_equal_folders_of_two_revisions(tmp_path: Path, tree_at: TreeAt) -> None:
    """A folder that did not change between revisions keeps its digest."""
    made = Repository.create(tmp_path)
    old = made.commit(chart__a="same", other="1")
    new = made.commit(other="2")
    assert tree_at(made, old).oid("chart") == tree_at(made, new).oid("chart")
    assert tree_at(made, old).oid("") != tree_at(made, new).oid("")


def test_large_objects(
    tmp_path: Path, tree_at: TreeAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object beyond the bound is refused, and reading goes on."""
    monkeypatch.setattr(repository, "LARGEST_FILE", 100)
    made = Repository.create(tmp_path)
    made.commit(large="x" * 200, small="y")
    tree = tree_at(made, "HEAD")
    with pytest.raises(UnreadableFileError, match="large is larger than"):
        tree.read("large")
    assert tree.read("small") == b"y"


def test_symlinks_that_are_none(tmp_path: Path, tree_at: TreeAt) -> None:
    """A symlink whose target no file system takes is unreadable."""
    made = Repository.create(tmp_path)
    (tmp_path / "odd").write_text("x" * 5000)
    oid = made.git("hash-object", "-w", "odd")
    made.git("update-index", "--add", "--cacheinfo", f"120000,{oid},link")
    made.git("commit", "--quiet", "--message", "odd")
    with pytest.raises(UnreadableFileError, match="link is no symlink"):
        tree_at(made, "HEAD").read("link")


def test_git_that_refuses(tmp_path: Path) -> None:
    """A repository that Git does not want to read is said so, in Git's words."""
    made = Repository.create(tmp_path)
    with (tmp_path / ".git" / "config").open("a") as config:
        config.write("[core]\n\trepositoryformatversion = 99\n")
    with pytest.raises(ToolError, match="git rev-parse: Expected git repo version"):
        Git.at(made.path)


def test_a_repository_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Git advises names the root, whichever folder was asked about."""
    folder = Repository.create(tmp_path / "r").path / "deep"
    folder.mkdir()
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    assumed = "GIT_CONFIG_GLOBAL=/dev/null GIT_TEST_ASSUME_DIFFERENT_OWNER=1"
    program.write_text(f'#!/bin/sh\n{assumed} exec {which("git")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with pytest.raises(ToolError, match="detected dubious ownership") as raised:
        Git.at(folder)
    advised = f"git config --global --add safe.directory {tmp_path}/r"
    assert raised.value.hint == f"If you trust it: {advised}"


def test_new_files_count_whatever_the_user_has_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git may be told not to show them; they are read all the same."""
    made = Repository.create(tmp_path / "r")
    made.commit(a="a")
    settings = tmp_path / "gitconfig"
    settings.write_text("[status]\n\tshowUntrackedFiles = no\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    git = Git.at(made.path)
    assert git is not None
    assert not git.dirty()
    made.write({"b/new": ""})
    assert git.dirty()


def test_a_folder_that_only_looks_like_git(tmp_path: Path) -> None:
    """An empty `.git` makes no repository."""
    (tmp_path / ".git").mkdir()
    assert Git.at(tmp_path) is None
