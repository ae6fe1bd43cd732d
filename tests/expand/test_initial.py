"""The first `baro.yaml` is proposed from what is found."""

import shutil
from pathlib import Path

import pytest

from baro.errors import InputError
from baro.expand.discovery.initial import propose
from baro.expand.settings_file import read_settings
from baro.model.text import SourceText
from tests.gitrepositories import Repository

EXAMPLES = Path(__file__).parents[2] / "examples"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec:
  sources:
  - repoURL: https://git.example/acme/platform
    path: chart
  - repoURL: https://git.example/acme/apps.git
    path: elsewhere
  - {repoURL: https://charts.example, chart: c, targetRevision: "1"}
"""
CLUSTERS = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: a}
spec:
  goTemplate: true
  generators:
  - clusters: {selector: {matchLabels: {tier: prod}}}
  template:
    metadata: {name: "{{ .name }}"}
    spec:
      destination:
        namespace: '{{ index .metadata.annotations "acme.io/team" }}'
        name: "{{ .metadata.annotations.domain }}"
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files and return their folder."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def alive(text: str) -> str:
    """Take the comment marks off what is commented out, and comments away."""
    told = [line.removeprefix("# ") for line in text.splitlines()]
    kept = [t for t in told if t.startswith((" ", "-")) or t.endswith(":")]
    return "\n".join(k for k in kept if not k.lstrip().startswith("#"))


def test_repositories_are_mapped(tmp_path: Path) -> None:
    """What is here is mapped, what lies beside it too, each with its line."""
    folder = write(tmp_path / "platform", {"a.yaml": APPLICATION, "chart/x": ""})
    (tmp_path / "apps").mkdir()
    text = propose(folder)
    settings = read_settings(SourceText("baro.yaml", text))
    assert settings.repositories == {
        "https://git.example/acme/platform": ".",
        "https://git.example/acme/apps.git": "../apps",
    }
    assert "  # a.yaml:6:5\n" in text


def test_what_is_nowhere_is_commented_out(tmp_path: Path) -> None:
    """A folder that only the user knows is left for the user to fill in."""
    text = propose(write(tmp_path, {"a.yaml": APPLICATION, "chart/x": ""}))
    assert "#   https://git.example/acme/apps.git: FOLDER\n" in text
    assert len(read_settings(SourceText("baro.yaml", text)).repositories) == 1


def test_remotes_need_no_mapping(tmp_path: Path) -> None:
    """A repository that Git knows to be this one is not mapped again."""
    made = Repository.create(tmp_path)
    made.write({"a.yaml": APPLICATION, "chart/x": ""})
    made.git("remote", "add", "origin", "git@git.example:acme/platform.git")
    assert "acme/platform:" not in propose(tmp_path)


def test_clusters_have_what_templates_ask_for(tmp_path: Path) -> None:
    """Without a registration a cluster is drafted, with keys and their lines."""
    text = propose(write(tmp_path, {"set.yaml": CLUSTERS}))
    assert read_settings(SourceText("baro.yaml", text)).clusters == []
    (cluster,) = read_settings(SourceText("baro.yaml", alive(text))).clusters
    assert cluster.labels == {"tier": "prod"}
    assert set(cluster.annotations) == {"acme.io/team", "domain"}
    assert "# domain: set.yaml:13\n" in text


def test_the_example(tmp_path: Path) -> None:
    """For the example platform: the root, the store, the keys of the secret store."""
    folder = tmp_path / "platform"
    shutil.copytree(EXAMPLES / "platform", folder)
    mine = read_settings(SourceText("baro.yaml", (folder / "baro.yaml").read_text()))
    (folder / "baro.yaml").unlink()
    text = propose(folder, schema="schema.json")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    found = read_settings(SourceText("baro.yaml", text))
    assert found.charts == mine.charts
    assert [r.chart for r in found.roots] == [r.chart for r in mine.roots]
    assert [r.value_files for r in found.roots] == [r.value_files for r in mine.roots]
    whole = read_settings(SourceText("baro.yaml", alive(text)))
    assert {k: set(v) for k, v in whole.external_secrets.items()} == {
        k: set(v) for k, v in mine.external_secrets.items()
    }


def test_stores_are_no_charts(tmp_path: Path) -> None:
    """Folders of charts by version, and of archives; not what charts vendor."""
    names = (
        "vendor/a-1.0.0/Chart.yaml",
        "archives/b-2.0.0.tgz",
        "chart/Chart.yaml",
        "chart/chart-0.1.0.tgz",
        "chart/charts/c-1.0.0.tgz",
        "plain/d/Chart.yaml",
    )
    text = propose(write(tmp_path, dict.fromkeys(names, "name: x\n")))
    found = read_settings(SourceText("baro.yaml", text))
    assert sorted(found.charts) == ["archives", "vendor"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A `baro.yaml` that is there stays."""
    write(tmp_path, {"baro.yaml": "charts: []\n"})
    with pytest.raises(InputError, match="is there already"):
        propose(tmp_path)


def test_an_empty_folder(tmp_path: Path) -> None:
    """Where nothing is found, nothing is proposed; it says so, and can be read."""
    assert "# Nothing was found" in propose(tmp_path)
    assert read_settings(SourceText("b", propose(tmp_path))) == read_settings(
        SourceText("b", "")
    )
    with pytest.raises(InputError, match="no such folder"):
        propose(tmp_path / "nowhere")
