"""An object depends on the Application that renders it.

Deleting the Application deletes the object where the Application has a resources
finalizer; taking it out of Git deletes it where pruning is on.
"""

from collections.abc import Iterator

from baro.graph.graph import Edge, Relation
from baro.model.fieldpath import dotted
from baro.model.snapshot import Snapshot


def edges(snapshot: Snapshot) -> Iterator[Edge]:
    for manifest in snapshot.manifests:
        if manifest.application is not None:
            yield Edge(
                manifest.ref,
                manifest.application,
                Relation.MANAGES,
                dotted(manifest.origin.within),
            )
