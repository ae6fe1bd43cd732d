"""Every case of the tables of Gateway API."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.gateway_api.conditions import Condition
from baro.routing.gateway_api.strategy import GatewayApi
from baro.routing.table import RouteTable
from baro.routing.world import World
from tests.routing import short
from tests.routing.gateway_api import short as written

TABLES = Path(__file__).parent / "tables"
BY_NAME: dict[str, dict[str, Any]] = {
    f"{path.stem}: {case['name']}": case
    for path in sorted(TABLES.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text("utf-8"))
}
CASES = [pytest.param(case, id=name) for name, case in BY_NAME.items()]
WITH_CONDITIONS = [
    pytest.param(case, id=name)
    for name, case in BY_NAME.items()
    if "conditions" in case
]


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_the_table(case: dict[str, Any]) -> None:
    """Each request is answered in exactly the words of its table."""
    table = written.of_case(case)
    assert table.config_error is None
    assert short.told(case, table) == short.wanted(case)
    if "left_out" in case:
        assert [short.loser(one) for one in table.left_out] == case["left_out"]
    if "remarks" in case:
        assert [short.loser(one) for one in table.remarks] == case["remarks"]
    if "doubts" in case:
        assert [short.reason(one) for one in table.doubts] == case["doubts"]


@pytest.mark.parametrize("case", WITH_CONDITIONS)
def test_conditions_are_those_of_the_table(case: dict[str, Any]) -> None:
    """Gateways, listeners and routes get the conditions that the table names."""
    world = World.of(Declared(body) for body in written.objects(case))
    routes = GatewayApi().build(world, Controller("gateway-api"))
    assert [_condition(one) for one in routes.conditions()] == case["conditions"]


def _condition(one: Condition) -> str:
    return f"{one.subject} {one.part or '-'} {one.type}={one.status} {one.reason}"


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_objects_does_not_matter(case: dict[str, Any]) -> None:
    """The same objects in any order give the same answers and the same places."""
    bodies = list(written.objects(case))
    settings = tuple(case.get("settings", {}).items())
    controller = Controller("gateway-api", settings=settings)
    unready = case.get("unready", ())
    first = RouteTable.build(map(Declared, bodies), controller, unready=unready)
    for _ in bodies:
        bodies = [*bodies[1:], bodies[0]]
        for order in (bodies, bodies[::-1]):
            other = RouteTable.build(map(Declared, order), controller, unready=unready)
            assert list(other.places()) == list(first.places())
            for url in case.get("requests", {}):
                request = short.request(url)
                assert other.answer(request) == first.answer(request)
