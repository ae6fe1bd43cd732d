"""The routing tables of a whole state: one for each controller of each cluster."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from baro.errors import InputError
from baro.model.manifest import Manifest
from baro.routing.answer import Answer, Controller, Outcome
from baro.routing.declared import Declared
from baro.routing.default_class import admit
from baro.routing.installed import clusters_of, installed
from baro.routing.request import Request
from baro.routing.table import RouteTable, known_controllers

GATEWAY_ROUTES = frozenset(("HTTPRoute", "GRPCRoute"))
ROUTED = GATEWAY_ROUTES | {"Ingress"}
"""Kinds that ask for a route."""
ASSUMED = Controller("ingress-nginx")
"""The controller of Ingresses where none is installed; its last release."""
GATEWAY = Controller("gateway-api")
"""Whoever serves HTTPRoutes, by the specification."""
_GIVEN_ON_CREATION = {"creationTimestamp", "resourceVersion", "uid"}
HOPS = 10
"""Redirects that a client follows."""


@dataclass(frozen=True, slots=True)
class ClusterRoutes:
    """The routes of one cluster.

    `assumed` tells that no controller was found there, so the default stands in;
    `foreign` names controllers whose behaviour baro does not know.
    """

    cluster: str
    tables: tuple[RouteTable, ...]
    assumed: bool = False
    foreign: tuple[str, ...] = ()

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of a request: by the controller that has its host."""
        answers = [table.answer(request) for table in self.tables]
        return next((a for a in answers if _serves(a)), answers[0])

    def follow(self, request: Request) -> list[Answer]:
        """Return the answers that a client meets, redirects followed."""
        hops = [self.answer(request)]
        seen = {request.url}
        while hops[-1].outcome is Outcome.REDIRECT and len(hops) <= HOPS:
            location = hops[-1].location or ""
            url = urljoin(hops[-1].request.url, location)
            if url in seen or not url.startswith(("http://", "https://")):
                break
            seen.add(url)
            try:
                following = Request.of(
                    url, method=request.method, headers=request.headers
                )
            except InputError:
                break
            hops.append(self.answer(following))
        return hops


def cluster_routes(
    manifests: Iterable[Manifest],
    *,
    kubernetes: str = "",
    controller: Controller | None = None,
    unready: Collection[str] = (),
) -> list[ClusterRoutes]:
    """Return the routes of every cluster that has any; of all if none has.

    `kubernetes` is the version of the API servers, empty for a recent one.
    `controller` stands in for what the state itself installs. `unready` names
    Services (`namespace/name`) without endpoints.

    Raises:
        InputError: no such controller is known.
    """
    by_cluster = clusters_of(manifests)
    routed = {
        cluster: objects
        for cluster, objects in by_cluster.items()
        if any(manifest.kind in ROUTED for manifest in objects)
    }
    chosen = routed or by_cluster or {"": []}
    return [
        _routes(cluster, objects, kubernetes, controller, unready)
        for cluster, objects in sorted(chosen.items())
    ]


def _routes(
    cluster: str,
    objects: Sequence[Manifest],
    kubernetes: str,
    controller: Controller | None,
    unready: Collection[str],
) -> ClusterRoutes:
    found = [each.controller for each in installed(objects)]
    known = set(known_controllers())
    wanted = [c for c in found if c.name in known]
    if controller is not None:
        # Flags and settings of the installed one still hold for another release.
        same = next((c for c in wanted if c.name == controller.name), None)
        flags, settings = (same.flags, same.settings) if same else ((), ())
        wanted = [Controller(controller.name, controller.version, flags, settings)]
    stood_in = [] if controller is not None else _stand_ins(objects, wanted)
    declared = declared_of(objects, kubernetes)
    tables = tuple(
        RouteTable.build(declared, each, unready=unready)
        for each in dict.fromkeys([*wanted, *stood_in])
    )
    return ClusterRoutes(
        cluster,
        tables,
        assumed=ASSUMED in stood_in,
        foreign=tuple(sorted({c.name for c in found} - known)),
    )


def declared_of(objects: Iterable[Manifest], kubernetes: str) -> list[Declared]:
    """Return the objects of one cluster as they are once the API server has them.

    What an Application renders is yet to be created, unless it shows that the API
    server has had it. Plain objects are taken at their word.
    """
    return admit([Declared(m.body, m, new=_is_new(m)) for m in objects], kubernetes)


def _is_new(manifest: Manifest) -> bool:
    return manifest.application is not None and not is_created(manifest)


def is_created(manifest: Manifest) -> bool:
    """Tell whether an object shows that the API server has had it."""
    return bool(manifest.mapping("metadata").keys() & _GIVEN_ON_CREATION)


def _stand_ins(
    objects: Sequence[Manifest], installed_here: Sequence[Controller]
) -> list[Controller]:
    """Return who serves the kinds of routes that nothing installed here serves."""
    kinds = {manifest.kind for manifest in objects}
    names = {controller.name for controller in installed_here}
    stand_ins = []
    if "Ingress" in kinds and not names - {GATEWAY.name}:
        stand_ins.append(ASSUMED)
    if kinds & GATEWAY_ROUTES and GATEWAY.name not in names:
        stand_ins.append(GATEWAY)
    return stand_ins or ([] if installed_here else [ASSUMED])


def _serves(answer: Answer) -> bool:
    return answer.ingress is not None or answer.outcome in (
        Outcome.REDIRECT,
        Outcome.NOT_LOADED,
    )
