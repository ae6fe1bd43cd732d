"""Which Ingresses belong to a controller other than ingress-nginx."""

from collections.abc import Sequence
from dataclasses import dataclass

from baro.routing.answer import Loser
from baro.routing.apiserver import refusals
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Ingress, World

CLASS_ANNOTATION = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """How a controller tells its Ingresses: by class, annotation, or neither.

    `controller` is what `spec.controller` of its IngressClasses begins with, `usual`
    the name that its class and annotation have when nobody renames them.
    """

    controller: str
    usual: str
    without_class: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """The Ingresses of one controller, oldest first, and what keeps others away."""

    kept: Sequence[Ingress]
    left_out: Sequence[Loser]


def ours(world: World, rule: ClassRule) -> Ours:
    """Part the Ingresses; what the API server refuses is not among them."""
    kept: list[Ingress] = []
    left_out: list[Loser] = []
    for ingress in sorted(world.ingresses, key=_age):
        why = _mismatch(ingress, world, rule)
        refused = next(refusals(ingress), None)
        if why is None and refused is not None:
            why = because(Code.API_SERVER_REFUSES, refused)
        if why is None:
            kept.append(ingress)
        else:
            left_out.append(Loser(ingress.key, why, subject=ingress.subject))
    return Ours(kept, left_out)


def _age(ingress: Ingress) -> tuple[int, str]:
    return ingress.created or 0, ingress.key


def _mismatch(ingress: Ingress, world: World, rule: ClassRule) -> Reason | None:
    name = ingress.class_name
    if name is not None:
        controller = world.classes.get(name)
        if controller is None:
            # Git often holds the Ingresses without the IngressClass.
            return None if name == rule.usual else because(Code.CLASS_UNKNOWN, name)
        if controller.startswith(rule.controller):
            return None
        return because(Code.CLASS_OTHER, name, controller)
    annotated = ingress.annotations.get(CLASS_ANNOTATION)
    if annotated is not None:
        if annotated == rule.usual:
            return None
        return because(Code.CLASS_ANNOTATION_OTHER, annotated, rule.usual)
    return None if rule.without_class else because(Code.CLASS_NONE)
