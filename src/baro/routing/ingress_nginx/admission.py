"""What the admission webhook says to an Ingress that is about to be created."""

# ingress-nginx: internal/ingress/controller/controller.go, CheckIngress, CheckWarning

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from msgspec import Struct, structs

from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.ingress_nginx.annotation_checks import RefusedError
from baro.routing.ingress_nginx.annotation_table import KNOWN
from baro.routing.ingress_nginx.annotations import read_settings
from baro.routing.ingress_nginx.behaviour import (
    ANNOTATIONS_PREFIX,
    Behaviour,
    behaviour,
)
from baro.routing.ingress_nginx.gotext import parse_bool
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.routes import IngressNginxRoutes
from baro.routing.ingress_nginx.selection import class_mismatch, forbidden_value
from baro.routing.ingress_nginx.strategy import STRATEGY
from baro.routing.reasons import Code, Reason
from baro.routing.world import Ingress, PathRule, World, read_ingress

_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._\-/]*")
_PLAIN_PATH_WITHOUT_DOTS = re.compile(r"/[A-Za-z0-9_\-/]*")
_WHERE = {
    "host": "invalid host in ingress {key}: ",
    "path": "invalid rule in ingress {key}: invalid http path: ",
    "secret": "invalid secret in ingress {key}: ",
    "tls host": "invalid host in ingress tls config {key}: ",
}
_CATCH_ALL = (
    "this deployment is trying to create a catch-all ingress while DisableCatchAll "
    "flag is set to true. Remove '.spec.defaultBackend' or set DisableCatchAll flag "
    "to false"
)
_LAST = 1 << 60


class Verdict(Struct, frozen=True):
    """What the webhook says.

    `message` is the controller's own text of a refusal; empty where it is the text
    of `nginx -t`, for which `not_loadable` stands. `not_loadable` says what the
    webhook does not see: why nginx will refuse the whole configuration afterwards.
    """

    allowed: bool
    message: str = ""
    warnings: tuple[str, ...] = ()
    not_loadable: Reason | None = None


def review(
    existing: Iterable[Declared],
    incoming: Declared,
    controller: Controller,
    *,
    unready: Collection[str] = (),
) -> Verdict:
    """Say what the webhook answers when `incoming` is created or updated."""
    does = behaviour(controller)
    ingress = read_ingress(incoming)
    others = [
        one
        for one in existing
        if one.kind != "Ingress" or read_ingress(one).key != ingress.key
    ]
    warnings = tuple(_path_messages(ingress, does)) if _warns(does) else ()
    if incoming.metadata.get("deletionTimestamp"):
        return Verdict(allowed=True)
    world = World.of([*others, incoming], unready=unready)
    ignored, message = _first_objection(ingress, world, does)
    if message:
        return Verdict(allowed=False, message=message, warnings=warnings)
    if ignored:
        return Verdict(allowed=True, warnings=warnings)
    routes = STRATEGY.build(_with_last(world, ingress), controller)
    message = _overlap(ingress, routes, does)
    if message:
        return Verdict(allowed=False, message=message, warnings=warnings)
    refused = STRATEGY.build(world, controller).config_error
    tested = does.release.tests_config and refused is not None
    return Verdict(allowed=not tested, warnings=warnings, not_loadable=refused)


def _with_last(world: World, incoming: Ingress) -> World:
    """Make the incoming Ingress the youngest: the webhook ignores its age."""
    return structs.replace(
        world,
        ingresses=tuple(
            replace(one, created=_LAST) if one.key == incoming.key else one
            for one in world.ingresses
        ),
    )


def _first_objection(
    ingress: Ingress, world: World, does: Behaviour
) -> tuple[bool, str]:
    """Return whether the Ingress is none of ours, and what speaks against it."""
    forbidden = forbidden_value(ingress) if does.inspects else None
    if forbidden is not None:
        where = _WHERE[forbidden[0]].format(key=ingress.key)
        return False, f"invalid object: {where}invalid value found: {forbidden[1]}"
    if class_mismatch(ingress, world, does) is not None:
        return True, ""
    if does.watched_namespace not in ("", ingress.namespace):
        return True, ""
    if ingress.has_default_backend and not does.catch_all:
        return False, _CATCH_ALL
    paths = "\n".join(_path_messages(ingress, does)) if does.strict_paths else ""
    if paths:
        return False, f"ingress contains invalid paths: {paths}"
    return False, next(_annotation_messages(ingress, does), "")


def _warns(does: Behaviour) -> bool:
    return does.release.strict_paths is not None


def _path_messages(ingress: Ingress, does: Behaviour) -> Iterator[str]:
    for rule in ingress.rules:
        for path in rule.paths or ():
            if needs_loose_type(path, dots=does.release.dots_in_paths):
                kind = path.path_type or "<nil>"
                yield f"path {path.path} cannot be used with pathType {kind}"


def needs_loose_type(path: PathRule, *, dots: bool) -> bool:
    """Tell whether a path is of type Exact or Prefix, and may not be.

    `dots` tells whether the release lets a `.` pass.
    """
    # ingress-nginx: internal/ingress/inspector/inspector.go, ValidatePathType
    if not path.path or path.path_type == "ImplementationSpecific":
        return False
    allowed = _PLAIN_PATH if dots else _PLAIN_PATH_WITHOUT_DOTS
    return not allowed.fullmatch(path.path)


def _annotation_messages(ingress: Ingress, does: Behaviour) -> Iterator[str]:
    for key, value in sorted(ingress.annotations.items()):
        prefix = key.partition("/")[0]
        if prefix == ANNOTATIONS_PREFIX != does.prefix:
            yield (
                "this deployment has a custom annotation prefix defined. "
                f"Use '{does.prefix}' instead of '{ANNOTATIONS_PREFIX}'"
            )
        for word in does.blocked_words if prefix == does.prefix else ():
            if word in value:
                yield f"{key} annotation contains invalid word {word}"
        if not does.snippets and key.endswith("-snippet"):
            yield (
                f"{key} annotation cannot be used. Snippet directives are disabled "
                "by the Ingress administrator"
            )
    try:
        read_settings(ingress.annotations, does)
    except RefusedError as error:
        yield _refusal(error.reason)


def _refusal(reason: Reason) -> str:
    # ingress-nginx: internal/ingress/errors/errors.go
    annotation = reason["annotation"]
    if reason.code is Code.ANNOTATION_RISKY:
        group = KNOWN[annotation.partition("/")[2]][0]
        return (
            f"annotation group {group} contains risky annotation based on ingress "
            "configuration"
        )
    return f"annotation {annotation} contains invalid value"


def _overlap(ingress: Ingress, routes: IngressNginxRoutes, does: Behaviour) -> str:
    """Return the message that a host and path are taken, or an empty text."""
    # ingress-nginx: internal/ingress/controller/controller.go, checkOverlap
    for rule in ingress.rules:
        host = rule.host or DEFAULT_SERVER
        for path in rule.paths or ():
            text = path.path or "/"
            present = _owners(routes, host, text) if path.backend else []
            if not present:
                continue
            others = [one for one in present if one.key != ingress.key]
            # Older releases were content as soon as one path was not refused.
            content = not does.release.overlap_per_path
            if content and len(others) < len(present):
                return ""
            for other in others:
                if _collides(ingress, other, does):
                    return (
                        f'host "{host}" and path "{text}" is already defined in '
                        f"ingress {other.key}"
                    )
            if content:
                return ""
    return ""


def _owners(routes: IngressNginxRoutes, host: str, path: str) -> list[Ingress]:
    server = routes.servers.get(host)
    return [
        location.owner.ingress
        for location in (server.locations if server else ())
        if location.path == path and location.owner and not location.is_default
    ]


def _collides(incoming: Ingress, other: Ingress, does: Behaviour) -> bool:
    """Tell whether two Ingresses may not share a path: canaries may."""
    key = f"{does.prefix}/canary"
    mine, theirs = incoming.annotations.get(key), other.annotations.get(key)
    if mine is None and theirs is None:
        return True
    return parse_bool(mine or "") is True and parse_bool(theirs or "") is True
