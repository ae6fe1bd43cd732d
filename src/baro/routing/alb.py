"""AWS load balancers: one list of listener rules for each group of Ingresses."""

# aws-load-balancer-controller: pkg/ingress/model_build_listener_rules.go

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Answer, Certainty, Controller, Loser, Place
from baro.routing.classes import ClassRule, ours
from baro.routing.hosts import plain_host
from baro.routing.ordered import (
    Host,
    Manner,
    OrderedRoutes,
    OrderedRule,
    Shape,
    unread_settings,
    whole_number,
)
from baro.routing.possibilities import Possible, settle
from baro.routing.reasons import Code, Reason, because
from baro.routing.request import Request
from baro.routing.world import Ingress, PathRule, World

_PREFIX = "alb.ingress.kubernetes.io/"
# How the balancer is built and looks after its targets; nothing about who is chosen.
_HARMLESS = (
    *("backend-protocol", "backend-protocol-version", "certificate-arn", "group.name"),
    *("group.order", "healthcheck-interval-seconds", "healthcheck-path"),
    *("healthcheck-port", "healthcheck-protocol", "healthcheck-timeout-seconds"),
    *("healthy-threshold-count", "inbound-cidrs", "ip-address-type"),
    *(
        "load-balancer-attributes",
        "load-balancer-name",
        "manage-backend-security-group",
    ),
    *("scheme", "security-groups", "ssl-policy", "ssl-redirect", "subnets"),
    *("success-codes", "tags", "target-group-attributes", "target-type"),
    *("unhealthy-threshold-count", "use-regex-path-match", "wafv2-acl-arn"),
)
_CLASSES = ClassRule("ingress.k8s.aws/alb", "alb")
_RANKS = {"Exact": 0, "Prefix": 1}
_MOVED = 301
_WILD = frozenset("*?")


Balancer = tuple[str, OrderedRoutes]
"""A group of Ingresses by its name, and the rules of its load balancer."""


@dataclass(frozen=True, slots=True, eq=False)
class AlbRoutes:
    """The load balancers that the Ingresses make, by their groups."""

    controller: Controller
    balancers: Sequence[Balancer]
    left_out: Sequence[Loser]
    doubts: Sequence[Reason] = ()
    remarks: Sequence[Loser] = ()
    config_error: Reason | None = None
    _by_host: Mapping[str, Sequence[int]] = field(init=False)

    def __post_init__(self) -> None:
        """File the balancers by the hosts of their rules."""
        by_host: defaultdict[str, list[int]] = defaultdict(list)
        for at, (_, routes) in enumerate(self.balancers):
            for host in dict.fromkeys(rule.host for rule in routes.rules):
                by_host[host].append(at)
        object.__setattr__(self, "_by_host", dict(by_host))

    def places(self) -> Sequence[Place]:
        """Return all rules, by balancer, in the order of asking."""
        return [place for _, routes in self.balancers for place in routes.places()]

    def answer(self, request: Request) -> Answer:
        """Tell what becomes of one request, at the balancer that has rules for it."""
        # A balancer without a rule for the host says what all the others say: 404.
        asked = self._having(plain_host(request)) or list(self.balancers[:1])
        found = [(name, routes.answer(request)) for name, routes in asked]
        if not found:
            empty = OrderedRoutes(self.controller, World(), Manner(), (), (), ())
            return empty.answer(request)
        taken = [pair for pair in found if pair[1].ingress is not None]
        first, *rest = taken or found
        others = [
            Possible(because(Code.SEPARATE_BALANCER, name), answer)
            for name, answer in rest
        ]
        why = because(Code.SEPARATE_BALANCER, first[0])
        return settle(first[1], others, Certainty.UNKNOWN, (why,))

    def _having(self, host: str) -> list[Balancer]:
        """Return the balancers that have a rule for a host, in their order."""
        labels = host.split(".")
        parents = (".".join(labels[at:]) for at in range(1, len(labels)))
        names = (host, *(f"*.{parent}" for parent in parents), "")
        found = {at for name in names for at in self._by_host.get(name, ())}
        return [self.balancers[at] for at in sorted(found)]


class Alb(Struct, frozen=True):
    """The strategy of the AWS Load Balancer Controller."""

    name: str = "alb"
    last_version: str = "2.14"

    def build(self, world: World, controller: Controller) -> AlbRoutes:
        """Make the routes."""
        found = ours(world, _CLASSES)
        groups: dict[str, list[Ingress]] = {}
        refused: list[Loser] = []
        for ingress in found.kept:
            why = _refusal(ingress)
            if why is not None:
                refused.append(Loser(ingress.key, why, subject=ingress.subject))
                continue
            name = ingress.annotations.get(f"{_PREFIX}group.name") or ingress.key
            groups.setdefault(name, []).append(ingress)
        manner = Manner(wildcard=Host.ANY_DEPTH)
        return AlbRoutes(
            controller=controller,
            balancers=[
                (name, OrderedRoutes(controller, world, manner, _rules(of), (), ()))
                for name, of in sorted(groups.items())
            ],
            left_out=[*found.left_out, *refused],
        )


def _refusal(ingress: Ingress) -> Reason | None:
    """Return why the controller would build nothing for an Ingress."""
    for rule in ingress.rules:
        for path in rule.paths or ():
            if path.path_type in _RANKS and _WILD & set(path.path):
                kind = path.path_type.lower()
                return because(
                    Code.PATH_REFUSED,
                    path.path,
                    f"{kind} path shouldn't contain wildcards",
                )
    return None


def _rules(group: Sequence[Ingress]) -> list[OrderedRule]:
    made = [rule for ingress in group for rule in _of_ingress(ingress)]
    if any(f"{_PREFIX}ssl-redirect" in one.annotations for one in group):
        made = [replace(r, https_status=_MOVED, https_port=":443") for r in made]
    return made


def _of_ingress(ingress: Ingress) -> Iterator[OrderedRule]:
    order = ingress.annotations.get(f"{_PREFIX}group.order", "0")
    group = whole_number(order)
    for number, rule in enumerate(ingress.rules):
        paths = sorted(rule.paths or (), key=_rank)
        for index, path in enumerate(paths):
            place = (0, group, ingress.key, number, index)
            for shape, value in _shapes(ingress, path):
                yield _rule(ingress, rule.host, path, (shape, value), place)
    if ingress.default_backend is not None:
        # The default action comes after the rules of the whole group.
        default = PathRule("/*", "ImplementationSpecific", ingress.default_backend)
        place = (1, group, ingress.key, 0, 0)
        yield _rule(ingress, "", default, (Shape.GLOB, "/*"), place)


def _rank(path: PathRule) -> tuple[int, int]:
    rank = _RANKS.get(path.path_type, 2)
    return rank, -len(path.path) if rank == _RANKS["Prefix"] else 0


def _shapes(ingress: Ingress, path: PathRule) -> Iterator[tuple[Shape, str]]:
    if path.path_type == "Exact":
        yield Shape.EXACT, path.path
    elif path.path_type == "Prefix":
        yield Shape.ELEMENTS, path.path
    elif ingress.annotations.get(f"{_PREFIX}use-regex-path-match") == "true":
        yield Shape.REGEX, path.path.removeprefix("/")
    else:
        yield Shape.GLOB, path.path or "/*"


def _rule(
    ingress: Ingress,
    host: str,
    path: PathRule,
    matched: tuple[Shape, str],
    place: tuple[int, int, str, int, int],
) -> OrderedRule:
    shape, value = matched
    return OrderedRule(
        ingress=ingress,
        host=host,
        shape=shape,
        path=value,
        path_type=path.path_type,
        backend=path.backend,
        head=f"{host or '*'}{path.path}",
        order=place,
        notes=unread_settings(ingress, (_PREFIX,), _HARMLESS),
    )


STRATEGY = Alb()
