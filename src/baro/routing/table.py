"""The routing table of one cluster, under one controller."""

import pkgutil
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

import baro.routing as _package
from baro.errors import InputError
from baro.routing.answer import Answer, Certainty, Controller, Loser, Place
from baro.routing.declared import Declared
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.strategy import Routes, Strategy
from baro.routing.world import World


class RouteTable(Struct, frozen=True):
    """Who answers which request, from plain Kubernetes objects."""

    controller: Controller
    routes: Routes
    not_imitated: Reason | None = None
    """Why answers are those of another release, if they are."""

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
        routes = strategy.build(world, controller)
        told = (why for why in routes.doubts if why.code is Code.VERSION_NOT_IMITATED)
        other = next(told, None) or _of_other_release(controller, strategy)
        return cls(controller, routes, other)

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""
        answer = self.routes.answer(request)
        if self.not_imitated is None:
            return answer
        why = (*answer.why, self.not_imitated)
        return replace(answer, why=why, certainty=Certainty.UNKNOWN)

    @property
    def config_error(self) -> Reason | None:
        """Return why the controller would keep its old configuration, or None."""
        return self.routes.config_error

    @property
    def doubts(self) -> Sequence[Reason]:
        """Return what could not be imitated, for the set as a whole."""
        doubts = self.routes.doubts
        if self.not_imitated is None or self.not_imitated in doubts:
            return doubts
        return (self.not_imitated, *doubts)

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
    return sorted(filter(is_known, (name.replace("_", "-") for name in _modules())))


def is_known(name: str) -> bool:
    """Tell whether there is a strategy of that name; nobody else is imported."""
    return _strategy(name) is not None


def find_strategy(name: str) -> Strategy:
    """Return the strategy of that name: the one of the module that is named so.

    Raises:
        InputError: there is none.
    """
    strategy = _strategy(name)
    if strategy is None:
        raise InputError(
            f"baro does not know the ingress controller {name!r}",
            hint=f"it knows {', '.join(known_controllers())}",
        )
    return strategy


def _of_other_release(controller: Controller, strategy: Strategy) -> Reason | None:
    """Return why a release is another one than those that are imitated.

    Between major releases, controllers change how they read Ingresses. Who serves
    Gateway API has releases of its own, which say nothing of the specification.
    """
    major = controller.version.partition(".")[0]
    known = strategy.last_version
    if strategy.name == "gateway-api" or major == known.partition(".")[0]:
        return None
    return because(Code.VERSION_NOT_IMITATED, controller.version, known)


@cache
def _modules() -> dict[str, str]:
    """Return where each controller would have its strategy, by its module's name."""
    return {
        module.name: f"{module.name}.strategy" if module.ispkg else module.name
        for module in pkgutil.iter_modules(_package.__path__)
    }


@cache
def _strategy(name: str) -> Strategy | None:
    place = _modules().get(name.replace("-", "_"))
    if place is None or find_spec(f"{_package.__name__}.{place}") is None:
        return None
    module = import_module(f"{_package.__name__}.{place}")
    found: Strategy | None = getattr(module, "STRATEGY", None)
    return found if found is not None and found.name == name else None
