"""What a move to Gateway API changes, and what it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from baro.routing.declared import Declared
from baro.routing.migration import Change, compare, prefix_rewrite
from baro.routing.table import RouteTable
from baro.routing.translation import translate
from tests.routing import short

TABLE = Path(__file__).parent / "cases.yaml"
CASES = [
    pytest.param(case, id=case["name"])
    for case in yaml.safe_load(TABLE.read_text("utf-8"))
]


def objects(case: dict[str, Any]) -> list[Declared]:
    """Write the Ingresses of a case out."""
    return [Declared(short.ingress(one)) for one in case["ingresses"]]


def named(changes: Any) -> dict[str, Change]:
    """Return the changes by host and location head."""
    return {f"{one.place.host} {one.place.head}": one for one in changes}


@pytest.mark.parametrize("case", CASES)
def test_changes_are_those_of_the_table(case: dict[str, Any]) -> None:
    """Each place changes in exactly the way that the table names."""
    changes = named(compare(objects(case), short.controller(case)))
    told = {place: str(change.difference) for place, change in changes.items()}
    assert told == case["changes"]
    for place, expected in case.get("why", {}).items():
        assert [short.reason(one) for one in changes[place].why] == expected
    for place, expected in case.get("shown", {}).items():
        shown = [
            f"{one.difference} {one.before.request.url}: "
            f"{short.line(one.before)} => {short.line(one.after)}"
            for one in changes[place].shown
        ]
        assert shown == expected


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_objects_does_not_matter(case: dict[str, Any]) -> None:
    """The same Ingresses in another order change in the same way."""
    given = objects(case)
    controller = short.controller(case)
    assert compare(given, controller) == compare(given[::-1], controller)


@pytest.mark.parametrize("case", CASES)
def test_translations_are_taken_by_their_own_gateway(case: dict[str, Any]) -> None:
    """Every route of a translation is attached, every listener serves."""
    controller = RouteTable.build(objects(case), short.controller(case)).controller
    translation = translate(objects(case), controller)
    table = RouteTable.build(translation.objects, short.controller(_GATEWAY))
    assert not table.left_out
    assert not table.remarks


_GATEWAY = {"controller": "gateway-api"}


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("/kr(/|$)(.*)", "/$2", ("/kr", "/")),
        ("/kr(/|$)(.*)", "/x/$2", ("/kr", "/x")),
        ("/kr/(.*)", "/$1", None),
        ("/kr(/|$)(.*)", "/$1", None),
        ("/k[r](/|$)(.*)", "/$2", None),
    ],
)
def test_only_the_common_pattern_is_a_prefix(
    path: str, target: str, expected: tuple[str, str] | None
) -> None:
    """A prefix is offered where it means exactly what the pattern does."""
    assert prefix_rewrite(path, target) == expected
