"""A folder's files: all of them, none twice, nothing outside."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.trees import sourcetree
from baro.expand.trees.git import Git
from baro.expand.trees.sourcetree import Names
from baro.expand.trees.worktree import FolderTree
from tests.gitrepositories import Repository


@contextmanager
def noted(root: Path) -> Iterator[list[str]]:
    """Note what is opened below a folder, and how."""
    notes: list[str] = []
    kinds = {"open", "os.scandir", "os.listdir"}

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event in kinds and str(arguments[0]).startswith(os.fspath(root)):
            notes.append(f"{event} {arguments[0]}")

    sys.addaudithook(hear)
    yield notes
    # It stays for good, deaf.
    kinds.clear()


def folder(path: Path, *files: str) -> FolderTree:
    """Make a folder whose files hold their own names."""
    for name in files:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"name: {name}\n")
    return FolderTree(path)


def test_files_are_sorted_and_from_the_root(tmp_path: Path) -> None:
    """Files come sorted, by their path from the root; `.git` is left out."""
    tree: Tree = folder(tmp_path, "b/z.yaml", "b/a/c.yaml", "b.yaml", ".git/config")
    assert list(tree.files()) == ["b.yaml", "b/a/c.yaml", "b/z.yaml"]
    assert list(tree.files("b")) == ["b/a/c.yaml", "b/z.yaml"]
    assert list(tree.files("./b/a/")) == ["b/a/c.yaml"]
    assert list(tree.files("nowhere")) == []
    assert list(tree.files("b.yaml")) == []


@pytest.mark.parametrize(
    ("path", "is_file", "is_dir"),
    [
        ("", False, True),
        (".", False, True),
        ("b", False, True),
        ("b/", False, True),
        ("b/../b/c.yaml", True, False),
        ("b/c.yaml", True, False),
        ("empty", False, True),
        ("nowhere", False, False),
        ("..", False, False),
        ("/etc", False, False),
        ("../root/b", False, False),
    ],
)
def test_what_stands_where(
    tmp_path: Path,
    path: str,
    is_file: bool,  # noqa: FBT001
    is_dir: bool,  # noqa: FBT001
) -> None:
    """Files and folders are told apart, and nothing outside is either."""
    tree = folder(tmp_path / "root", "b/c.yaml")
    (tmp_path / "root" / "empty").mkdir()
    assert tree.is_file(path) is is_file
    assert tree.is_dir(path) is is_dir


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "link", "links/secret"])
def test_nothing_outside_is_read(tmp_path: Path, path: str) -> None:
    """Neither `..`, nor an absolute path, nor a symlink leads out of the root."""
    (tmp_path / "secret").write_text("secret")
    tree = folder(tmp_path / "root", "a")
    (tmp_path / "root" / "link").symlink_to("../secret")
    (tmp_path / "root" / "links").symlink_to(tmp_path)
    with pytest.raises(UnreadableFileError):
        tree.read(path)
    assert not tree.is_file(path)
    assert list(tree.files()) == ["a"]


def test_symlinks_inside(tmp_path: Path) -> None:
    """A symlink to a file is a file; one to a folder leads there, unlisted."""
    tree = folder(tmp_path, "real/a.yaml")
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "a.yaml").symlink_to("again/a.yaml")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert list(tree.files()) == ["a.yaml", "real/a.yaml"]
    assert tree.read("a.yaml") == tree.read("again/a.yaml")
    assert list(tree.files("again")) == ["again/a.yaml"]
    assert tree.is_dir("again")
    assert dict(tree.links()) == {"again": "real"}
    assert tree.listing.out_of_bounds == ""
    with pytest.raises(FileNotFoundError):
        tree.read("dangling")


def test_the_first_symlink_out_of_bounds_is_named(tmp_path: Path) -> None:
    """Argo CD refuses a repository for the first one in the order of its walk."""
    tree = folder(tmp_path / "root", "a")
    for name in ("z", "b", "c-d"):
        (tmp_path / "root" / name).symlink_to("/etc/hosts")
    assert tree.listing.out_of_bounds == "b"


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    """A pipe would hang whoever opens it; it is there and unreadable."""
    tree = folder(tmp_path, "a")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFileError, match="pipe is not a regular file"):
        tree.read("pipe")


def test_a_file_that_became_a_symlink_is_not_followed(tmp_path: Path) -> None:
    """What was a file when it was listed is not followed out of the root later."""
    tree = folder(tmp_path / "root", "a")
    assert tree.is_file("a")
    (tmp_path / "root" / "a").unlink()
    (tmp_path / "root" / "a").symlink_to("/etc/hosts")
    with pytest.raises(UnreadableFileError):
        tree.read("a")


def test_text_must_be_utf8(tmp_path: Path) -> None:
    """Other encodings are named with the line where they begin."""
    (tmp_path / "latin").write_bytes(b"a: b\nc: \xe9\n")
    tree = FolderTree(tmp_path)
    assert tree.read("latin") == b"a: b\nc: \xe9\n"
    with pytest.raises(UnreadableFileError, match="latin:2 is not UTF-8"):
        tree.text("latin")


def test_large_texts_are_refused(tmp_path: Path) -> None:
    """A text beyond the bound is refused; its bytes may still be read."""
    (tmp_path / "large").write_bytes(b"#" * (sourcetree.LARGEST_TEXT + 1))
    tree = FolderTree(tmp_path)
    with pytest.raises(UnreadableFileError, match="large is larger than 16 MiB"):
        tree.text("large")


def test_files_are_read_once(tmp_path: Path) -> None:
    """What changes after the first reading is not seen: one run, one state."""
    tree = folder(tmp_path, "a")
    first = tree.text("a")
    (tmp_path / "a").write_text("changed")
    assert tree.text("./a") is first
    assert tree.read("a") == b"name: a\n"


def test_names_have_the_label(tmp_path: Path) -> None:
    """A file is shown with the label of its tree and the URL of its repository."""
    folder(tmp_path, "a")
    names = Names("https://git.example/a", "examples/", "https://git.example/a")
    text = FolderTree(tmp_path, names).text("a")
    assert (text.file, text.repository) == ("examples/a", "https://git.example/a")


def test_names_that_are_no_utf8_can_be_shown(tmp_path: Path) -> None:
    """A file name of odd bytes is listed, read, and shown without an error."""
    name = os.fsdecode(b"caf\xe9.yaml")
    (tmp_path / name).write_text("a: b\n")
    tree = FolderTree(tmp_path)
    assert list(tree.files()) == [name]
    assert tree.text(name).file == "caf\\xe9.yaml"
    assert tree.oid("") != ""


def test_digests_tell_files_apart(tmp_path: Path) -> None:
    """Equal folders have equal digests; names and contents count."""
    for name in ("one", "two"):
        folder(tmp_path / name, "x")
        (tmp_path / name / "x").write_text("same")
    folder(tmp_path / "three", "y")
    (tmp_path / "three" / "y").write_text("same")
    tree = FolderTree(tmp_path)
    assert tree.oid("one") == tree.oid("two/") != tree.oid("three")


def test_unreadable_folders_are_told(tmp_path: Path) -> None:
    """A folder that is gone when it is entered does not end the walk."""
    tree = FolderTree(tmp_path / "gone")
    assert list(tree.files()) == []
    assert "" in tree.listing.unreadable


def test_what_git_ignores_is_not_there(tmp_path: Path) -> None:
    """Ignored files will never reach Argo CD; untracked ones may."""
    made = Repository.create(tmp_path)
    made.write({".gitignore": "charts/\n*.log\n", "kept.log": "", "a.yaml": ""})
    made.git("add", "--force", "kept.log")
    made.write({"charts/a.tgz": "", "b/c.log": "", "new.yaml": ""})
    (tmp_path / "hollow").mkdir()
    git = Git.at(tmp_path)
    assert git is not None
    tree = FolderTree(tmp_path, ignored=git.ignored)
    assert list(tree.files()) == [".gitignore", "a.yaml", "kept.log", "new.yaml"]
    assert not tree.is_dir("charts")
    assert not tree.is_dir("hollow")


def test_what_tools_leave_behind(tmp_path: Path) -> None:
    """Without Git, folders that it would ignore do not count; with it, they may."""
    names = (".venv/bin/x", "a/node_modules/y.yaml", "a/.hidden/z.yaml")
    assert list(folder(tmp_path, *names).files()) == ["a/.hidden/z.yaml"]
    tree = FolderTree(tmp_path, ignored=frozenset)
    assert list(tree.files()) == sorted(names)


def test_a_submodule_that_nobody_checked_out(tmp_path: Path) -> None:
    """Its folder is there; what is in it cannot be told."""
    made = Repository.create(tmp_path)
    made.write({".gitmodules": '[submodule "lib"]\n\tpath = vendor/lib\n\turl = x\n'})
    (tmp_path / "vendor" / "lib").mkdir(parents=True)
    tree = FolderTree(tmp_path)
    assert tree.is_dir("vendor/lib")
    with pytest.raises(UnreadableFileError, match="submodule vendor/lib"):
        tree.read("vendor/lib/a.yaml")


def test_a_large_tree_is_walked_once(tmp_path: Path) -> None:
    """Each folder is opened once, and no file is, however often it is asked."""
    tree = folder(tmp_path, *(f"f{n}/{m}.yaml" for n in range(200) for m in range(10)))
    with noted(tmp_path) as notes:
        for _ in range(2):
            assert len(tree.files()) == 2_000
            assert tree.is_file("f7/7.yaml")
            assert tree.is_dir("f7")
    folders = ["", *(f"f{n}" for n in range(200))]
    assert sorted(notes) == sorted(f"os.scandir {tmp_path}/{name}" for name in folders)
