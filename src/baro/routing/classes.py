"""Which Ingresses belong to a controller other than ingress-nginx."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from baro.routing.answer import Loser
from baro.routing.apiserver import refusals
from baro.routing.default_class import CLASS_ANNOTATION
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Ingress, World


class ClassRule(Struct, frozen=True):
    """How a controller tells its Ingresses: by class, annotation, or neither.

    `controller` is what `spec.controller` of its IngressClasses begins with, `usual`
    the name that its class and annotation have when nobody renames them.
    """

    controller: str
    usual: str
    without_class: bool = False


class Ours(Struct, frozen=True):
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
    if ingress.refused:
        return because(Code.API_SERVER_REFUSES, ingress.refused)
    if ingress.class_name is not None:
        return first_mismatch(ingress, lambda name: _other_class(name, world, rule))
    annotated = ingress.annotations.get(CLASS_ANNOTATION)
    if annotated is not None:
        if annotated == rule.usual:
            return None
        return because(Code.CLASS_ANNOTATION_OTHER, annotated, rule.usual)
    return None if rule.without_class else classless(world)


def _other_class(name: str, world: World, rule: ClassRule) -> Reason | None:
    controller = world.classes.get(name)
    if controller is None:
        # Git often holds the Ingresses without the IngressClass.
        return None if name == rule.usual else because(Code.CLASS_UNKNOWN, name)
    if controller.startswith(rule.controller):
        return None
    return because(Code.CLASS_OTHER, name, controller)


def first_mismatch(
    ingress: Ingress, mismatch: Callable[[str], Reason | None]
) -> Reason | None:
    """Return why no class that the Ingress may have is ours; None if one is."""
    names = ingress.default_classes or (ingress.class_name or "",)
    reasons = [mismatch(name) for name in names]
    return None if None in reasons else reasons[0]


def classless(world: World) -> Reason:
    """Return why an Ingress without any class is nobody's."""
    for name in world.default_classes:
        return because(Code.CLASS_NONE_DEFAULT, name)
    return because(Code.CLASS_NONE)


def class_notes(ingress: Ingress) -> Iterator[Reason]:
    """Return how the Ingress came by its class, where it names none."""
    classes = ingress.default_classes
    if classes:
        yield because(Code.CLASS_BY_DEFAULT, classes[0])
    if is_class_open(ingress):
        yield because(Code.CLASS_DEFAULTS_OPEN, ", ".join(classes))


def is_class_open(ingress: Ingress) -> bool:
    """Tell whether nobody knows which of several default classes it gets."""
    return len(ingress.default_classes) > 1
