"""What a part is."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.api import Api
from lab.location import Site
from lab.processes import Program


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the lab.

    `program` says how to start it (a part may have none), `prepare` what to put
    into the cluster once it is ready, `watch` what to do every half second from
    then on; `binaries` are built when they are missing.
    """

    name: str
    needs: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    program: Callable[[Site], Program] | None = None
    prepare: Callable[[Site, Api], None] | None = None
    watch: Callable[[Site, Api], None] | None = None
