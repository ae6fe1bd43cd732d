"""Istio's reading of Ingresses: one virtual service for each host."""

# Istio builds these in pilot/pkg/config/kube/ingress/virtualservices.go

from collections.abc import Iterator

from msgspec import Struct

from baro.model.tolerant import sequence, text
from baro.routing.answer import Controller
from baro.routing.classes import ClassRule, ours
from baro.routing.declared import Declared, by_age, not_imitated
from baro.routing.gateway_api.hostnames import covers
from baro.routing.ordered import Host, Manner, OrderedRoutes, OrderedRule, Shape
from baro.routing.world import Ingress, PathRule, World

_CLASSES = ClassRule("istio.io/ingress-controller", "istio")


class Istio(Struct, frozen=True):
    """The strategy of Istio's ingress."""

    name: str = "istio"
    last_version: str = "1.28"

    def build(self, world: World, controller: Controller) -> OrderedRoutes:
        """Make the routes."""
        found = ours(world, _CLASSES)
        virtual = [
            one
            for one in world.of_kind("VirtualService")
            if one.group == "networking.istio.io"
        ]
        return OrderedRoutes(
            controller=controller,
            world=world,
            manner=Manner(wildcard=Host.ANY_DEPTH, host_first=True, ages_matter=True),
            rules=[rule for ingress in found.kept for rule in _rules(ingress)],
            left_out=found.left_out,
            doubts=[not_imitated(one) for one in virtual],
            unread=lambda name: [
                not_imitated(one) for one in virtual if _takes(one, name)
            ],
        )


def _takes(virtual: Declared, name: str) -> bool:
    hosts = [text(one) for one in sequence(virtual.spec.get("hosts"))]
    return not hosts or any(one == "*" or covers(one, name) for one in hosts)


def _rules(ingress: Ingress) -> Iterator[OrderedRule]:
    for rule in ingress.rules:
        for path in rule.paths or ():
            yield _rule(ingress, rule.host, path)
    if ingress.default_backend is not None:
        default = PathRule("/", "Prefix", ingress.default_backend)
        yield _rule(ingress, "", default)


def _rule(ingress: Ingress, host: str, path: PathRule) -> OrderedRule:
    shape, value = _shape(path)
    return OrderedRule(
        ingress=ingress,
        host=host,
        shape=shape,
        path=value,
        path_type=path.path_type,
        backend=path.backend,
        head=f"{shape} {value}",
        order=(-len(value), shape is not Shape.EXACT, by_age(ingress.created)),
    )


def _shape(path: PathRule) -> tuple[Shape, str]:
    value = path.path
    if path.path_type == "Exact":
        return Shape.EXACT, value
    if path.path_type == "Prefix":
        return Shape.ELEMENTS, value
    if value in ("", "*", "/*", "/.*"):
        return Shape.ELEMENTS, "/"
    for end in (".*", "/*"):
        if value.endswith(end):
            return Shape.CHARACTERS, value.removesuffix(end)
    # A regular expression is taken to the letter.
    return Shape.EXACT, value


STRATEGY = Istio()
