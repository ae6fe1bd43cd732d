"""The routing table of one cluster, under one controller."""

import pkgutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Self

import baro.routing as _package
from baro.errors import InputError
from baro.routing.answer import Answer, Controller, Loser, Place
from baro.routing.declared import Declared
from baro.routing.reasons import Reason
from baro.routing.request import Request
from baro.routing.strategy import Routes, Strategy
from baro.routing.world import World


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Who answers which request, from plain Kubernetes objects."""

    controller: Controller
    routes: Routes

    @classmethod
    def build(
        cls,
        objects: Iterable[Declared],
        controller: Controller,
        *,
        unready: Collection[str] = (),
    ) -> Self:
        """Make the table; the order of `objects` does not matter.

        `unready` names Services (`namespace/name`) that have no endpoints although
        nothing in the objects says so.

        Raises:
            InputError: no such controller is known.
        """
        strategy = find_strategy(controller.name)
        if not controller.version:
            controller = replace(controller, version=strategy.last_version)
        world = World.of(objects, unready=unready)
        return cls(controller, strategy.build(world, controller))

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""
        return self.routes.answer(request)

    @property
    def config_error(self) -> Reason | None:
        """Return why the controller would keep its old configuration, or None."""
        return self.routes.config_error

    @property
    def doubts(self) -> Sequence[Reason]:
        """Return what could not be imitated, for the set as a whole."""
        return self.routes.doubts

    @property
    def left_out(self) -> Sequence[Loser]:
        """Return the Ingresses that are not served at all, and why."""
        return self.routes.left_out

    @property
    def remarks(self) -> Sequence[Loser]:
        """Return the annotations that have no effect, and why."""
        return self.routes.remarks

    def places(self) -> Sequence[Place]:
        """Return the whole table, by host, in the order of matching."""
        return self.routes.places()


def known_controllers() -> list[str]:
    """Return the names that `find_strategy` knows, sorted."""
    found = map(_strategy_in, sorted(_modules()))
    return sorted(strategy.name for strategy in found if strategy is not None)


def find_strategy(name: str) -> Strategy:
    """Return the strategy of that name: the one of the module that is named so.

    Raises:
        InputError: there is none.
    """
    module = name.replace("-", "_")
    strategy = _strategy_in(module) if module in _modules() else None
    if strategy is None or strategy.name != name:
        raise InputError(
            f"baro does not know the ingress controller {name!r}",
            hint=f"it knows {', '.join(known_controllers())}",
        )
    return strategy


@cache
def _modules() -> frozenset[str]:
    return frozenset(module.name for module in pkgutil.iter_modules(_package.__path__))


def _strategy_in(module: str) -> Strategy | None:
    imported = import_module(f"{_package.__name__}.{module}")
    strategy: Strategy | None = getattr(imported, "STRATEGY", None)
    return strategy
