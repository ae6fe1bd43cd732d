"""An Application depends on the ApplicationSet that generates it.

Deleting the ApplicationSet deletes the Application (owner reference).
"""

from collections.abc import Iterator

from baro.graph.graph import Edge, Relation
from baro.model.fieldpath import dotted
from baro.model.snapshot import Snapshot


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    for generation in snapshot.generations:
        for application in generation.applications:
            yield Edge(
                application.ref,
                generation.applicationset.ref,
                Relation.GENERATES,
                dotted(application.origin.within),
            )
