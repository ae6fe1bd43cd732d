"""How the Ingresses of a host become its list of locations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from baro.routing.answer import Loser
from baro.routing.ingress_nginx.annotations import Settings
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.ingress_nginx.upstreams import DEFAULT, Upstream, upstream_name
from baro.routing.reasons import Code, Reason, because
from baro.routing.world import Ingress, PathRule, Rule

DEFAULT_SERVER = "_"
_NOTHING = Settings()


@dataclass(slots=True)
class Draft:
    """A location before it is sorted; `path` as the Ingress writes it.

    `service` is the `namespace/name` behind `upstream`.
    """

    path: str
    exact: bool
    upstream: str
    settings: Settings
    owner: Kept | None
    path_type: str = "Prefix"
    service: str = ""
    is_default: bool = False
    shadowed: list[Loser] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, bool]:
        """Return what must be unique: path and type."""
        return self.path, self.exact


@dataclass(slots=True)
class Merged:
    """A host: its locations in the order of arrival, and who was not let in."""

    host: str
    drafts: list[Draft]
    aliases: tuple[str, ...] = ()
    certificate: Kept | None = None
    passthrough: bool = False
    passed_over: list[Loser] = field(default_factory=list)

    @property
    def www(self) -> bool:
        """Tell whether the other of `www.HOST` and `HOST` redirects here."""
        return any(draft.settings.www and not draft.is_default for draft in self.drafts)


def merge(
    host: str,
    entries: Sequence[tuple[Kept, Rule]],
    upstreams: Mapping[str, Upstream],
    catch_all: Kept | None = None,
) -> Merged:
    """Put the rules of one host together; `entries` are sorted, oldest first.

    `catch_all` is the first Ingress with a backend and no rules; it counts for the
    default server only.
    """
    # ingress-nginx: internal/ingress/controller/controller.go, createServers
    merged = Merged(host, [_default(host, entries, catch_all)])
    for one, _ in entries:
        if one.is_canary:
            continue
        if not merged.aliases:
            merged.aliases = one.settings.aliases
        if merged.certificate is None and one.ingress.tls:
            merged.certificate = one
        merged.passthrough |= one.settings.passthrough
    first = {"/": merged.drafts[0]}
    for one, rule in entries:
        for path in rule.paths or ():
            _add(merged, first, one, path, upstreams)
    return merged


def _default(
    host: str, entries: Sequence[tuple[Kept, Rule]], catch_all: Kept | None
) -> Draft:
    """Make the "/" that every host has; the oldest Ingress' annotations rule it."""
    if host == DEFAULT_SERVER:
        return _default_of_all(catch_all)
    oldest = next((one for one, _ in entries if not one.is_canary), None)
    backend = oldest.ingress.default_backend if oldest else None
    return Draft(
        path="/",
        exact=False,
        upstream=upstream_name(oldest.ingress.namespace, backend)
        if oldest and backend
        else DEFAULT,
        settings=oldest.settings if oldest else _NOTHING,
        owner=oldest,
        is_default=True,
    )


def _default_of_all(catch_all: Kept | None) -> Draft:
    backend = catch_all.ingress.default_backend if catch_all else None
    if catch_all is None or backend is None:
        return Draft(
            path="/",
            exact=False,
            upstream=DEFAULT,
            settings=_NOTHING,
            owner=None,
            is_default=True,
        )
    # Its redirects and rewrites are left aside on purpose (a TODO of theirs).
    return Draft(
        path="/",
        exact=False,
        upstream=upstream_name(catch_all.ingress.namespace, backend),
        settings=Settings(fallback=catch_all.settings.fallback),
        owner=catch_all,
    )


def _add(
    merged: Merged,
    first: dict[str, Draft],
    one: Kept,
    path: PathRule,
    upstreams: Mapping[str, Upstream],
) -> None:
    """Add one path, or say why not."""
    # ingress-nginx: internal/ingress/controller/controller.go, getBackendServers
    if path.backend is None:
        _pass_over(merged, one, path, Code.RESOURCE_BACKEND)
        return
    upstream = upstreams.get(upstream_name(one.ingress.namespace, path.backend))
    if upstream is None:
        # A canary that found no twin took it along; no path leads to it.
        return
    if upstream.canary is not None:
        if not one.is_canary:
            reason = because(Code.SERVICE_IS_CANARY, upstream.service)
            merged.passed_over.append(_loser(one, path, reason))
        return
    draft = Draft(
        path=path.path or "/",
        exact=path.path_type == "Exact",
        upstream=upstream.name,
        settings=one.settings,
        owner=one,
        path_type=path.path_type,
        service=upstream.service,
    )
    # Their scan ends at the first location of that path, whatever its type: a second
    # one of the other type is not found, and makes nginx refuse the configuration.
    present = first.get(draft.path)
    if present is None or present.exact != draft.exact:
        first.setdefault(draft.path, draft)
        merged.drafts.append(draft)
    elif present.is_default:
        present.upstream = draft.upstream
        present.service = draft.service
        present.settings = draft.settings
        present.owner = one
        present.path_type = path.path_type
        present.is_default = False
    else:
        winner = present.owner.key if present.owner else ""
        reason = because(Code.OLDER_DUPLICATE, draft.path, winner)
        present.shadowed.append(_loser(one, path, reason))


def _pass_over(merged: Merged, one: Kept, path: PathRule, code: Code) -> None:
    reason = because(code, path.path or "/")
    merged.passed_over.append(_loser(one, path, reason))


def service_of(ingress: Ingress, path: PathRule) -> str:
    """Return the Service of a path as `namespace/name`; empty for a resource."""
    return f"{ingress.namespace}/{path.backend.service}" if path.backend else ""


def _loser(one: Kept, path: PathRule, reason: Reason) -> Loser:
    return Loser(
        ingress=one.key,
        why=reason,
        service=service_of(one.ingress, path),
        path=path.path or "/",
        subject=one.ingress.subject,
    )
