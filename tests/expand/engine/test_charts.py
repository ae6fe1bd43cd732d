"""Both engines render charts, and refuse them, as `helm template` does."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.engine.program import ProgramEngine
from baro.expand.ports import HelmEngine, RenderOutcome
from baro.model import yamltext
from tests.expand.engine.requests import requested

CASES: list[dict[str, Any]] = yamltext.read(
    Path(__file__).with_name("charts.yaml").read_text(encoding="utf-8")
)[0].value
VECTORS: dict[str, Any] = yamltext.read(
    Path(__file__).with_name("gotemplate.yaml").read_text(encoding="utf-8")
)[0].value
IDS = [case["name"] for case in CASES]


@pytest.fixture(scope="session")
def program() -> Iterator[ProgramEngine]:
    """Return the engine that runs `helm`; skip where there is none."""
    helm = shutil.which("helm")
    if helm is None:
        pytest.skip("there is no helm on PATH; `make test-lab` has one")
    with ProgramEngine(helm, jobs=2) as engine:
        yield engine


def told(outcome: RenderOutcome) -> dict[str, Any]:
    """Return an outcome as the table has it."""
    assert not outcome.lost
    if outcome.failure is not None:
        return {
            "kind": outcome.failure.kind.value,
            "message": outcome.failure.message,
        }
    found: dict[str, Any] = {
        "rendered": {file.path: file.text.strip() for file in outcome.files},
        "crds": {file.path: file.text.strip() for file in outcome.crds},
        "unchecked": outcome.unchecked,
    }
    return {key: value for key, value in found.items() if value}


def wanted(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the table wants of a case."""
    keys = ("kind", "message", "rendered", "crds", "unchecked")
    return {key: case[key] for key in keys if key in case}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_library_gives_what_helm_gives(
    engine: NativeEngine, case: dict[str, Any]
) -> None:
    """Files and CRDs, or kind and message; twice the same."""
    first, second = engine.render([requested(case)] * 2)
    assert told(first) == wanted(case)
    assert second == first


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_program_gives_the_same(
    program: ProgramEngine, case: dict[str, Any]
) -> None:
    """The table holds for `helm` itself."""
    [outcome] = program.render([requested(case)])
    assert told(outcome) == wanted(case)


def alike(one: HelmEngine, other: HelmEngine) -> Iterator[bool]:
    """Tell, for each set of options, whether two engines say the same."""
    params = [VECTORS["params"]]
    for options in ([], ["missingkey=error"], ["missingkey=zero"]):
        templates = [
            case["template"]
            for case in VECTORS["cases"]
            if case.get("options", []) == options
        ]
        first, second = (e.evaluate(templates, params, options) for e in (one, other))
        yield first == second


def test_both_evaluate_templates_alike(
    engine: NativeEngine, program: ProgramEngine
) -> None:
    """Texts and failures of all recorded templates are equal."""
    assert all(alike(engine, program))


def test_versions_begin_with_v(engine: NativeEngine) -> None:
    """`v4.2.3`, as Helm prints it."""
    assert engine.version.startswith("v4.")
