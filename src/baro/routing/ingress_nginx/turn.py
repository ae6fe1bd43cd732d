"""A request that has come to a location: what all answers of it have in common."""

from functools import lru_cache
from typing import TypedDict, Unpack

from msgspec import Struct

from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.classes import is_class_open
from baro.routing.ingress_nginx.locations import Location
from baro.routing.ingress_nginx.servers import Server
from baro.routing.ingress_nginx.table import Asked, Table
from baro.routing.ingress_nginx.telling import place_of, reasons_for
from baro.routing.nginx import variables
from baro.routing.nginx.regex import Found
from baro.routing.reasons import Code, Reason, because


class Rest(TypedDict, total=False):
    """The fields of an answer that not all answers have."""

    service: str
    port: str
    location: str | None
    upstream_path: str
    upstream_headers: tuple[tuple[str, str], ...]


class Turn(Struct, frozen=True):
    """A request that has come to a location; `found` is the match in regex mode."""

    table: Table
    asked: Asked
    server: Server
    location: Location
    found: Found | None = None

    @property
    def is_relative(self) -> bool:
        """Tell whether redirects to a path keep to it alone."""
        settings = self.location.settings
        return settings.relative or self.table.behaviour.relative_redirects

    @property
    def origin(self) -> str:
        """Return what nginx puts before the path of its own redirects."""
        # `port_in_redirect` and `server_name_in_redirect` are off.
        return f"{self.asked.request.scheme}://{self.asked.name}"

    def answer(
        self,
        outcome: Outcome,
        status: int | None,
        *reasons: Reason,
        chosen: bool = True,
        **rest: Unpack[Rest],
    ) -> Answer:
        """Make an answer of this location, with what bears on its certainty."""
        owner = self.location.owner
        chain = reasons_for(self.server, self.location) if chosen else ()
        doubts, certain = self._doubts()
        return Answer(
            request=self.asked.request,
            controller=self.table.controller,
            outcome=outcome,
            status=status,
            ingress=owner.key if owner else None,
            place=place_of(self.server, self.location, self.table),
            why=(*self.asked.chosen.why, *chain, *reasons, *doubts),
            certainty=Certainty.CERTAIN if certain else Certainty.UNKNOWN,
            subject=owner.ingress.subject if owner else None,
            **rest,
        )

    def _doubts(self) -> tuple[tuple[Reason, ...], bool]:
        owner, pattern = self.location.owner, self.asked.chosen.unread
        unread = self.table.behaviour.unread
        doubts = tuple(because(Code.SNIPPET_NOT_READ, name) for name in unread)
        if pattern:
            doubts += (because(Code.REGEX_NOT_IMITATED, pattern, "server-alias"),)
        if owner is None:
            return doubts, not doubts
        settings = owner.settings
        guards = (*settings.guards, *self.table.behaviour.guards)
        doubts += tuple(because(Code.SNIPPET_NOT_READ, s) for s in settings.snippets)
        is_certain = not doubts and not is_class_open(owner.ingress)
        notes = self.table.notes.get(owner.key, ())
        if guards:
            notes += (because(Code.GUARDED, ", ".join(guards)),)
        return (*notes, *doubts), is_certain

    def fill(self, text: str) -> str:
        """Put the values of nginx' variables into a text, as far as they are known."""
        if "$" not in text:
            return text
        filled = _template(text).fill(lambda _: b"", self.variable)
        if isinstance(filled, str):
            return text
        return filled.decode(errors="surrogateescape")

    def variable(self, name: str) -> bytes | None:
        """Return the value of a variable; None where it is not known."""
        owner = self.location.owner
        own = {
            "ingress_name": owner.ingress.name if owner else "",
            "namespace": owner.ingress.namespace if owner else "",
            "location_path": self.location.declared,
            "proxy_upstream_name": self.location.upstream,
        }
        if name in own:
            return own[name].encode(errors="surrogateescape")
        return variables.value_of(name, self.asked.request, self.asked.name)


@lru_cache(maxsize=4096)
def _template(text: str) -> variables.Template:
    return variables.parse(text.encode(errors="surrogateescape"))
