"""Which cluster an Application means, by both of its names."""

from dataclasses import dataclass

from baro.model.argocd import LOCAL_NAME, Application, Destination
from baro.model.expansion import LOCAL_SERVER
from baro.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Place:
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


def place(snapshot: Snapshot, destination: Destination) -> Place:
    """Complete a destination with what the clusters' registrations say."""
    for cluster in snapshot.clusters:
        by_name = destination.name and cluster.name == destination.name
        server = destination.server.rstrip("/")
        by_server = server and cluster.server.rstrip("/") == server
        if by_name or by_server:
            return Place(cluster.name, cluster.server)
    if destination.local:
        return Place(destination.name or LOCAL_NAME, destination.server or LOCAL_SERVER)
    return Place(destination.name, destination.server)


def unresolved(application: Application) -> bool:
    """Tell whether a template left something unprinted in the destination."""
    destination = application.destination
    words = (destination.name, destination.server, destination.namespace)
    return any("{{" in word or "<no value>" in word for word in words)
