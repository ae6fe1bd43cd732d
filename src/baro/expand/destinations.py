"""Which cluster an Application is for."""

from collections.abc import Sequence

from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER, ClusterRegistration
from baro.model.manifest import Manifest


def control_plane(clusters: Sequence[ClusterRegistration]) -> str:
    """Return the name of the cluster that Argo CD runs in."""
    for cluster in clusters:
        if cluster.server.rstrip("/") == LOCAL_SERVER:
            return cluster.name
    return LOCAL_NAME


class Destinations:
    """Which cluster an Application means by a name or a server."""

    # Argo CD: util/argo/argo.go, GetDestinationCluster
    def __init__(self, clusters: Sequence[ClusterRegistration]) -> None:
        """Index the clusters; of two with one name or server the first counts."""
        control = control_plane(clusters)
        self._by_name = {c.name: c.name for c in reversed(clusters)}
        self._by_server = {c.server.rstrip("/"): c.name for c in reversed(clusters)}
        self._by_name.setdefault(LOCAL_NAME, control)
        self._by_server.setdefault(LOCAL_SERVER, control)

    def cluster(self, application: Manifest) -> str:
        """Return the name of an Application's destination; empty if unknown."""
        name = application.text("spec", "destination", "name")
        server = application.text("spec", "destination", "server")
        if name:
            return self._by_name.get(name, "")
        return self._by_server.get(server.rstrip("/"), "")
