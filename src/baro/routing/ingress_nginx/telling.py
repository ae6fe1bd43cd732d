"""What can be told of a location without any request: its place, its reasons."""

from baro.routing.answer import Place
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.servers import Server
from baro.routing.ingress_nginx.table import Table
from baro.routing.reasons import Code, Reason, because


def reasons_for(server: Server, location: Location) -> tuple[Reason, ...]:
    """Return why a server gives a request to a location that covers it."""
    if location.reasons:
        return location.reasons
    if location.is_default and not location.owner_key:
        reasons = []
    elif location.is_default:
        reasons = [because(Code.HOST_DEFAULT, server.host, location.owner_key)]
    elif location.in_regex_mode:
        switch = server.switch
        turned_on_by = switch.owner_key if switch else ""
        reasons = [
            because(Code.REGEX_MODE, server.host, turned_on_by),
            because(Code.FIRST_REGEX, location.head),
        ]
    else:
        code = Code.EXACT_PATH if location.exact else Code.LONGEST_PREFIX
        reasons = [because(code, location.path)]
    location.reasons = tuple(reasons)
    return location.reasons


def place_of(server: Server, location: Location, table: Table) -> Place:
    """Return the line of the whole table that a location makes."""
    if location.place is None:
        upstream = table.upstreams.get(location.upstream)
        settings = location.settings
        location.place = Place(
            host=server.host,
            head=location.head,
            path=location.declared,
            path_type=location.path_type,
            ingress=location.owner_key,
            service=upstream.service if upstream else "",
            port=upstream.port if upstream else "",
            rewrite=settings.target if location.rewrites else "",
            redirect="" if settings.denied else settings.redirect,
            regex_mode=location.in_regex_mode,
            is_default=location.is_default,
            subject=location.owner.ingress.subject if location.owner else None,
            shadowed=tuple(location.shadowed),
        )
    return location.place
