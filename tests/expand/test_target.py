"""The fixed point: roots, levels, duplicates, cycles, and who is in whose folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import HelmEngine
from baro.model.snapshot import Snapshot
from tests.platforms import REPOSITORY, platform

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: config}, data: {a: b}}\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    """Return Helm's engine, one for all tests here."""
    with NativeEngine(jobs=1) as native:
        yield native


def application(name: str, path: str, more: str = "") -> str:
    """Return an Application of a folder of the repository."""
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {REPOSITORY}, targetRevision: main, path: {path}{more}}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""


def names(snapshot: Snapshot) -> list[str]:
    """Return every object's name, in order."""
    return sorted(f"{m.kind}/{m.ref.name}" for m in snapshot.manifests)


def expanded(
    files: Mapping[str, str], folder: Path, engine: HelmEngine
) -> tuple[list[str], list[str]]:
    """Return the names of all objects, and what the gaps are about."""
    snapshot = platform(files, folder, engine)
    return names(snapshot), [f"{g.subject}: {g.reason}" for g in snapshot.gaps]


def test_applications_that_are_rendered_are_expanded_in_turn(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """App of apps: the child is no root of its own, and is there once."""
    files = {
        "root.yaml": application("root", "apps"),
        "apps/child.yaml": application("child", "config"),
        "config/config.yaml": CONFIG,
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert found == ["Application/child", "Application/root", "ConfigMap/config"]
    assert gaps == []


def test_an_application_that_renders_itself_ends(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """A root that lies in the folder that it renders is taken once."""
    files = {
        "apps/root.yaml": application("root", "apps"),
        "apps/config.yaml": CONFIG,
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert found.count("ConfigMap/config") == 1
    assert gaps == []


def test_an_application_without_a_namespace_that_renders_itself_is_one(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """Its file leaves the namespace to its own destination."""
    root = application("root", "apps").replace(", namespace: argocd", "")
    files = {
        "apps/root.yaml": root,
        "apps/child.yaml": application("child", "config"),
        "config/config.yaml": CONFIG,
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert found == ["Application/child", "Application/root", "ConfigMap/config"]
    assert gaps == []


def test_of_two_that_render_each_other_one_is_the_root(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """A circle of Applications is expanded once, whole."""
    files = {
        "one/b.yaml": application("b", "two"),
        "two/a.yaml": application("a", "one"),
        "two/config.yaml": CONFIG,
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert found == ["Application/a", "Application/b", "ConfigMap/config"]
    assert gaps == []


def test_endless_nesting_is_bounded_and_named(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """A chart that renders a longer-named Application of itself stops with a gap."""
    files = {
        "root.yaml": application("a", "chart", ", helm: {releaseName: a}"),
        "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "chart/templates/next.yaml": application(
            "{{ .Release.Name }}x",
            "chart",
            ", helm: {releaseName: '{{ .Release.Name }}x'}",
        ),
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert len(found) < 50
    assert len(gaps) == 1
    assert "levels of Applications in Applications" in gaps[0]


def test_a_generated_application_is_expanded(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """ApplicationSet, Application, object: each knows who made it."""
    files = {
        "set.yaml": f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set, namespace: argocd}}
spec:
  goTemplate: true
  generators: [{{list: {{elements: [{{name: a}}, {{name: b}}]}}}}]
  template:
    metadata: {{name: 'app-{{{{.name}}}}'}}
    spec:
      project: default
      source: {{repoURL: {REPOSITORY}, targetRevision: main, path: config}}
      destination:
        {{server: https://kubernetes.default.svc, namespace: '{{{{.name}}}}'}}
""",
        "config/config.yaml": CONFIG,
    }
    snapshot = platform(files, tmp_path, engine)

    owners = {
        (m.ref.namespace, m.application.name if m.application else "")
        for m in snapshot.of_kind("ConfigMap")
    }
    assert owners == {("a", "app-a"), ("b", "app-b")}


def test_what_goes_to_another_cluster_is_left_to_its_argo_cd(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """An Application that is applied elsewhere is a gap, not expanded here."""
    root = application("root", "apps").replace(
        "server: https://kubernetes.default.svc", "name: edge"
    )
    files = {
        "baro.yaml": (
            f"repositories: {{{REPOSITORY}: .}}\n"
            "clusters: [{name: hub}, {name: edge, server: https://edge.example}]\n"
        ),
        "root.yaml": root,
        "apps/child.yaml": application("child", "config"),
        "config/config.yaml": CONFIG,
    }

    found, gaps = expanded(files, tmp_path, engine)

    assert "ConfigMap/config" not in found
    assert any("another Argo CD would expand it" in gap for gap in gaps)


def test_a_chart_that_nobody_installs_is_a_gap(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """The gap says which key of baro.yaml would close it; with the key it is gone."""
    chart = {
        "boot/Chart.yaml": "apiVersion: v2\nname: boot\nversion: 1.0.0\n",
        "boot/templates/app.yaml": application("shop", "config"),
        "config/config.yaml": CONFIG,
    }
    settings = f"repositories: {{{REPOSITORY}: .}}\nroots: [{{chart: boot}}]\n"

    _, gaps = expanded(chart, tmp_path / "without", engine)
    found, none = expanded({**chart, "baro.yaml": settings}, tmp_path / "with", engine)

    assert gaps == [
        (
            "chart boot: renders Applications or ApplicationSets, "
            "and nothing here installs it"
        )
    ]
    assert found == ["Application/shop", "ConfigMap/config"]
    assert none == []


def test_a_cluster_that_is_rendered_is_registered(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """A cluster Secret that an Application renders counts for the generators."""
    files = {
        "root.yaml": application("clusters", "charts/clusters"),
        "charts/clusters/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "charts/clusters/templates/edge.yaml": """apiVersion: v1
kind: Secret
metadata:
  name: edge
  namespace: argocd
  labels: {argocd.argoproj.io/secret-type: cluster, tier: edge}
stringData: {name: edge, server: https://edge.example, config: "{}"}
""",
        "set.yaml": f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set, namespace: argocd}}
spec:
  goTemplate: true
  generators: [{{clusters: {{selector: {{matchLabels: {{tier: edge}}}}}}}}]
  template:
    metadata: {{name: 'agent-{{{{.name}}}}'}}
    spec:
      project: default
      source: {{repoURL: {REPOSITORY}, targetRevision: main, path: config}}
      destination: {{server: '{{{{.server}}}}', namespace: agent}}
""",
        "config/config.yaml": CONFIG,
    }
    snapshot = platform(files, tmp_path, engine)

    assert "Application/agent-edge" in names(snapshot)
    assert [m.cluster for m in snapshot.of_kind("ConfigMap")] == ["edge"]
    assert len([c for c in snapshot.clusters if c.name == "edge"]) == 1


def applicationset(project: str) -> str:
    """Return an ApplicationSet with a Git generator, for a project."""
    return f"""apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: apps, namespace: argocd}}
spec:
  generators:
    - git: {{repoURL: {REPOSITORY}, revision: main, directories: [{{path: apps/*}}]}}
  template:
    metadata: {{name: '{{{{path.basename}}}}'}}
    spec:
      project: '{project}'
      source: {{repoURL: {REPOSITORY}, targetRevision: main, path: '{{{{path}}}}'}}
      destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""


def project(name: str, spec: str = "{}") -> str:
    """Return an AppProject."""
    return (
        "{apiVersion: argoproj.io/v1alpha1, kind: AppProject, "
        f"metadata: {{name: {name}, namespace: argocd}}, spec: {spec}}}\n"
    )


NOBODY = 'error getting project nobody: AppProject.argoproj.io "nobody" not found'


@pytest.mark.parametrize(
    ("more", "failures"),
    [
        pytest.param({"project.yaml": project("other")}, [NOBODY], id="absent"),
        pytest.param({"project.yaml": project("nobody")}, [], id="there"),
        pytest.param({}, [], id="projects are made elsewhere"),
        pytest.param(
            {
                "other.yaml": project("other"),
                "root.yaml": application("root", "projects"),
                "projects/nobody.yaml": project("nobody"),
            },
            [],
            id="an Application deploys it",
        ),
        pytest.param(
            {
                "project.yaml": project("other"),
                "root.yaml": application("root", "nowhere").replace("acme", "else"),
            },
            [],
            id="what cannot be looked at may hold it",
        ),
        pytest.param(
            {
                "project.yaml": project("other"),
                "refused.yaml": project("nobody", "{roles: [{}]}"),
            },
            [NOBODY],
            id="the API server refuses it",
        ),
    ],
)
def test_a_git_generator_needs_its_project(
    more: Mapping[str, str], failures: list[str], tmp_path: Path, engine: HelmEngine
) -> None:
    """A set whose AppProject surely does not exist generates nothing at all."""
    files = {"set.yaml": applicationset("nobody"), "apps/web/config.yaml": CONFIG}

    snapshot = platform({**files, **more}, tmp_path, engine)

    (generation,) = snapshot.generations
    assert [failure.message for failure in generation.failures] == failures
    assert bool(generation.applications) is not bool(failures)


@pytest.mark.parametrize(
    ("setting", "made"),
    [
        pytest.param("", ["deep", "web"], id="by default as git ls-files"),
        pytest.param("argocdNewGitFileGlobbing: true\n", ["web"], id="new globbing"),
    ],
)
def test_how_files_match_is_argo_cds_setting(
    setting: str, made: list[str], tmp_path: Path, engine: HelmEngine
) -> None:
    """A star crosses folders unless the new globbing is on."""
    files = {
        "baro.yaml": f"repositories: {{{REPOSITORY}: .}}\n{setting}",
        "set.yaml": applicationset("default").replace(
            "directories: [{path: apps/*}]", "files: [{path: apps/*/app.json}]"
        ),
        "apps/web/app.json": "{}",
        "apps/web/deep/app.json": "{}",
    }

    (generation,) = platform(files, tmp_path, engine).generations

    assert [one.ref.name for one in generation.applications] == made


def test_nothing_follows_from_what_the_api_server_refuses(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """An Application without a project is in the state, and renders nothing."""
    files = {
        "root.yaml": application("root", "apps").replace("  project: default\n", ""),
        "apps/config.yaml": CONFIG,
    }

    snapshot = platform(files, tmp_path, engine)

    assert names(snapshot) == ["Application/root"]
    assert snapshot.renderings == ()
    (refused,) = snapshot.refused
    assert [failure.message for failure in refused.failures] == [
        "spec.project: Required value"
    ]
