"""What the user names is opened with the settings that belong to it."""

import os
from pathlib import Path

import pytest

from baro.errors import InputError
from baro.expand.platform import Overrides, open_platform
from tests.gitrepositories import Repository


def write(folder: Path, **files: str) -> Path:
    """Write files (`a__b` is `a/b`, `baro` is `baro.yaml`) and return the folder."""
    for name, text in files.items():
        place = folder / {"baro": "baro.yaml"}.get(name, name.replace("__", "/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the folder of the test."""
    monkeypatch.chdir(tmp_path)


def test_a_folder_with_settings(tmp_path: Path) -> None:
    """`baro.yaml` maps, names stores and what was installed by hand."""
    write(
        tmp_path / "p",
        baro="repositories: {https://h/p: .}\ncharts: [store]\n"
        "roots: [{chart: c, valueFiles: [v.yaml]}]\n",
        store__x="",
        c__Chart="",
        **{"v.yaml": ""},
    )
    with open_platform([Path("p")]) as platform:
        (root,) = platform.roots
        assert platform.repositories.tree("https://h/p", "main").tree is root.tree
        assert platform.stores == (tmp_path / "p" / "store",)
        ((entry, where),) = root.installed()
        assert entry.chart == "c"
        assert str(where) == "p/baro.yaml:3:9"
        assert root.only == ()


def test_settings_above(tmp_path: Path) -> None:
    """A folder or file inside a platform belongs to it; only it is looked at."""
    write(tmp_path / "p", baro="", apps__a="", other__b="")
    with open_platform([Path("p/apps"), Path("p/other/b")]) as platform:
        (root,) = platform.roots
        assert root.only == ("apps", "other/b")
        assert root.tree.is_file("other/b")


def test_settings_are_not_looked_for_outside_of_the_repository(tmp_path: Path) -> None:
    """A `baro.yaml` above the root of the repository is somebody else's."""
    write(tmp_path, baro="nonsense: 1")
    Repository.create(tmp_path / "p").commit(apps__a="x")
    with open_platform([Path("p/apps")]) as platform:
        (root,) = platform.roots
        assert root.text is None
        assert root.only == ("apps",)
        assert root.tree.is_file("apps/a")


def test_baro_yaml_itself_may_be_named(tmp_path: Path) -> None:
    """Naming the file is naming its folder."""
    write(tmp_path / "p", baro="", a="")
    with open_platform([Path("p/baro.yaml")]) as platform:
        assert platform.roots[0].only == ()


def test_several_platforms(tmp_path: Path) -> None:
    """Each has its own settings; together they are one platform."""
    write(tmp_path / "one", baro="clusters: [{name: a}]\nargocdNamespace: x\n", f="")
    write(tmp_path / "two", baro="clusters: [{name: b}]\nexternalSecrets: {k: v}\n")
    with open_platform([Path("one"), Path("two")]) as platform:
        assert [c.name for c in platform.settings.clusters] == ["a", "b"]
        assert platform.settings.argocd_namespace == "x"
        assert platform.settings.external_secrets == {"k": "v"}
        assert platform.roots[0].tree.text("f").file == os.path.join("one", "f")  # noqa: PTH118 - a name, not a place


def test_the_command_line_wins(tmp_path: Path) -> None:
    """Versions, mappings and the settings file itself can be given."""
    write(tmp_path / "p", baro="argocdVersion: 3.0.0\nrepositories: {https://h/a: .}\n")
    write(tmp_path / "q", a="from q", other="kubernetesVersion: 1.30.0\n")
    given = Overrides({"https://h/a": tmp_path / "q"}, argocd_version="3.4.0")
    with open_platform([Path("p")], given) as platform:
        assert platform.settings.argocd_version == "3.4.0"
        tree = platform.repositories.tree("https://h/a", "main").tree
        assert tree is not None
        assert tree.read("a") == b"from q"
    config = Overrides(config=tmp_path / "q" / "other")
    with open_platform([Path("p")], config) as platform:
        assert platform.settings.kubernetes_version == "1.30.0"
        assert platform.settings.argocd_version == ""


def everything(path: Path) -> None:
    """Open a platform and look at all that its settings name."""
    with open_platform([path]) as platform:
        assert platform.stores == ()
        assert [list(root.installed()) for root in platform.roots] == []


MISTAKES = [
    pytest.param(
        "repositories: {https://h/p: ../nowhere}", "p/baro.yaml:1:16", id="map"
    ),
    pytest.param("charts: [nowhere]", "p/baro.yaml:1:10", id="store"),
    pytest.param("roots: [{chart: nowhere}]", "p/baro.yaml:1:10", id="chart"),
    pytest.param(
        "roots: [{chart: c, valueFiles: [x]}]", "p/baro.yaml:1:33", id="values"
    ),
    pytest.param("wrong: 1", "p/baro.yaml:1:1", id="key"),
]


@pytest.mark.parametrize(("text", "where"), MISTAKES)
def test_mistakes_have_their_line(tmp_path: Path, text: str, where: str) -> None:
    """What `baro.yaml` names must be there; the line is told where it is not."""
    write(tmp_path / "p", baro=text, c__Chart="")
    with pytest.raises(InputError) as caught:
        everything(Path("p"))
    assert caught.value.where == where


def test_a_path_that_is_not_there() -> None:
    """It is told before anything else is done."""
    with pytest.raises(InputError, match="nowhere: no such file or folder"):
        open_platform([Path("nowhere")])


def test_uncommitted_changes_are_noted(tmp_path: Path) -> None:
    """A reader should know that what was checked is not what is committed."""
    made = Repository.create(tmp_path / "p")
    made.commit(a="x", **{"baro.yaml": "repositories: {https://h/p: .}"})
    with open_platform([Path("p")]) as platform:
        platform.repositories.tree("https://h/p", "main")
        assert platform.notes == ()
    made.write({"a": "y"})
    with open_platform([Path("p")]) as platform:
        platform.repositories.tree("https://h/p", "main")
        assert platform.notes == ("p has uncommitted changes; they count",)


def test_a_branch_that_is_not_checked_out_is_noted(tmp_path: Path) -> None:
    """Whoever works on a branch should know that `main` was read from Git."""
    made = Repository.create(tmp_path / "p")
    made.commit(a="x", **{"baro.yaml": "repositories: {https://h/p: .}"})
    made.git("checkout", "--quiet", "-b", "change")
    with open_platform([Path("p")]) as platform:
        platform.repositories.tree("https://h/p", "main")
        assert platform.notes == (
            "p: main was read from Git, not from the working tree, which is at change",
        )
    with open_platform([Path("p")], Overrides(stands_for=["main"])) as platform:
        platform.repositories.tree("https://h/p", "main")
        assert platform.notes == ()
