"""One file per relation: a docstring, then `edges(snapshot) -> Iterator[Edge]`."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from baro.graph.graph import Edge
from baro.model.snapshot import Snapshot


def all_edges(snapshot: Snapshot) -> Iterator[Edge]:
    """Yield what every relation finds."""
    for module in pkgutil.iter_modules(__path__):
        yield from import_module(f"{__name__}.{module.name}").edges(snapshot)
