"""Objects, and edges from the dependent to what it depends on."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Self

from msgspec import Struct

from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot


class Relation(StrEnum):
    """Why one object depends on another."""

    GENERATES = "generates"
    MANAGES = "manages"
    OWNS = "owns"
    MOUNTS = "mounts"
    SELECTS = "selects"
    ROUTES = "routes"
    PROVIDES = "provides"


class Edge(Struct, frozen=True, order=True):
    """`dependent` needs `dependency`; `via` is the field that says so."""

    dependent: ObjectRef
    dependency: ObjectRef
    relation: Relation
    via: str = ""


@dataclass(frozen=True)
class Graph:
    """All edges of one state."""

    edges: tuple[Edge, ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Return the edges that every relation finds in a state."""
        from baro.graph.relations import all_edges  # noqa: PLC0415 - relations use Edge

        return cls(tuple(sorted(set(all_edges(snapshot)))))

    @cached_property
    def _forward(self) -> Mapping[ObjectRef, Sequence[Edge]]:
        return _indexed(self.edges, lambda edge: edge.dependent)

    @cached_property
    def _backward(self) -> Mapping[ObjectRef, Sequence[Edge]]:
        return _indexed(self.edges, lambda edge: edge.dependency)

    def dependencies(self, ref: ObjectRef) -> Sequence[Edge]:
        """Return the edges to what `ref` needs."""
        return self._forward.get(ref, ())

    def dependents(self, ref: ObjectRef) -> Sequence[Edge]:
        """Return the edges from what needs `ref`."""
        return self._backward.get(ref, ())

    def reach(
        self, start: Iterable[ObjectRef], relations: Iterable[Relation] = Relation
    ) -> Iterator[Edge]:
        """Yield the edges to everything that needs `start`, nearest first."""
        wanted = frozenset(relations)
        waiting = deque(start)
        seen = set(waiting)
        while waiting:
            for edge in self.dependents(waiting.popleft()):
                if edge.relation in wanted and edge.dependent not in seen:
                    seen.add(edge.dependent)
                    waiting.append(edge.dependent)
                    yield edge

    def reversed(self) -> "Graph":
        """Return the graph with every edge turned round."""
        return Graph(
            tuple(
                Edge(e.dependency, e.dependent, e.relation, e.via) for e in self.edges
            )
        )


def _indexed(
    edges: Iterable[Edge], key: Callable[[Edge], ObjectRef]
) -> Mapping[ObjectRef, Sequence[Edge]]:
    index: defaultdict[ObjectRef, list[Edge]] = defaultdict(list)
    for edge in edges:
        index[key(edge)].append(edge)
    return index
