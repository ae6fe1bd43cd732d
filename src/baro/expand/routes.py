"""The expected routes of `baro.yaml`, with the clusters' annotations filled in."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from baro.expand.clusters.remotevalues import unknown
from baro.expand.platform import Platform, Root
from baro.expand.settings import RouteEntry
from baro.model.cluster import ClusterRegistration
from baro.model.finding import Gap
from baro.model.route import ExpectedRoute
from baro.model.text import Location

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9._/-]+)\}")
_REMOTE = "externalSecrets."
_STATED = "clusters: in baro.yaml, with that annotation"


class _Entry(Struct, frozen=True):
    """One entry of `routes:`, and where it stands."""

    written: RouteEntry
    where: Location | None
    url_at: Location | None

    @classmethod
    def of(cls, root: Root, index: int, written: RouteEntry) -> "_Entry":
        """Read the entry of that index."""
        place = root.locate("routes", index)
        return cls(written, place, root.locate("routes", index, "url") or place)

    @property
    def names(self) -> set[str]:
        """Return the placeholders that it uses."""
        it = self.written
        return set(_PLACEHOLDER.findall(f"{it.url} {it.redirects_to} {it.application}"))

    def route(
        self, words: Mapping[str, str], cluster: str, **doubt: str
    ) -> ExpectedRoute:
        """Return the route with the placeholders filled in."""

        def fill(text: str) -> str:
            return _PLACEHOLDER.sub(lambda m: words.get(m[1], m[0]), text)

        it = self.written
        return ExpectedRoute(
            url=fill(it.url),
            written=it.url,
            application=fill(it.application),
            service=it.service,
            upstream_path=it.upstream_path,
            status=it.status,
            redirects_to=fill(it.redirects_to),
            cluster=cluster,
            location=self.where,
            **doubt,
        )


def expected_routes(
    platform: Platform,
    clusters: Sequence[ClusterRegistration],
    unseen: Sequence[Gap] = (),
) -> tuple[tuple[ExpectedRoute, ...], tuple[Gap, ...]]:
    """Return the routes, one for each cluster that a placeholder fits, and the gaps.

    `{domain}` is the annotation `domain` of a cluster, else its label; `{cluster}` its
    name. A route without placeholders is expected of every cluster that serves its
    host. `unseen` is what is not known of the clusters: a route that depends on it is
    not known, either.
    """
    routes: list[ExpectedRoute] = []
    gaps: list[Gap] = []
    for root in platform.roots:
        for index, written in enumerate(root.settings.routes):
            entry = _Entry.of(root, index, written)
            found = list(_filled(entry, clusters, unseen))
            routes.extend(found)
            if not unseen:
                gaps.extend(_gap(entry, route) for route in found if _lacks(route))
    return tuple(routes), tuple(gaps)


def _lacks(route: ExpectedRoute) -> bool:
    return bool(route.unknown or route.unfilled)


def _gap(entry: _Entry, route: ExpectedRoute) -> Gap:
    """Return the gap that a route is which no gap of the clusters accounts for."""
    names = ", ".join(sorted(entry.names))
    reason = route.unknown or f"no cluster has an annotation or label for {names}"
    return Gap(f"route {entry.written.url}", reason, _STATED, entry.url_at)


def _filled(
    entry: _Entry, clusters: Sequence[ClusterRegistration], unseen: Sequence[Gap]
) -> Iterator[ExpectedRoute]:
    names = sorted(entry.names)
    if not names:
        yield entry.route({}, entry.written.cluster)
        return
    fitting = [
        (cluster, words)
        for cluster in clusters
        if entry.written.cluster in ("", cluster.name)
        and set(names) <= (words := _words(cluster)).keys()
    ]
    for cluster, words in fitting:
        doubtful = [name for name in names if _is_unknown(cluster, name)]
        if doubtful:
            yield entry.route({}, "", unknown=_unknown(cluster, doubtful, unseen))
        else:
            yield entry.route(words, cluster.name)
    if not fitting and (unseen or not clusters):
        reason = f"no cluster that is known has {', '.join(names)}"
        closes = _closing(unseen, ())
        yield entry.route({}, "", unknown=f"{reason} (closes with: {closes})")
    elif not fitting:
        yield entry.route({}, "", unfilled=", ".join(names))


def _words(cluster: ClusterRegistration) -> dict[str, str]:
    return {"cluster": cluster.name, **cluster.labels, **cluster.annotations}


def _is_unknown(cluster: ClusterRegistration, name: str) -> bool:
    """Tell whether a secret store alone knows what a placeholder stands for."""
    if name in cluster.annotations:
        return ("annotations", name) in cluster.unknown
    if name in cluster.labels:
        return ("labels", name) in cluster.unknown
    return ("name",) in cluster.unknown


def _unknown(
    cluster: ClusterRegistration, names: Sequence[str], unseen: Sequence[Gap]
) -> str:
    """Say what of a cluster is not known, and which keys of `baro.yaml` close it."""
    words = [_words(cluster)[name] for name in names]
    closes = _closing([gap for gap in unseen if gap.ref == cluster.ref], words)
    what = f"the value of {', '.join(names)} is not known"
    return f"{what}: {cluster.ref} has it from a secret store (closes with: {closes})"


def _closing(gaps: Sequence[Gap], words: Sequence[str]) -> str:
    """Return the keys of `baro.yaml` that hold the values behind these words."""
    remote = [gap.closes_with for gap in gaps if gap.closes_with.startswith(_REMOTE)]
    exact = [
        key for key in remote if any(w in word for w in _named(key) for word in words)
    ]
    return ", ".join(dict.fromkeys(exact or remote)) or _STATED


def _named(key: str) -> Iterator[str]:
    """Yield the words that may stand for the value under a key, dots and all."""
    while key:
        key = key.partition(".")[2]
        if key:
            yield unknown(key)
