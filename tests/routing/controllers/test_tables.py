"""Every case of the tables of the other ingress controllers."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from baro.routing.declared import Declared
from baro.routing.ordered import globs
from baro.routing.table import RouteTable
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
    assert table.config_error is None
    assert not table.remarks
    assert case["requests"]
    assert short.told(case, table) == short.wanted(case)
    if "left_out" in case:
        assert [short.loser(one) for one in table.left_out] == case["left_out"]
    assert [short.reason(one) for one in table.doubts] == case.get("doubts", [])


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_objects_does_not_matter(case: dict[str, Any]) -> None:
    """The same objects in any order give the same answers and the same places."""
    bodies = [short.ingress(one) for one in case["ingresses"]]
    bodies += case.get("objects", ())
    unready = [f"default/{name}" for name in case.get("unready", ())]
    controller = short.controller(case)
    first = RouteTable.build(map(Declared, bodies), controller, unready=unready)
    for _ in bodies:
        bodies = [*bodies[1:], bodies[0]]
        for order in (bodies, bodies[::-1]):
            other = RouteTable.build(map(Declared, order), controller, unready=unready)
            assert list(other.places()) == list(first.places())
            for url in case["requests"]:
                request = short.request(url)
                assert other.answer(request) == first.answer(request)


@given(pattern=st.text("ab*?", max_size=8), text=st.text("ab", max_size=8))
def test_a_star_takes_anything_and_a_question_mark_one_sign(
    pattern: str, text: str
) -> None:
    """Globs are what their recursive definition says."""

    def plainly(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return plainly(pattern[1:], text) or bool(
                text and plainly(pattern, text[1:])
            )
        return (
            bool(text)
            and pattern[0] in ("?", text[0])
            and plainly(pattern[1:], text[1:])
        )

    assert globs(pattern, text) == plainly(pattern, text)
