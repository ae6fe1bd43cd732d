"""Whether an expected route holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from baro.model.manifest import Manifest
from baro.model.route import ExpectedRoute
from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.platform import ClusterRoutes
from baro.routing.request import Request


class Held(StrEnum):
    """How an expectation fared. Unknown is not held."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a route that is not as expected."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Verified:
    """An expected route, what really happens, and what differs."""

    route: ExpectedRoute
    cluster: str
    hops: tuple[Answer, ...]
    differences: tuple[Difference, ...]

    @property
    def held(self) -> Held:
        """Tell whether the route is as expected."""
        if self.differences:
            return Held.BROKEN
        doubtful = any(hop.certainty is Certainty.UNKNOWN for hop in self.hops)
        return Held.UNKNOWN if doubtful else Held.HOLDS


def verify(
    routes: Sequence[ExpectedRoute], clusters: Sequence[ClusterRoutes]
) -> Iterator[Verified]:
    """Yield each expected route with what becomes of it.

    A route that names no cluster is expected of the one that serves its host, and of
    the first if none does. Redirects are followed unless a status or a target of a
    redirect is expected.

    Raises:
        InputError: a URL of a route is none.
    """
    for route in routes:
        request = Request.of(route.url)
        where = _cluster(route, request, clusters)
        stays = route.status is not None or route.redirects_to
        hops = [where.answer(request)] if stays else where.follow(request)
        yield Verified(
            route, where.cluster, tuple(hops), tuple(_differences(route, hops[-1]))
        )


def _cluster(
    route: ExpectedRoute, request: Request, clusters: Sequence[ClusterRoutes]
) -> ClusterRoutes:
    named = [c for c in clusters if route.cluster in ("", c.cluster)] or [*clusters]
    serving = [c for c in named if c.answer(request).ingress is not None]
    return (serving or named)[0]


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


def application_of(answer: Answer) -> str:
    """Return the Application of who answers; empty where it has none."""
    subject = answer.subject
    if isinstance(subject, Manifest) and subject.application is not None:
        return subject.application.path
    return ""


def _applications(answer: Answer) -> tuple[str, ...]:
    path = application_of(answer)
    return (path, path.rpartition("/")[2])


def _served_by(answer: Answer) -> str:
    return application_of(answer).rpartition("/")[2] or answer.ingress or "nobody"


def _services(answer: Answer) -> tuple[str, ...]:
    name = answer.service or ""
    return (name, name.rpartition("/")[2])
