"""One source of one Application, as Argo CD would render it."""

from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.sources.kustomizebuild import Kustomize
from tests.expand.sources.cases import PLATFORM, Case, cases, render, told

NO_KUSTOMIZE = Case(
    name="without a program a kustomization is a gap",
    files={"a/kustomization.yaml": "{}"},
    spec={"source": {"repoURL": PLATFORM, "path": "a"}},
    expect={},
)
TABLES = dict(cases(Path(__file__).parent))


def _needs_kustomize() -> None:
    if Kustomize.installed() is None:
        pytest.skip("needs kustomize or kubectl")


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES.keys())
def test_source(case: Case, engine: NativeEngine) -> None:
    """A source renders, is refused, or is a gap, as its case says."""
    if case.spec.get("source", {}).get("kustomize") or "kustom" in str(case.files):
        _needs_kustomize()
    found = told(render(case, engine), case)
    assert {key: found[key] for key in case.expect} == dict(case.expect)


def test_kustomize_needs_a_program(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without kustomize and kubectl a kustomization is a gap that says so."""
    monkeypatch.setenv("PATH", "/nonexistent")
    found = told(render(NO_KUSTOMIZE, engine), NO_KUSTOMIZE)
    assert found["closes"] == ["kustomize on PATH"]
    assert found["type"] == "Kustomize"
