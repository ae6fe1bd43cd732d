"""The expected routes of `baro.yaml`, with the clusters' annotations filled in."""

import re
from collections.abc import Iterator, Sequence

from baro.expand.platform import Platform, Root
from baro.expand.settings import RouteEntry
from baro.model.expansion import ClusterRegistration
from baro.model.finding import Gap
from baro.model.route import ExpectedRoute
from baro.model.text import Location

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9._/-]+)\}")


def expected_routes(
    platform: Platform, clusters: Sequence[ClusterRegistration]
) -> tuple[tuple[ExpectedRoute, ...], tuple[Gap, ...]]:
    """Return the routes, one for each cluster that a placeholder fits, and the gaps.

    `{domain}` is the annotation `domain` of a cluster, else its label; `{cluster}` its
    name. A route without placeholders is expected of every cluster that serves its
    host.
    """
    routes: list[ExpectedRoute] = []
    gaps: list[Gap] = []
    for root in platform.roots:
        for index, entry in enumerate(root.settings.routes):
            where = root.locate("routes", index)
            found = list(_filled(entry, clusters, where))
            routes.extend(found)
            if not found:
                gaps.append(_unfilled(root, index, entry))
    return tuple(routes), tuple(gaps)


def _filled(
    entry: RouteEntry,
    clusters: Sequence[ClusterRegistration],
    where: Location | None,
) -> Iterator[ExpectedRoute]:
    wanted = f"{entry.url} {entry.redirects_to} {entry.application}"
    names = set(_PLACEHOLDER.findall(wanted))
    if not names:
        yield _route(entry, {}, entry.cluster, where)
        return
    for cluster in clusters:
        if entry.cluster in ("", cluster.name):
            words = {
                "cluster": cluster.name,
                **cluster.labels,
                **cluster.annotations,
            }
            if names <= words.keys():
                yield _route(entry, words, cluster.name, where)


def _route(
    entry: RouteEntry, words: dict[str, str], cluster: str, where: Location | None
) -> ExpectedRoute:
    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda m: words.get(m[1], m[0]), text)

    return ExpectedRoute(
        url=fill(entry.url),
        written=entry.url,
        application=fill(entry.application),
        service=entry.service,
        upstream_path=entry.upstream_path,
        status=entry.status,
        redirects_to=fill(entry.redirects_to),
        cluster=cluster,
        location=where,
    )


def _unfilled(root: Root, index: int, entry: RouteEntry) -> Gap:
    names = ", ".join(sorted(set(_PLACEHOLDER.findall(entry.url))))
    return Gap(
        f"route {entry.url}",
        f"no cluster has an annotation or label for {names}",
        "clusters: in baro.yaml, with that annotation",
        root.locate("routes", index, "url"),
    )
