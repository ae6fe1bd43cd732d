"""Whether an expected route holds."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from baro.model.manifest import Manifest
from baro.model.route import ExpectedRoute
from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.following import cluster_for, follow
from baro.routing.platform import ClusterRoutes
from baro.routing.reasons import Code
from baro.routing.request import Request


class Held(StrEnum):
    """How an expectation fared. Unknown is not held."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Difference(Struct, frozen=True):
    """One field of a route that is not as expected."""

    field: str
    expected: str
    actual: str


class Verified(Struct, frozen=True):
    """An expected route, what really happens, and what differs."""

    route: ExpectedRoute
    cluster: str
    hops: tuple[Answer, ...]
    differences: tuple[Difference, ...]

    @property
    def held(self) -> Held:
        """Tell whether the route is as expected."""
        if self.route.unknown or any(map(_is_of_open_host, self.hops)):
            return Held.UNKNOWN
        if self.differences:
            return Held.BROKEN
        return Held.UNKNOWN if self._doubtful() else Held.HOLDS

    def _doubtful(self) -> bool:
        """Tell whether another possible answer is not the expected one."""
        *before, last = self.hops
        return (
            any(hop.certainty is Certainty.UNKNOWN for hop in self.hops)
            or any(hop.alternatives for hop in before)
            or any(
                any(_differences(self.route, other.answer))
                for other in last.alternatives
            )
        )


def verify(
    routes: Sequence[ExpectedRoute], clusters: Sequence[ClusterRoutes]
) -> Iterator[Verified]:
    """Yield each expected route with what becomes of it.

    A route that names no cluster is expected of the one that serves its host, and of
    the first if none does. Redirects are followed unless a status or a target of a
    redirect is expected. A route whose URL is not known has no answer.

    Raises:
        InputError: a URL of a route is none.
    """
    for route in routes:
        if route.unknown or route.unfilled:
            yield Verified(route, route.cluster, (), tuple(_unfilled(route)))
            continue
        request = Request.of(route.url)
        named = [c for c in clusters if route.cluster in ("", c.cluster)]
        where = cluster_for(request, named or clusters)
        stays = route.status is not None or route.redirects_to
        hops = [where.answer(request)] if stays else follow(request, where, clusters)
        yield Verified(
            route, where.cluster, tuple(hops), tuple(_differences(route, hops[-1]))
        )


def _is_of_open_host(answer: Answer) -> bool:
    """Tell whether an Ingress whose host is not known may be the one that is asked."""
    return any(why.code is Code.HOST_NOT_KNOWN for why in answer.why)


def _unfilled(route: ExpectedRoute) -> Iterator[Difference]:
    if route.unfilled:
        expected = "an annotation or label of a cluster"
        yield Difference(route.unfilled, expected, "known to no cluster")


def _differences(route: ExpectedRoute, answer: Answer) -> Iterator[Difference]:
    if route.status is not None and route.status != answer.status:
        yield Difference("status", str(route.status), str(answer.status or "unknown"))
    if route.redirects_to and route.redirects_to != answer.location:
        yield Difference("redirectsTo", route.redirects_to, answer.location or "none")
    if route.application and route.application not in _applications(answer):
        yield Difference("application", route.application, _served_by(answer))
    if route.service and route.service not in _services(answer):
        yield Difference("service", route.service, answer.service or "none")
    if route.upstream_path and route.upstream_path != answer.upstream_path:
        yield Difference(
            "upstreamPath", route.upstream_path, answer.upstream_path or "none"
        )
    says_nothing = not (route.status or route.redirects_to)
    if says_nothing and answer.outcome is not Outcome.BACKEND:
        yield Difference("outcome", str(Outcome.BACKEND), str(answer.outcome))


def application_of(subject: object) -> str:
    """Return the Application of what answers or stands there; empty without one."""
    if isinstance(subject, Manifest) and subject.application is not None:
        return subject.application.path
    return ""


def _applications(answer: Answer) -> tuple[str, ...]:
    path = application_of(answer.subject)
    return (path, path.rpartition("/")[2])


def _served_by(answer: Answer) -> str:
    return (
        application_of(answer.subject).rpartition("/")[2] or answer.ingress or "nobody"
    )


def _services(answer: Answer) -> tuple[str, ...]:
    name = answer.service or ""
    return (name, name.rpartition("/")[2])
