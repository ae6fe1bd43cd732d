"""Every relation against its table: objects in, edges out."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from baro.graph import relations
from baro.model import yamltext
from tests.snapshots import snapshot

HERE = Path(__file__).parent
NAMES = sorted(p.stem for p in Path(relations.__path__[0]).glob("[!_]*.py"))


def _cases() -> Iterator[Any]:
    for table in sorted(HERE.glob("*.yaml")):
        for case in yamltext.read(table.read_text(encoding="utf-8"))[0].value:
            yield pytest.param(table.stem, case, id=f"{table.stem}: {case['name']}")


@pytest.mark.parametrize(("name", "case"), list(_cases()))
def test_case_yields_exactly_its_edges(name: str, case: Mapping[str, Any]) -> None:
    """Each table case yields the edges that it lists."""
    module = import_module(f"baro.graph.relations.{name}")
    found = sorted(
        f"{edge.dependent} -> {edge.dependency} ({edge.via})"
        for edge in module.edges(snapshot(case))
    )
    assert found == sorted(case["edges"])


@pytest.mark.parametrize("name", NAMES)
def test_relation_has_a_table(name: str) -> None:
    """Each relation has a table with an edge and with a near miss."""
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    cases = yamltext.read(text)[0].value
    assert any(case["edges"] for case in cases)
    assert any(case["edges"] == [] for case in cases)
