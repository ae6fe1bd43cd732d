"""Traefik's Ingress provider: rules by their length, prefixes by characters."""

# Traefik builds these in pkg/provider/kubernetes/ingress/kubernetes.go

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from baro.model.tolerant import mapping, maps, sequence, text
from baro.routing.answer import Controller
from baro.routing.classes import ClassRule, ours
from baro.routing.declared import Declared, not_imitated
from baro.routing.ordered import Manner, OrderedRoutes, OrderedRule, Shape, whole_number
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Ingress, PathRule, World

_PREFIX = "traefik.ingress.kubernetes.io/"
_MATCHERS = {
    "Path": Shape.EXACT,
    "PathPrefix": Shape.CHARACTERS,
    "PathRegexp": Shape.REGEX,
}
_HARMLESS = ("router.observability.", "router.tls.", "service.")
# Neither changes where a request goes, nor the path that arrives.
_PASSIVE = frozenset(("buffering", "compress", "headers", "inFlightReq", "retry"))
_CLASSES = ClassRule("traefik.io/ingress-controller", "traefik", without_class=True)
_HOST_CALL = re.compile(r"\bHost\(([^)]*)\)")
_QUOTED = re.compile(r"[`\"]([^`\"]*)[`\"]")


class Traefik(Struct, frozen=True):
    """The strategy of Traefik's provider `kubernetesIngress`."""

    name: str = "traefik"
    last_version: str = "3.6"

    def build(self, world: World, controller: Controller) -> OrderedRoutes:
        """Make the routes."""
        flag = "providers.kubernetesingress.strictprefixmatching"
        strict = controller.flag(flag).lower() == "true"
        found = ours(world, _CLASSES)
        middlewares = {
            f"{one.namespace}-{one.name}@kubernetescrd": one
            for one in world.of_kind("Middleware")
        }
        rules = [
            _with_middlewares(rule, middlewares)
            for ingress in found.kept
            for rule in _rules(ingress, strict=strict)
        ]
        custom = [
            one
            for kind in ("IngressRoute",)
            for one in world.of_kind(kind)
            if one.group.startswith("traefik.")
        ]
        return OrderedRoutes(
            controller=controller,
            world=world,
            manner=Manner(missing=404, unready=503),
            rules=rules,
            left_out=found.left_out,
            doubts=[not_imitated(one) for one in custom],
            unread=lambda name: [
                not_imitated(one) for one in custom if _names(one, name)
            ],
        )


def _names(declared: Declared, name: str) -> bool:
    """Tell whether an IngressRoute may take requests for a name."""
    for route in maps(declared.spec.get("routes")):
        calls = _HOST_CALL.findall(text(route.get("match")))
        hosts = [host for call in calls for host in _QUOTED.findall(call)]
        if not hosts or name in hosts:
            return True
    return False


def _rules(ingress: Ingress, *, strict: bool) -> Iterator[OrderedRule]:
    for rule in ingress.rules:
        for path in rule.paths or ():
            yield _rule(ingress, rule.host, path, strict=strict)
    if ingress.default_backend is not None:
        yield OrderedRule(
            ingress=ingress,
            host="",
            shape=Shape.CHARACTERS,
            path="/",
            path_type="Prefix",
            backend=ingress.default_backend,
            head='PathPrefix("/")',
            order=(1, 0),
        )


def _rule(ingress: Ingress, host: str, path: PathRule, *, strict: bool) -> OrderedRule:
    notes = list(_settings(ingress))
    matcher = ingress.annotations.get(f"{_PREFIX}router.pathmatcher", "PathPrefix")
    if path.path_type == "Exact":
        matcher = "Path"
    elif path.path_type == "Prefix":
        matcher = "PathPrefix"
    if matcher not in _MATCHERS:
        setting = f"{_PREFIX}router.pathmatcher"
        notes.append(because(Code.SETTING_NOT_IMITATED, setting, ingress.key))
        matcher = "PathPrefix"
    shape = _MATCHERS[matcher]
    written = f'{matcher}("{path.path}")'
    if strict and matcher == "PathPrefix":
        shape = Shape.ELEMENTS
        base = path.path.rstrip("/")
        written = f'(Path("{base}") || PathPrefix("{base}/"))' if base else written
    head = f'Host("{host}") && {written}' if host else written
    priority = ingress.annotations.get(f"{_PREFIX}router.priority", "")
    weight = whole_number(priority)
    return OrderedRule(
        ingress=ingress,
        host=host,
        shape=shape,
        path=path.path,
        path_type=path.path_type,
        backend=path.backend,
        head=head,
        order=(0, -(weight or len(head.encode()))),
        notes=tuple(notes),
    )


def _settings(ingress: Ingress) -> Iterator[Reason]:
    for name in sorted(ingress.annotations):
        setting = name.removeprefix(_PREFIX)
        if setting == name or setting.startswith(_HARMLESS):
            continue
        if setting in ("router.middlewares", "router.pathmatcher", "router.priority"):
            continue
        yield because(Code.SETTING_NOT_IMITATED, name, ingress.key)


def _with_middlewares(
    rule: OrderedRule, middlewares: dict[str, Declared]
) -> OrderedRule:
    """Let the middlewares that an annotation names act on a rule."""
    listed = rule.ingress.annotations.get(f"{_PREFIX}router.middlewares", "")
    for name in filter(None, (part.strip() for part in listed.split(","))):
        middleware = middlewares.get(name)
        changed = None if middleware is None else _act(rule, middleware.spec.items())
        if changed is None:
            reason = because(Code.OBJECT_NOT_IMITATED, "Middleware", name)
            rule = replace(rule, notes=(*rule.notes, reason))
        else:
            rule = changed
    return rule


def _act(rule: OrderedRule, parts: Iterable[tuple[str, object]]) -> OrderedRule | None:
    """Return the rule behind a middleware; None where it is not imitated."""
    for kind, value in parts:
        body = mapping(value)
        if kind in _PASSIVE:
            continue
        if kind == "stripPrefix" and not rule.strip and not rule.add:
            # The first prefix that the path begins with is cut off.
            ends = [text(one) for one in sequence(body.get("prefixes"))]
            fitting = [one for one in ends if one and rule.path.startswith(one)]
            if not fitting or fitting[0] != ends[0] or rule.shape is Shape.REGEX:
                return None
            rule = replace(rule, strip=fitting[0])
        elif kind == "addPrefix" and not rule.add:
            rule = replace(rule, add=text(body.get("prefix")).rstrip("/"))
        elif kind == "redirectScheme" and body.get("scheme") == "https":
            permanent = body.get("permanent") is True
            port = text(body.get("port"))
            rule = replace(
                rule,
                https_status=301 if permanent else 302,
                https_port=f":{port}" if port not in ("", "443") else "",
            )
        else:
            return None
    return rule


STRATEGY = Traefik()
