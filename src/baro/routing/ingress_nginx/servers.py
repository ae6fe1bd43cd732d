"""The servers that ingress-nginx writes."""

from dataclasses import dataclass, field

from baro.routing.ingress_nginx.annotations import Settings
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.locations import Location, arrange
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER, Merged

_PROBES = (("/healthz", 200), ("/nginx_status", 403))


@dataclass(slots=True, eq=False)
class Server:
    """One server block, ready to be asked."""

    merged: Merged
    locations: tuple[Location, ...]
    regex_mode: bool
    exacts: dict[bytes, Location] = field(default_factory=dict)
    prefixes: dict[bytes, Location] = field(default_factory=dict)
    odd_prefixes: tuple[Location, ...] = ()
    app_root: Location | None = None

    @property
    def host(self) -> str:
        """Return the host; `_` for the default server."""
        return self.merged.host

    @property
    def switch(self) -> Location | None:
        """Return the location that turned regex mode on, or None."""
        for location in self.locations:
            if location.settings.use_regex or location.rewrites:
                return location
        return None


def serve(merged: Merged, behaviour: Behaviour) -> Server:
    """Write the server block of a host."""
    locations = arrange(merged.drafts, behaviour)
    server = Server(
        merged=merged,
        locations=locations,
        regex_mode=locations[0].in_regex_mode,
        app_root=next((one for one in locations if one.settings.app_root), None),
    )
    if server.regex_mode:
        return server
    for location in locations:
        heads = server.exacts if location.exact else server.prefixes
        heads.setdefault(location.name, location)
    if merged.host == DEFAULT_SERVER:
        server.odd_prefixes = tuple(_probe(path, status) for path, status in _PROBES)
    return server


def _probe(path: str, status: int) -> Location:
    """Make a location that the controller adds for health checks."""
    # ingress-nginx: rootfs/etc/nginx/template/nginx.tmpl, at the end of SERVER
    return Location(
        path=path,
        exact=False,
        declared=path,
        path_type="Prefix",
        upstream="",
        settings=Settings(),
        own=status,
        name=path.encode(),
    )
