"""The IngressClass that the API server gives to an Ingress that names none."""

# kubernetes: plugin/pkg/admission/network/defaultingressclass/admission.go, Admit

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from baro.model.tolerant import mapping
from baro.routing.declared import Declared

CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
# Since this release the newest of several is taken, and none is refused.
_TAKES_NEWEST = (1, 25)


def default_classes(objects: Iterable[Declared]) -> tuple[str, ...]:
    """Return the default IngressClasses by name, the one that is written in first.

    The newest goes first, then the order of names. Those whose age nobody has said
    could each be the newest.
    """
    found = [
        one
        for one in objects
        if one.kind == "IngressClass"
        and mapping(one.metadata.get("annotations")).get(_DEFAULT) == "true"
    ]
    by_name = sorted(found, key=lambda one: one.name)
    newest = sorted(by_name, key=lambda one: one.created or 0, reverse=True)
    return tuple(dict.fromkeys(one.name for one in newest))


def admit(objects: Sequence[Declared], kubernetes: str = "") -> list[Declared]:
    """Write the default class into each Ingress that is yet to be created.

    `kubernetes` is the version of the API server; empty for a recent one. An Ingress
    that is there already, or has a class by field or annotation, stays as it is.
    """
    defaults = default_classes(objects)
    if not defaults:
        return list(objects)
    classes = [one for one in objects if one.kind == "IngressClass"]
    aged = all(one.created for one in classes if one.name in defaults)
    possible = defaults[:1] if aged else defaults
    refused = ""
    if len(defaults) > 1 and _refuses_several(kubernetes):
        refused = f"{len(defaults)} default IngressClasses were found, only 1 allowed"
    return [
        _admitted(one, possible, refused) if _is_classless(one) else one
        for one in objects
    ]


def _refuses_several(kubernetes: str) -> bool:
    version = _VERSION.match(kubernetes)
    return version is not None and (int(version[1]), int(version[2])) < _TAKES_NEWEST


def _is_classless(one: Declared) -> bool:
    annotations = mapping(one.metadata.get("annotations"))
    return (
        one.kind == "Ingress"
        and one.new
        and one.spec.get("ingressClassName") is None
        and CLASS_ANNOTATION not in annotations
    )


def _admitted(one: Declared, classes: tuple[str, ...], refused: str) -> Declared:
    if refused:
        return replace(one, refused=refused)
    body = {**one.body, "spec": {**one.spec, "ingressClassName": classes[0]}}
    return replace(one, body=body, default_classes=classes)
