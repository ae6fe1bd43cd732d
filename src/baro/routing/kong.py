"""Kong's controller with the expressions router: rules by priority bits."""

# kubernetes-ingress-controller (Kong): internal/dataplane/translator/subtranslator/
# ingress_atc.go, EncodeToPriority and calculateIngressRoutePriorityTraits

from collections.abc import Iterator

from msgspec import Struct

from baro.routing.answer import Controller
from baro.routing.classes import ClassRule, ours
from baro.routing.declared import by_age, not_imitated
from baro.routing.ordered import (
    Manner,
    OrderedRoutes,
    OrderedRule,
    Shape,
    unread_settings,
)
from baro.routing.reasons import Code, because
from baro.routing.world import Ingress, PathRule, World

_PREFIX = "konghq.com/"
_HARMLESS = ("strip-path", "preserve-host", "protocol", "path-handling")
_CLASSES = ClassRule("ingress-controllers.konghq.com/kong", "kong")
_REGEX = "/~"


class Kong(Struct, frozen=True):
    """The strategy of Kong's ingress controller."""

    name: str = "kong"
    last_version: str = "3.5"

    def build(self, world: World, controller: Controller) -> OrderedRoutes:
        """Make the routes."""
        found = ours(world, _CLASSES)
        doubts = [
            not_imitated(one)
            for kind in ("KongIngress", "KongClusterPlugin")
            for one in sorted(world.of_kind(kind), key=lambda one: one.name)
        ]
        return OrderedRoutes(
            controller=controller,
            world=world,
            manner=Manner(ages_matter=True),
            rules=[rule for ingress in found.kept for rule in _rules(ingress)],
            left_out=found.left_out,
            doubts=doubts,
            unread=lambda _: doubts,
        )


def _rules(ingress: Ingress) -> Iterator[OrderedRule]:
    for rule in ingress.rules:
        for path in rule.paths or ():
            yield _rule(ingress, rule.host, path)
    if ingress.default_backend is not None:
        default = PathRule("/", "ImplementationSpecific", ingress.default_backend)
        yield _rule(ingress, "", default, last=1)


def _rule(ingress: Ingress, host: str, path: PathRule, *, last: int = 0) -> OrderedRule:
    shape, value, as_regex, length = _traits(path)
    created = by_age(ingress.created)
    fields = bool(host) + 1
    plain = bool(host) and not host.startswith("*")
    strips = ingress.annotations.get(f"{_PREFIX}strip-path") == "true"
    notes = unread_settings(ingress, (_PREFIX,), _HARMLESS)
    if strips and shape is Shape.REGEX:
        setting = f"{_PREFIX}strip-path"
        notes += (because(Code.SETTING_NOT_IMITATED, setting, ingress.key),)
    return OrderedRule(
        ingress=ingress,
        host=host,
        shape=shape,
        path=value,
        path_type=path.path_type,
        backend=path.backend,
        head=f"{shape} {value}",
        order=(last, -fields, not plain, not as_regex, -length, created),
        strip=value.rstrip("/") if strips and shape is not Shape.REGEX else "",
        notes=notes,
    )


def _traits(path: PathRule) -> tuple[Shape, str, bool, int]:
    """Return how a path matches, whether it counts as a regex, and its length."""
    value = path.path
    if path.path_type == "Exact":
        return Shape.EXACT, value, True, 1 + len(value.lstrip("/"))
    if path.path_type == "Prefix":
        base = value.strip("/")
        return Shape.ELEMENTS, value, True, 2 + len(base) if base else 1
    if value.startswith(_REGEX):
        pattern = value.removeprefix(_REGEX)
        return Shape.REGEX, pattern, True, len(pattern)
    return Shape.CHARACTERS, value or "/", False, len(value)


STRATEGY = Kong()
