"""Which cluster an Application means, by both of its names."""

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

from baro.model.argocd import Application, Destination
from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER
from baro.model.snapshot import Snapshot


class Place(Struct, frozen=True):
    """A cluster by name and server; a part that nobody states is empty."""

    name: str
    server: str

    @property
    def key(self) -> str:
        """Return what tells two clusters apart."""
        return self.server or self.name

    def __str__(self) -> str:
        """Return the name, as people call it."""
        return self.name or self.server


class Places(Struct, frozen=True):
    """Completes destinations with what the clusters' registrations say."""

    by_name: Mapping[str, Place]
    by_server: Mapping[str, Place]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the registrations; the first one of a name or server counts."""
        found = [Place(c.name, c.server) for c in reversed(snapshot.clusters)]
        return cls(
            {place.name: place for place in found},
            {place.server.rstrip("/"): place for place in found},
        )

    def of_destination(self, destination: Destination) -> Place:
        """Return the cluster that a destination means, as far as it is known."""
        known = self.by_name.get(destination.name) if destination.name else None
        if known is None and destination.server:
            known = self.by_server.get(destination.server.rstrip("/"))
        if known is not None:
            return known
        if destination.local:
            name, server = destination.name, destination.server
            return Place(name or LOCAL_NAME, server or LOCAL_SERVER)
        return Place(destination.name, destination.server)


def unresolved(application: Application) -> bool:
    """Tell whether a template left something unprinted in the destination."""
    destination = application.destination
    words = (destination.name, destination.server, destination.namespace)
    return any("{{" in word or "<no value>" in word for word in words)
