"""What a client meets that follows redirects, from cluster to cluster."""

from collections.abc import Sequence
from urllib.parse import urljoin

from msgspec.structs import replace

from baro.errors import InputError
from baro.routing.answer import Answer, Outcome
from baro.routing.hosts import plain_host
from baro.routing.platform import ClusterRoutes
from baro.routing.reasons import Code, because
from baro.routing.request import Request

_SEE_OTHER = 303
_CHANGING = frozenset((301, 302))
HOPS = 10
"""Redirects that a client follows."""


def cluster_for(request: Request, clusters: Sequence[ClusterRoutes]) -> ClusterRoutes:
    """Return the cluster that answers a request; the first where none has its host."""
    for cluster in clusters:
        if cluster.answer(request).ingress is not None:
            return cluster
    return _having(request, clusters) or clusters[0]


def follow(
    request: Request, where: ClusterRoutes, clusters: Sequence[ClusterRoutes]
) -> list[Answer]:
    """Return the answers that a client meets who asks the cluster `where` first.

    A redirect to another host is followed to the one of `clusters` that has it. The
    last answer is a redirect where it leads out of all of them, or in a circle.
    """
    hops = [where.answer(request)]
    seen = {request.url}
    while hops[-1].outcome is Outcome.REDIRECT and len(hops) <= HOPS:
        following = _following(hops[-1], request)
        if following is None or following.url in seen:
            break
        seen.add(following.url)
        if plain_host(following) != plain_host(hops[-1].request):
            found = _having(following, (where, *clusters))
            if found is None:
                why = because(Code.HOST_OUTSIDE, plain_host(following))
                hops[-1] = replace(hops[-1], why=(*hops[-1].why, why))
                break
            where = found
        hops.append(where.answer(following))
    return hops


def _having(
    request: Request, clusters: Sequence[ClusterRoutes]
) -> ClusterRoutes | None:
    host = plain_host(request)
    return next((cluster for cluster in clusters if cluster.names(host)), None)


def _following(answer: Answer, asked: Request) -> Request | None:
    """Return the request with which a client follows a redirect; None if it cannot."""
    url = urljoin(answer.request.url, answer.location or "")
    # Browsers and curl turn a POST into a GET, except where 307 and 308 forbid it.
    changed = asked.method == "POST" and answer.status in _CHANGING
    method = "GET" if changed or answer.status == _SEE_OTHER else asked.method
    try:
        return Request.of(url, method=method, headers=asked.headers)
    except InputError:
        return None
