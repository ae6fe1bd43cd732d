"""Objects that a kustomization patches are taken as they are applied."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import HelmEngine
from baro.expand.sources.kustomizebuild import Kustomize
from baro.model.snapshot import Snapshot
from tests.platforms import REPOSITORY, platform

pytestmark = pytest.mark.skipif(
    Kustomize.installed() is None, reason="NOT RUN: needs kustomize or kubectl"
)

APP = f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: {REPOSITORY}, targetRevision: main, path: patch-me}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""
BASE = {
    "base/app.yaml": APP,
    "base/kustomization.yaml": "resources: [app.yaml]",
    "config/a.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
}
PATCHED = """resources: [../base]
patches:
- target: {kind: Application, name: w.*}
  patch: '- {op: replace, path: /spec/source/path, value: config}'
"""
STRATEGIC = """resources: [../base]
patches: [{path: patch.yaml}]
"""
PATCH = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec: {source: {path: config}}
"""
DROPPED = """- patch: |-
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: web, namespace: argocd}
    $patch: delete
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    """Return Helm's engine, one for all tests here."""
    with NativeEngine(jobs=1) as native:
        yield native


def told(snapshot: Snapshot) -> tuple[list[str], list[str], list[str]]:
    """Return the paths of the Applications, the gaps, and what closes them."""
    return (
        [str(m.get("spec", "source", "path")) for m in snapshot.applications()],
        [f"{gap.subject}: {gap.reason}" for gap in snapshot.gaps],
        [gap.closes_with for gap in snapshot.gaps],
    )


@pytest.mark.parametrize(
    "files",
    [
        {"over/kustomization.yaml": PATCHED},
        {"over/kustomization.yaml": STRATEGIC, "over/patch.yaml": PATCH},
        {
            "over/kustomization.yaml": "resources: [../base]\n"
            "patchesStrategicMerge: [patch.yaml]",
            "over/patch.yaml": PATCH,
        },
        {
            "over/kustomization.yaml": "resources: [../base]\nnamePrefix: eu-\n"
            "patches:\n- patch: |-\n"
            + "".join(f"    {line}\n" for line in PATCH.splitlines()),
        },
        {
            "over/kustomization.yaml": "resources: [../base]\n"
            "configMapGenerator: [{name: c, literals: [path=config]}]\n"
            "replacements:\n"
            "- source: {kind: ConfigMap, name: c, fieldPath: data.path}\n"
            "  targets:\n"
            "  - {select: {kind: Application}, fieldPaths: [spec.source.path]}\n",
        },
        {
            "over/kustomization.yaml": PATCHED,
            "top/kustomization.yaml": "resources: [../over]",
            "other/kustomization.yaml": PATCHED,
        },
    ],
    ids=["json", "strategic", "old strategic", "prefix", "replacement", "twice alike"],
)
def test_a_patched_application_is_taken_as_it_is_applied(
    files: Mapping[str, str], tmp_path: Path, engine: HelmEngine
) -> None:
    """It keeps the file that it is written in."""
    snapshot = platform({**BASE, **files}, tmp_path, engine)

    assert told(snapshot) == (["config"], [], [])
    assert [m.ref.name for m in snapshot.of_kind("ConfigMap")] == ["a"]
    (application,) = snapshot.applications()
    location = application.origin.locate(("spec", "source"))
    assert location is not None
    assert (location.file.rpartition("/")[2], location.line) == ("app.yaml", 6)


@pytest.mark.parametrize("prefix", ["", "namePrefix: eu-\n"], ids=["bare", "prefix"])
@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", {"api-web": "patch-me", "web": "config"}),
        (
            DROPPED,
            {"api-web": "patch-me", "web": "patch-me"},
        ),
    ],
    ids=["both", "one is dropped"],
)
def test_a_name_inside_of_another_is_not_taken_for_it(
    tmp_path: Path, engine: HelmEngine, prefix: str, more: str, wanted: dict[str, str]
) -> None:
    """Two Applications of one file stay two, in whatever order they are printed."""
    files = {
        **BASE,
        "base/app.yaml": f"{APP.replace('name: web,', 'name: api-web,')}---\n{APP}",
        "over/kustomization.yaml": prefix + PATCHED.replace("w.*", "web") + more,
    }
    applications = platform(files, tmp_path, engine).applications()

    assert {
        m.ref.name.removeprefix("eu-"): m.get("spec", "source", "path")
        for m in applications
    } == wanted


def test_a_patch_of_something_else_changes_nothing(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """Neither does a kustomization that does not patch at all."""
    other = PATCHED.replace("w.*", "we")
    files = {
        **BASE,
        "config/b.yaml": APP.replace("patch-me", "config").replace("web", "api"),
        "over/kustomization.yaml": other,
        "plain/kustomization.yaml": "resources: [../base]\nnamespace: other",
    }

    assert told(platform(files, tmp_path, engine))[0] == ["patch-me", "config"]


def test_several_patches_leave_it_open_what_is_applied(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """None of them is guessed; one that `baro.yaml` names is taken."""
    files = {
        **BASE,
        "over/kustomization.yaml": PATCHED,
        "other/kustomization.yaml": PATCHED.replace("value: config", "value: other"),
    }

    assert told(platform(files, tmp_path / "open", engine)) == (
        [],
        [
            (
                "Application argocd/web: 2 kustomizations patch it, each in its own "
                "way: other, over"
            )
        ],
        ["roots: [{path: other}], or the one that is applied"],
    )
    files["baro.yaml"] = (
        f"{{repositories: {{{REPOSITORY}: .}}, roots: [{{path: over}}]}}"
    )
    closed = platform(files, tmp_path / "closed", engine)
    assert told(closed) == (["config"], [], [])


def test_what_an_application_renders_is_not_asked_for(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """An Application of one of the kustomizations says which is applied."""
    files = {
        **BASE,
        "over/kustomization.yaml": PATCHED,
        "other/kustomization.yaml": PATCHED.replace("value: config", "value: other"),
        "root.yaml": APP.replace("patch-me", "over").replace("web", "root"),
    }

    assert told(platform(files, tmp_path, engine)) == (["over", "config"], [], [])


def test_a_patch_that_cannot_be_built_is_told(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """What stands in the file is not what is applied."""
    remote = PATCHED.replace("../base", "../base, 'https://github.com/acme/x?ref=1'")
    snapshot = platform({**BASE, "over/kustomization.yaml": remote}, tmp_path, engine)

    assert told(snapshot)[:2] == (
        [],
        [
            (
                "Application argocd/web: the kustomization over patches it, and a "
                "remote base is not fetched"
            )
        ],
    )


def test_kustomizations_in_a_ring_and_broken_ones_patch_nothing(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """Kustomize would refuse them; the file stands for itself."""
    files = {
        **BASE,
        "over/kustomization.yaml": PATCHED.replace("../base", "../base, ../ring"),
        "ring/kustomization.yaml": PATCHED.replace("../base", "../over"),
        "broken/kustomization.yaml": "resources: [../base",
        "odd/kustomization.yaml": "resources: {a: b}\npatches: [1, {target: [x]}]\n"
        "replacements: [{path: none.yaml}, 1]\npatchesStrategicMerge: ['a: [\\n']",
    }

    assert told(platform(files, tmp_path, engine))[0] == ["patch-me"]
