"""Every generator against its table: a spec in, parameter sets out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from baro.expand.generators.transform import known_generators
from baro.expand.ports import HelmEngine
from baro.model import yamltext
from baro.model.expansion import Generation
from baro.model.fieldpath import dotted
from tests.expand.generation import expand

HERE = Path(__file__).parent
FILES = {
    "clusterDecisionResource": "cluster_decision_resource",
    "pullRequest": "pull_request",
    "scmProvider": "scm_provider",
}


def _cases() -> Iterator[Any]:
    for table in sorted(HERE.glob("*.yaml")):
        for case in yamltext.read(table.read_text(encoding="utf-8"))[0].value:
            yield pytest.param(case, id=f"{table.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_a_spec_gives_its_parameter_sets(
    case: Mapping[str, Any], engine: HelmEngine
) -> None:
    """A case's parameter sets, refusals, gaps and counts are those listed."""
    generation = expand(case, engine)
    assert _refusals(generation) == case.get("refused", [])
    assert [gap.reason for gap in generation.gaps] == case.get("gaps", [])
    if "params" in case:
        assert _sets(generation) == case["params"]
    if "counts" in case:
        assert _counts(generation) == case["counts"]


def _sets(generation: Generation) -> list[Any]:
    return [_plain(each.origin.params) for each in generation.applications]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _refusals(generation: Generation) -> list[str]:
    return [
        f"{dotted(failure.path)}: {failure.message}" for failure in generation.failures
    ]


def _counts(generation: Generation) -> list[str]:
    return [
        f"{dotted(each.within[2:])}: {each.count}" for each in generation.generators
    ]


def test_every_generator_has_a_table() -> None:
    """A generator without a table would be a generator without a test."""
    for key in known_generators():
        assert (HERE / f"{FILES.get(key, key)}.yaml").is_file(), key
