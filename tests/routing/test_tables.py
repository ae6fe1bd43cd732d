"""Every case of the tables, answered by baro alone."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.routing import short

TABLES = Path(__file__).parent / "tables"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(TABLES.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_table(case: dict[str, Any]) -> None:
    """Each request is answered in exactly the words of its table."""
    table = short.of_case(case)
    error = table.config_error
    told = f"{error.code}: {', '.join(error.values)}" if error else None
    assert told == case.get("config_error")
    for host, heads in case.get("locations", {}).items():
        assert [p.head for p in table.places() if p.host == host] == heads
    assert short.told(case, table) == short.wanted(case)
    if "left_out" in case:
        assert [short.loser(one) for one in table.left_out] == case["left_out"]
    if "remarks" in case:
        assert [short.loser(one) for one in table.remarks] == case["remarks"]
    if "doubts" in case:
        assert [short.reason(one) for one in table.doubts] == case["doubts"]
