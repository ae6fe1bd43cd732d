"""Whole ApplicationSets against what Argo CD's own code made of them.

`golden/argocd-VERSION.json` holds specs and the answers of that version's
`GenerateApplications`, each normalized by its `NormalizeApplicationSpec`. The cases
called `random` were drawn at random; answers that Go's map order decides are left out.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from baro.expand.ports import HelmEngine
from baro.model.expansion import Generation
from tests.expand.generation import expand

HERE = Path(__file__).parent / "golden"
ANY_REPOSITORY = "https://git.example/a"


def _cases() -> Iterator[Any]:
    for file in sorted(HERE.glob("argocd-*.json")):
        golden = json.loads(file.read_text(encoding="utf-8"))
        for case in golden["cases"]:
            name = f"{golden['argocd']}: {case['name']}"
            yield pytest.param(golden, case, id=name)


@pytest.mark.parametrize(("golden", "case"), list(_cases()))
def test_the_answer_is_that_of_argo_cd(
    golden: Mapping[str, Any], case: Mapping[str, Any], engine: HelmEngine
) -> None:
    """The same Applications, and the same first error in the same words."""
    generation = expand(_asked(golden, case), engine)
    assert _error(generation) == case.get("error", "")
    if "reflect" in case.get("error", "") or "unrecognized option" in str(case):
        return  # Argo CD panics: what it had made by then is nowhere.
    found = [_comparable(each.body) for each in generation.applications]
    assert sorted(found) == sorted(map(_comparable, case["applications"]))


def _asked(golden: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "s", "namespace": "argocd"},
        "spec": case["spec"],
    }
    return {
        "text": json.dumps(body),
        "argocd": golden["argocd"],
        "clusters": [golden["clusters"][name] for name in case.get("clusters", ())],
        "files": golden["files"],
        "repository": ANY_REPOSITORY,
        "globbing": case.get("globbing", ""),
    }


def _error(generation: Generation) -> str:
    """Return what Argo CD reports: it only logs generators that it does not know."""
    messages = (failure.message for failure in generation.failures)
    return next((m for m in messages if "unrecognized generators" not in m), "")


def _comparable(body: Mapping[str, Any]) -> str:
    said = {key: _said(body[key]) for key in ("metadata", "spec")}
    return json.dumps(said, sort_keys=True)


def _said(value: Any, *, kept: bool = False) -> Any:
    """Return a value without what Go leaves out of JSON: zeros, outside of values.

    `unknown` fields of the cases are no fields of an Application: baro keeps them.
    """
    if isinstance(value, Mapping):
        pairs = {
            key: _said(inner, kept=kept or key == "valuesObject")
            for key, inner in value.items()
            if not key.startswith("unknown")
        }
        return {
            key: inner
            for key, inner in pairs.items()
            if kept or key == "valuesObject" or not _is_zero(inner)
        }
    if isinstance(value, list):
        return [_said(each, kept=kept) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_zero(value: Any) -> bool:
    return value in (None, "", False, 0, [], {})
