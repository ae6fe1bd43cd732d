"""Which Ingresses the controller serves at all, and in which order it takes them."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from baro.routing.answer import Loser
from baro.routing.apiserver import refusals
from baro.routing.classes import class_notes, classless, first_mismatch
from baro.routing.default_class import CLASS_ANNOTATION
from baro.routing.ingress_nginx.annotation_checks import RefusedError
from baro.routing.ingress_nginx.annotations import Settings, read_settings
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Ingress, World

# ingress-nginx: internal/ingress/inspector/rules.go
_FORBIDDEN = re.compile(
    r"\s*alias\s*.*;|\s*root\s*.*;"
    r"|/etc/(passwd|shadow|group|nginx|ingress-controller)"
    r"|/var/run/secrets|_by_lua",
    re.DOTALL,
)


class Kept(Struct, frozen=True, eq=False):
    """An Ingress that is served, and its annotations as understood."""

    ingress: Ingress
    settings: Settings

    @property
    def key(self) -> str:
        """Return `namespace/name`."""
        return self.ingress.key

    @property
    def is_canary(self) -> bool:
        """Tell whether it only adds to another Ingress."""
        return self.settings.canary is not None


class Selection(Struct, frozen=True):
    """The Ingresses that are served, oldest first, and what is said of the others.

    `notes` are caveats by `namespace/name`.
    """

    kept: tuple[Kept, ...]
    left_out: tuple[Loser, ...]
    remarks: tuple[Loser, ...]
    notes: dict[str, tuple[Reason, ...]]


def select(world: World, behaviour: Behaviour) -> Selection:
    """Choose the Ingresses that the controller serves."""
    kept: list[Kept] = []
    left_out: list[Loser] = []
    remarks: list[Loser] = []
    notes: dict[str, tuple[Reason, ...]] = {}
    for ingress in in_order(world.ingresses):
        try:
            refuse(ingress, world, behaviour)
            settings, ignored = read_settings(ingress.annotations, behaviour)
        except RefusedError as error:
            left_out.append(loser(ingress, error.reason))
            continue
        kept.append(Kept(ingress, settings))
        remarks.extend(loser(ingress, reason) for reason in ignored)
        caveats = _caveats(ingress, world)
        if caveats:
            notes[ingress.key] = caveats
    return Selection(tuple(kept), tuple(left_out), tuple(remarks), notes)


def _caveats(ingress: Ingress, world: World) -> tuple[Reason, ...]:
    caveats = [
        because(Code.API_SERVER_REFUSES, message) for message in refusals(ingress)
    ]
    # A set without any IngressClass is a set of Ingresses: nothing to be said.
    if world.classes and is_class_assumed(ingress, world):
        caveats.append(because(Code.CLASS_ASSUMED, ingress.class_name or ""))
    return (*caveats, *class_notes(ingress))


def loser(ingress: Ingress, reason: Reason) -> Loser:
    """Name an Ingress and a reason."""
    return Loser(ingress=ingress.key, why=reason, subject=ingress.subject)


def in_order(ingresses: Sequence[Ingress]) -> list[Ingress]:
    """Sort as the controller does: oldest first, greater name first in one second.

    Without a creation time, all are taken to have been created in one second.
    """
    # ingress-nginx: internal/ingress/controller/store/store.go, sortIngressSlice
    by_name = sorted(ingresses, key=lambda ingress: ingress.key, reverse=True)
    return sorted(by_name, key=lambda ingress: ingress.created or 0)


def refuse(ingress: Ingress, world: World, behaviour: Behaviour) -> None:
    """Raise why the controller does not take the Ingress, whatever its annotations.

    Raises:
        RefusedError: it is not served.
    """
    reason = class_mismatch(ingress, world, behaviour)
    watched = behaviour.watched_namespace
    if reason is None and watched not in ("", ingress.namespace):
        reason = because(Code.NAMESPACE_NOT_WATCHED, ingress.namespace, watched)
    if reason is None and behaviour.inspects:
        forbidden = forbidden_value(ingress)
        if forbidden is not None:
            reason = because(Code.INSPECTION_FAILED, forbidden[1])
    if reason is None and ingress.has_default_backend and not behaviour.catch_all:
        reason = because(Code.CATCH_ALL_DISABLED)
    if reason is not None:
        raise RefusedError(reason)


def class_mismatch(
    ingress: Ingress, world: World, behaviour: Behaviour
) -> Reason | None:
    """Return why the Ingress is another controller's, or None where it is ours."""
    # ingress-nginx: internal/ingress/controller/store/store.go, GetIngressClass
    if ingress.refused:
        return because(Code.API_SERVER_REFUSES, ingress.refused)
    if ingress.class_name is not None:
        return first_mismatch(
            ingress, lambda name: _other_class(name, world, behaviour)
        )
    annotated = ingress.annotations.get(CLASS_ANNOTATION)
    if annotated is not None:
        if annotated == behaviour.ingress_class:
            return None
        return because(Code.CLASS_ANNOTATION_OTHER, annotated, behaviour.ingress_class)
    return None if behaviour.without_class else classless(world)


def _other_class(name: str, world: World, behaviour: Behaviour) -> Reason | None:
    controller = world.classes.get(name)
    if controller is None:
        # Git often holds the Ingresses without the IngressClass.
        ours = name == behaviour.ingress_class
        return None if ours else because(Code.CLASS_UNKNOWN, name)
    by_name = behaviour.by_name and name == behaviour.ingress_class
    if controller == behaviour.controller_class or by_name:
        return None
    return because(Code.CLASS_OTHER, name, controller)


def is_class_assumed(ingress: Ingress, world: World) -> bool:
    """Tell whether the Ingress names a class that is not among the objects."""
    return ingress.class_name is not None and ingress.class_name not in world.classes


def forbidden_value(ingress: Ingress) -> tuple[str, str] | None:
    """Return where and what the deep inspection stumbles over, or None."""
    for where, value in _inspected(ingress):
        if value and _FORBIDDEN.search(value):
            return where, value
    return None


def _inspected(ingress: Ingress) -> Iterator[tuple[str, str]]:
    # ingress-nginx: internal/ingress/inspector/ingress.go
    for rule in ingress.rules:
        yield "host", rule.host
        for path in rule.paths or ():
            yield "path", path.path
    for secret, hosts in ingress.tls:
        yield "secret", secret
        for host in hosts:
            yield "tls host", host
