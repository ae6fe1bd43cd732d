"""Locations in their final order and form, as they stand in nginx.conf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from baro.routing.answer import Loser, Place
from baro.routing.ingress_nginx.annotations import Settings
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.merging import Draft
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.nginx.config import unquote
from baro.routing.nginx.regex import BrokenError, NotImitatedError, Regex, read
from baro.routing.reasons import Reason


@dataclass(slots=True)
class Location:
    """One location block.

    `path` is what stands in its head, `declared` what the Ingress says. `regex` is
    set in regex mode, unless `broken` (PCRE refuses it) or `unread` (baro does not
    know what it means) says why not. `own` names one that the controller itself
    adds, and the status that it answers with. `owner_key` is the Ingress'
    `namespace/name`; `place` and `reasons` are filled in when first asked for.
    """

    path: str
    exact: bool
    declared: str
    path_type: str
    upstream: str
    settings: Settings
    service: str = ""
    owner: Kept | None = None
    is_default: bool = False
    shadowed: Sequence[Loser] = ()
    regex: Regex | None = None
    broken: str = ""
    unread: str = ""
    own: int = 0
    in_regex_mode: bool = False
    name: bytes = b""
    owner_key: str = ""
    place: Place | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def rewrites(self) -> bool:
        """Tell whether a rewrite is written into it."""
        # ingress-nginx: internal/ingress/controller/template/template.go, needsRewrite
        return needs_rewrite(self.settings, self.path)

    @property
    def head(self) -> str:
        """Return what follows the word `location`."""
        escaped = self.path.replace("\\", "\\\\").replace('"', '\\"')
        if self.in_regex_mode:
            return f'~* "^{escaped}"'
        return f'= "{escaped}"' if self.exact else f'"{escaped}"'


def needs_rewrite(settings: Settings, path: str) -> bool:
    """Tell whether a rewrite target has an effect on a location of that path."""
    return settings.target not in ("", path)


def arrange(drafts: Sequence[Draft], behaviour: Behaviour) -> tuple[Location, ...]:
    """Sort, normalise, and read the regular expressions if there are any."""
    locations = _normalise(_sorted(drafts))
    if any(location.settings.use_regex or location.rewrites for location in locations):
        for location in locations:
            _read_regex(location, behaviour)
    for location in locations:
        written = location.path
        if not behaviour.release.quotes_paths:
            written = unquote(written)
        location.name = written.encode(errors="surrogateescape")
    return tuple(locations)


def _sorted(drafts: Sequence[Draft]) -> list[Draft]:
    """Put the longest path string first; equal paths keep the order of their age."""
    # ingress-nginx: internal/ingress/controller/controller.go, getBackendServers
    return sorted(drafts, key=_length_and_path, reverse=True)


def _length_and_path(draft: Draft) -> tuple[int, bytes]:
    octets = draft.path.encode(errors="surrogateescape")
    return len(octets), octets


def _normalise(drafts: Iterable[Draft]) -> list[Location]:
    """Give a plain Prefix its two locations: with a slash, and the path itself."""
    # ingress-nginx: internal/ingress/controller/location.go, updateServerLocations
    drafts = list(drafts)
    exact_paths = {draft.path for draft in drafts if draft.exact}
    locations = []
    for draft in drafts:
        path = draft.path
        plain = not draft.settings.use_regex and not needs_rewrite(draft.settings, path)
        if path == "/" or draft.exact or not plain:
            locations.append(_location(draft, path, exact=draft.exact))
            continue
        slashed = path if path.endswith("/") else path + "/"
        locations.append(_location(draft, slashed, exact=False))
        if path not in exact_paths:
            locations.append(_location(draft, path, exact=True))
    return locations


def _location(draft: Draft, path: str, *, exact: bool) -> Location:
    return Location(
        path=path,
        exact=exact,
        declared=draft.path,
        path_type=draft.path_type,
        upstream=draft.upstream,
        settings=draft.settings,
        service=draft.service,
        owner=draft.owner,
        is_default=draft.is_default,
        shadowed=draft.shadowed,
        owner_key=draft.owner.key if draft.owner else "",
    )


def _read_regex(location: Location, behaviour: Behaviour) -> None:
    location.in_regex_mode = True
    pattern = location.path
    if not behaviour.release.quotes_paths:
        pattern = unquote(pattern)
    try:
        location.regex = read(pattern)
    except BrokenError as error:
        location.broken = str(error)
    except NotImitatedError as error:
        location.unread = str(error)
