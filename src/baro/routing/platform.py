"""The routing tables of a whole state: one for each controller of each cluster."""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from baro.model.manifest import Manifest
from baro.routing.answer import Answer, Certainty, Controller, Outcome
from baro.routing.declared import Declared
from baro.routing.default_class import admit
from baro.routing.gateway_api.kinds import ROUTES as GATEWAY_ROUTES
from baro.routing.hosts import OpenHost, covers, named_hosts, open_hosts, plain_host
from baro.routing.installed import clusters_of, installed
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.table import RouteTable, is_known

ROUTED = GATEWAY_ROUTES | {"Ingress"}
"""Kinds that ask for a route."""
ASSUMED = Controller("ingress-nginx")
"""The controller of Ingresses where none is installed; its last release."""
GATEWAY = Controller("gateway-api")
"""Whoever serves HTTPRoutes, by the specification."""
_GIVEN_ON_CREATION = {"creationTimestamp", "resourceVersion", "uid"}


class ClusterRoutes(Struct, frozen=True):
    """The routes of one cluster.

    `assumed` tells that no controller was found there, so the default stands in;
    `foreign` names controllers whose behaviour baro does not know. `hosts` are those
    that the objects speak of, `open_hosts` patterns of those with a part that nobody
    knows.
    """

    cluster: str
    tables: tuple[RouteTable, ...]
    assumed: bool = False
    foreign: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()
    open_hosts: tuple[OpenHost, ...] = ()

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of a request: by the controller that has its host."""
        answers = [table.answer(request) for table in self.tables]
        serving = [answer for answer in answers if _serves(answer)]
        answer = _by_address(serving) or next(
            (a for a in answers if a.certainty is Certainty.UNKNOWN), answers[0]
        )
        host = plain_host(request)
        doubts = [why for pattern, why in self.open_hosts if pattern.fullmatch(host)]
        if not doubts:
            return answer
        why = (*answer.why, *doubts)
        if not _serves(answer):
            answer = replace(answer, outcome=Outcome.UNKNOWN, status=None)
        return replace(answer, why=why, certainty=Certainty.UNKNOWN)

    def names(self, host: str) -> bool:
        """Tell whether some object of the cluster speaks of a host."""
        return covers(self.hosts, host)


def cluster_routes(
    manifests: Iterable[Manifest],
    *,
    kubernetes: str = "",
    controller: Controller | None = None,
    unready: Collection[str] = (),
    unknown: Collection[str] = (),
) -> list[ClusterRoutes]:
    """Return the routes of every cluster that has any; of all if none has.

    `kubernetes` is the version of the API servers, empty for a recent one.
    `controller` stands in for what the state itself installs. `unready` names
    Services (`namespace/name`) without endpoints, `unknown` the words that stand for
    values which nobody knows.

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
    made = []
    for cluster, objects in sorted(chosen.items()):
        declared = declared_of(objects, kubernetes)
        routes = _routes(cluster, objects, declared, controller, unready)
        made.append(
            replace(
                routes,
                hosts=named_hosts(declared),
                open_hosts=tuple(open_hosts(declared, unknown)),
            )
        )
    return made


def _routes(
    cluster: str,
    objects: Sequence[Manifest],
    declared: Sequence[Declared],
    controller: Controller | None,
    unready: Collection[str],
) -> ClusterRoutes:
    found = [each.controller for each in installed(objects)]
    wanted = [each for each in found if is_known(each.name)]
    if controller is not None:
        # Flags and settings of the installed one still hold for another release.
        same = next((c for c in wanted if c.name == controller.name), None)
        flags, settings = (same.flags, same.settings) if same else ((), ())
        wanted = [Controller(controller.name, controller.version, flags, settings)]
    stood_in = [] if controller is not None else _stand_ins(objects, wanted)
    tables = tuple(
        RouteTable.build(declared, each, unready=unready)
        for each in dict.fromkeys([*wanted, *stood_in])
    )
    return ClusterRoutes(
        cluster,
        tables,
        assumed=ASSUMED in stood_in,
        foreign=tuple(sorted({each.name for each in found if each not in wanted})),
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


def _by_address(serving: Sequence[Answer]) -> Answer | None:
    """Return the first answer, with those that other controllers would give."""
    if not serving:
        return None
    first, *others = serving
    differing = [other for other in others if _outward(other) != _outward(first)]
    names = ", ".join(sorted({a.controller.name for a in (first, *differing)}))
    return settle(
        first,
        [Possible(_led_to(other.controller), other) for other in differing],
        Certainty.DEPENDS_ON_ADDRESS,
        (because(Code.SEVERAL_CONTROLLERS, names, first.controller.name),),
    )


def _led_to(controller: Controller) -> Reason:
    return because(Code.IF_CONTROLLER, controller.name)


def _outward(answer: Answer) -> tuple[object, ...]:
    """Return what the client and the app see: whose route it is they do not."""
    return replace(answer, ingress=None, port=None).key


def _serves(answer: Answer) -> bool:
    return answer.ingress is not None or answer.outcome in (
        Outcome.REDIRECT,
        Outcome.NOT_LOADED,
    )
