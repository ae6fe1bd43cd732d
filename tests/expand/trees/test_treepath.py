"""No path leaves the root of its tree."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baro.expand.trees import treepath

STEP = st.sampled_from(["a", "b", "c", "..", ".", ""])
PATH = st.lists(STEP, max_size=6).map("/".join)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        (".", ""),
        ("./a//b/", "a/b"),
        ("a/../b", "b"),
        ("a/b/../..", ""),
    ],
)
def test_normal(path: str, expected: str) -> None:
    """A path inside has one form."""
    assert treepath.normal(path) == expected


@pytest.mark.parametrize("path", ["/a", "..", "a/../..", "../a", "a\0b", "/"])
def test_outside(path: str) -> None:
    """Absolute paths, and paths above the root, are refused."""
    with pytest.raises(treepath.OutsideError):
        treepath.normal(path)
    with pytest.raises(treepath.OutsideError):
        treepath.resolve(path, lambda _: None)


@given(PATH)
def test_normal_twice_is_normal(path: str) -> None:
    """What `normal` returns has no `..`, and is normal."""
    try:
        found = treepath.normal(path)
    except treepath.OutsideError:
        return
    assert treepath.normal(found) == found
    assert ".." not in found.split("/")
    assert not found.startswith("/")


LINKS = st.dictionaries(
    st.sampled_from(["a", "b", "a/b", "b/c", "c"]),
    st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=4).map(
        "/".join
    ),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(LINKS, PATH)
def test_resolve_agrees_with_the_file_system(links: dict[str, str], path: str) -> None:
    """Following symlinks gives what the operating system gives, or is refused."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made).resolve() / "deep" / "root"
        for folder in ("a", "b", "c"):
            (root / folder).mkdir(parents=True)
        for at, target in links.items():
            place = root / at
            inside = os.path.realpath(place.parent) == os.fspath(place.parent)
            if not inside or not place.parent.is_dir():
                continue
            if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
                place.rmdir()
            if not os.path.lexists(place):
                place.symlink_to(target)

        def link(at: str) -> str | None:
            place = root / at
            return os.fspath(place.readlink()) if place.is_symlink() else None

        try:
            found = treepath.resolve(path, link)
        except treepath.OutsideError:
            return
        actual = Path(os.path.realpath(root / path))
        assert actual == root / found
        assert actual.is_relative_to(root)


@pytest.mark.parametrize(
    ("at", "target", "expected"),
    [
        ("a", "b", False),
        ("a", "/etc/passwd", True),
        ("a", "..", True),
        ("a/b", "../c", False),
        ("a/b", "../../c", True),
        ("a/b", "../../root/c", True),
        ("a/b", "c/../../d", False),
    ],
)
def test_leaves_root(at: str, target: str, expected: bool) -> None:  # noqa: FBT001
    """A symlink is out of bounds as soon as one step is above the root."""
    assert treepath.leaves_root(at, target) is expected


def test_a_ring_of_symlinks_ends() -> None:
    """Symlinks that lead to each other are refused."""
    with pytest.raises(treepath.OutsideError):
        treepath.resolve("a", {"a": "b", "b": "a"}.get)


@given(PATH, PATH)
def test_under_means_below(path: str, folder: str) -> None:
    """A path is under each of its ancestors and itself."""
    try:
        path, folder = treepath.normal(path), treepath.normal(folder)
    except treepath.OutsideError:
        return
    expected = folder in {path, *treepath.ancestors(path)} or not folder
    assert treepath.under(path, folder) is expected
