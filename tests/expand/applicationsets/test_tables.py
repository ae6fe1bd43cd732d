"""Templates and patches against their tables: Applications out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from baro.expand.ports import HelmEngine
from baro.model import yamltext
from baro.model.expansion import Generation
from baro.model.fieldpath import dotted, get, parse
from tests.expand.generation import expand

HERE = Path(__file__).parent


def _cases() -> Iterator[Any]:
    for table in sorted(HERE.glob("*.yaml")):
        for case in yamltext.read(table.read_text(encoding="utf-8"))[0].value:
            yield pytest.param(case, id=f"{table.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_an_applicationset_gives_its_applications(
    case: Mapping[str, Any], engine: HelmEngine
) -> None:
    """Bodies, failures and unresolved fields of a case are those listed.

    `applications` holds whole bodies; `fields` the listed fields of each.
    """
    generation = expand(case, engine)
    assert _failures(generation) == case.get("failures", [])
    assert _unresolved(generation) == case.get("unresolved", [])
    bodies = [dict(each.body) for each in generation.applications]
    if "applications" in case:
        assert bodies == case["applications"]
    if "fields" in case:
        found = [
            {path: get(body, parse(path)) for path in wanted}
            for wanted, body in zip(case["fields"], bodies, strict=True)
        ]
        assert found == case["fields"]


def _failures(generation: Generation) -> list[str]:
    return [
        f"{failure.kind} {dotted(failure.path)}: {failure.message}"
        for failure in generation.failures
    ]


def _unresolved(generation: Generation) -> list[str]:
    return [
        f"{name} {dotted(path)}: {text}" for name, path, text in generation.unresolved
    ]
