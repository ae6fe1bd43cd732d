"""What an AppProject permits, as Argo CD decides it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate
from typing import Any

from msgspec import Struct

from baro.model.argocd import GROUP, Application
from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.repourl import normal
from baro.model.snapshot import Snapshot
from baro.rules.destinations import Place
from baro.rules.globs import listed, matches


class Project(Struct, frozen=True, eq=False):
    """Reads an AppProject; `clusters` are those that belong to it alone."""

    manifest: Manifest
    clusters: tuple[ClusterRegistration, ...] = ()

    def permits_source(self, url: str) -> bool:
        """Tell whether an Application may use a repository."""
        # Argo CD: app_project_types.go, IsSourcePermitted
        wanted = normal(url)
        permitted = False
        for pattern in self.manifest.sequence("spec", "sourceRepos"):
            deny, text = _split(str(pattern))
            hit = matches(normal(text), wanted, separator="/")
            if deny and hit:
                return False
            permitted = permitted or hit is not deny
        return permitted

    def permits_destination(self, place: Place, namespace: str) -> bool:
        """Tell whether an Application may put something into a namespace."""
        # Argo CD: app_project_types.go, IsDestinationPermitted; util/argo/argo.go,
        # GetAppProjectByName
        own = [{"server": c.server, "namespace": "*"} for c in self.clusters]
        stated = self.manifest.sequence("spec", "destinations")
        if not self._matches_destination((*stated, *own), place, namespace):
            return False
        return not self.scoped_clusters_only or any(
            cluster.name == place.name or _same_server(cluster.server, place.server)
            for cluster in self.clusters
        )

    @property
    def scoped_clusters_only(self) -> bool:
        """Tell whether only clusters that belong to the project are permitted."""
        return self.manifest.get("spec", "permitOnlyProjectScopedClusters") is True

    @staticmethod
    def _matches_destination(
        destinations: Iterable[Any], place: Place, namespace: str
    ) -> bool:
        # Argo CD 3.6.1: app_project_types.go, isDestinationMatched; before, a denied
        # name denied in every namespace.
        permitted = False
        for item in destinations:
            if not isinstance(item, Mapping):
                continue
            name, server, space = (
                str(item.get(key) or "") for key in ("name", "server", "namespace")
            )
            by_name = bool(place.name) and _accepts(name, place.name)
            by_server = bool(place.server) and _accepts(server, place.server)
            by_space = _accepts(space, namespace)
            if (by_name or by_server) and by_space:
                permitted = True
            elif (
                (not by_name and name.startswith("!") and by_space)
                or (not by_server and server.startswith("!") and by_space)
                or (not by_space and space.startswith("!") and by_server)
            ):
                return False
        return permitted

    def decides_by_unknown(self, place: Place) -> bool:
        """Tell whether the answer needs the name or server that is not known."""
        lacking = [k for k in ("name", "server") if not getattr(place, k)]
        return any(
            isinstance(item, Mapping) and item.get(key)
            for item in self.manifest.sequence("spec", "destinations")
            for key in lacking
        )

    def permits_applications_of(self, namespace: str) -> bool | None:
        """Tell whether Applications of a namespace may use it; None if undecided.

        Those that live beside it always may.
        """
        # Argo CD: app_project_types.go, IsAppNamespacePermitted; util/glob/list.go
        home = self.manifest.ref.namespace
        if not home or namespace in ("", home):
            return True
        entries = self.manifest.sequence("spec", "sourceNamespaces")
        answers = [listed(str(entry), namespace) for entry in entries]
        if True in answers:
            return True
        return None if None in answers else False

    def permits_kind(self, group: str, kind: str, name: str, *, spaced: bool) -> bool:
        """Tell whether an Application may deploy a kind (of that name)."""
        # Argo CD: app_project_types.go, IsGroupKindNamePermitted
        if spaced:
            white = self.manifest.get("spec", "namespaceResourceWhitelist")
            listed = white is None or self._lists(white, group, kind)
            black = self.manifest.get("spec", "namespaceResourceBlacklist")
            return listed and not self._lists(black, group, kind)
        white = self.manifest.get("spec", "clusterResourceWhitelist")
        black = self.manifest.get("spec", "clusterResourceBlacklist")
        return self._lists(white, group, kind, name) and not self._lists(
            black, group, kind, name
        )

    @staticmethod
    def _lists(items: Any, group: str, kind: str, name: str = "") -> bool:
        return any(
            isinstance(item, Mapping)
            and _plain(str(item.get("kind") or ""), kind)
            and _plain(str(item.get("group") or ""), group)
            and (not name or not item.get("name") or _plain(str(item["name"]), name))
            for item in (items if isinstance(items, list) else ())
        )


def projects(snapshot: Snapshot) -> dict[str, Project]:
    """Return the AppProjects of a state by their name."""
    found = snapshot.of_kind("AppProject", group=GROUP)
    scoped: defaultdict[str, list[ClusterRegistration]] = defaultdict(list)
    for cluster in snapshot.clusters:
        scoped[cluster.project].append(cluster)
    return {
        m.ref.name: Project(m, tuple(scoped.get(m.ref.name, ())))
        for m in reversed(found)
    }


def registered(snapshot: Snapshot, place: Place) -> bool:
    """Tell whether the registration of a cluster is in the state."""
    return any(
        not cluster.implicit
        and (cluster.name == place.name or _same_server(cluster.server, place.server))
        for cluster in snapshot.clusters
    )


def governed(snapshot: Snapshot) -> Iterator[tuple[Application, Project]]:
    """Yield the Applications whose AppProject is in the state, with it."""
    known = projects(snapshot)
    for manifest in snapshot.applications():
        application = Application(manifest)
        if application.project in known:
            yield application, known[application.project]


def stated(manifest: Manifest, *paths: FieldPath) -> FieldPath:
    """Return the first of the paths that stands in a manifest, else `spec`."""
    return next((path for path in paths if manifest.has(path)), ("spec",))


def _accepts(pattern: str, text: str) -> bool:
    deny, plain = _split(pattern)
    return matches(plain, text) is not deny


def _same_server(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def _split(pattern: str) -> tuple[bool, str]:
    return pattern.startswith("!"), pattern.removeprefix("!")


def _plain(pattern: str, text: str) -> bool:
    """Tell whether a pattern of Go's filepath.Match matches a word without `/`."""
    return re.fullmatch(translate(pattern), text) is not None
