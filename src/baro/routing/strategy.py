"""The seam between the table that callers see and one controller's behaviour."""

from collections.abc import Sequence
from typing import Protocol

from baro.routing.answer import Answer, Controller, Loser, Place
from baro.routing.reasons import Reason
from baro.routing.request import Request
from baro.routing.world import World


class Routes(Protocol):
    """What a controller makes of a set of objects; immutable, order-independent."""

    @property
    def config_error(self) -> Reason | None:
        """Return why the controller would refuse the set as a whole, or None."""

    @property
    def doubts(self) -> Sequence[Reason]:
        """Return what was met and is not imitated, for the set as a whole."""

    @property
    def left_out(self) -> Sequence[Loser]:
        """Return the Ingresses (or routes) that the controller does not serve."""

    @property
    def remarks(self) -> Sequence[Loser]:
        """Return what is served otherwise than written: ignored annotations."""

    def places(self) -> Sequence[Place]:
        """Return the whole table, by host, in the order of matching."""

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request."""


class Strategy(Protocol):
    """One controller. Its module (of a package: `strategy`) offers it as `STRATEGY`."""

    @property
    def name(self) -> str:
        """Return the name that users write before the `@`."""

    @property
    def last_version(self) -> str:
        """Return the newest release whose behaviour is imitated."""

    def build(self, world: World, controller: Controller) -> Routes:
        """Make the routes. Never raises for what the objects say."""
