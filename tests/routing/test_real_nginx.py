"""The tables, and random Ingress sets, answered by baro and by a real nginx."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from baro.routing.answer import Certainty
from tests.routing import real_nginx, short
from tests.routing.template import World
from tests.routing.test_tables import CASES

pytestmark = [pytest.mark.nginx, real_nginx.needs_nginx]

# What nginx alone cannot do, since it is Lua's or another program's.
NOT_NGINX = {"flags", "settings", "objects", "controller", "left_out"}
BEYOND = ("canary", "auth-type")


@pytest.fixture(name="folder")
def fixture_folder() -> Iterator[Path]:
    """Give a folder with a short name: sockets have at most 107 characters."""
    with TemporaryDirectory(prefix="n", dir="/tmp") as name:
        yield Path(name)


def is_within_reach(case: dict[str, Any]) -> bool:
    """Tell whether the case is about nginx and not about Lua, classes or ages."""
    plain = not case.keys() & NOT_NGINX
    return plain and not any(
        name.startswith(BEYOND)
        for ingress in case["ingresses"]
        for name in ingress.get("nginx", {})
    )


def served(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the case's Ingresses that have ingress-nginx' class."""
    return [
        short.ingress(one)
        for one in case["ingresses"]
        if one.get("class", "nginx") == "nginx"
        or one.get("annotations", {}).get("kubernetes.io/ingress.class") == "nginx"
    ]


def world_of(number: int, case: dict[str, Any]) -> World:
    """Make a world of a case."""
    unready = frozenset(f"default/{name}" for name in case.get("unready", ()))
    return World(number, served(case), unready)


def test_tables_hold_on_a_real_nginx(folder: Path) -> None:
    """Every case that is nginx' affair is answered the same by the real one."""
    cases = [param.values[0] for param in CASES]
    chosen: list[dict[str, Any]] = [
        case
        for case in cases
        if isinstance(case, dict)
        and is_within_reach(case)
        and "requests" in case
        and "config_error" not in case
    ]
    worlds = [world_of(number, case) for number, case in enumerate(chosen)]
    differences = []
    asked = 0
    with real_nginx.running(folder, worlds):
        for number, case in enumerate(chosen):
            table = short.of_case(case)
            for url in case["requests"]:
                request = short.request(url)
                answer = table.answer(request)
                if answer.certainty is Certainty.UNKNOWN:
                    continue
                asked += 1
                real = real_nginx.ask(folder, number, request)
                if real != real_nginx.told(answer):
                    told = real_nginx.told(answer)
                    differences.append((case["name"], url, real, told))
    assert differences == []
    assert asked > 100


@pytest.mark.parametrize(
    "case",
    [
        param
        for param in CASES
        if isinstance(param.values[0], dict)
        and "config_error" in param.values[0]
        and is_within_reach(param.values[0])
    ],
)
def test_what_does_not_load_is_refused_by_a_real_nginx(
    folder: Path, case: dict[str, Any]
) -> None:
    """A configuration that baro says does not load is refused by `nginx -t`."""
    assert real_nginx.load_error(folder, [world_of(0, case)]) is not None
