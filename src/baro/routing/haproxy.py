"""HAProxy Technologies' controller: map files for hosts, then for paths."""

# kubernetes-ingress (haproxytech): pkg/route/route.go, AddHostPathRoute

from collections.abc import Iterator

from msgspec import Struct

from baro.routing.answer import Controller
from baro.routing.classes import ClassRule, ours
from baro.routing.ordered import (
    Manner,
    OrderedRoutes,
    OrderedRule,
    Shape,
    unread_settings,
)
from baro.routing.world import Ingress, PathRule, World

_PREFIXES = ("haproxy.org/", "haproxy.com/", "ingress.kubernetes.io/")
_HARMLESS = (
    "backend-config-snippet",
    "check",
    "check-interval",
    "cookie-persistence",
    "cors-enable",
    "forwarded-for",
    "load-balance",
    "pod-maxconn",
    "timeout-check",
    "timeout-server",
    "timeout-tunnel",
)
_CLASSES = ClassRule("haproxy.org/ingress-controller", "haproxy")
_MOVED = 302


class Haproxy(Struct, frozen=True):
    """The strategy of the controller of HAProxy Technologies."""

    name: str = "haproxy"
    last_version: str = "3.2"

    def build(self, world: World, controller: Controller) -> OrderedRoutes:
        """Make the routes."""
        empty = controller.flag("empty-ingress-class").lower() == "true"
        classes = ClassRule(_CLASSES.controller, _CLASSES.usual, without_class=empty)
        found = ours(world, classes)
        return OrderedRoutes(
            controller=controller,
            world=world,
            manner=Manner(host_first=True),
            rules=[rule for ingress in found.kept for rule in _rules(ingress)],
            left_out=found.left_out,
            doubts=(),
        )


def _rules(ingress: Ingress) -> Iterator[OrderedRule]:
    for rule in ingress.rules:
        for path in rule.paths or ():
            yield from _map_lines(ingress, rule.host, path)
    if ingress.default_backend is not None:
        default = PathRule("/", "Prefix", ingress.default_backend)
        yield from _map_lines(ingress, "", default)


def _map_lines(ingress: Ingress, host: str, path: PathRule) -> Iterator[OrderedRule]:
    """Return the lines of the map files, in the order in which these are asked."""
    base = path.path.rstrip("/") if len(path.path) > 1 else ""
    if path.path_type == "Exact":
        yield _line(ingress, host, path, (0, 0), ("path-exact", path.path))
        return
    if base:
        yield _line(ingress, host, path, (1, 0), ("path-prefix-exact", base))
    end = "" if base and path.path_type == "ImplementationSpecific" else "/"
    whole = f"{base}{end}"
    yield _line(ingress, host, path, (2, -len(whole)), ("path-prefix", whole))


def _line(
    ingress: Ingress,
    host: str,
    path: PathRule,
    order: tuple[int, int],
    line: tuple[str, str],
) -> OrderedRule:
    name, value = line
    secure = any(host in hosts or not hosts for _, hosts in ingress.tls)
    return OrderedRule(
        ingress=ingress,
        host=host,
        shape=Shape.CHARACTERS if name == "path-prefix" else Shape.EXACT,
        path=value,
        path_type=path.path_type,
        backend=path.backend,
        head=f"{name}.map {host}{value}",
        order=order,
        https_status=_MOVED if secure or ingress.tls else 0,
        notes=unread_settings(ingress, _PREFIXES, _HARMLESS),
    )


STRATEGY = Haproxy()
