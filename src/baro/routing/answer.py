"""What becomes of a request, why, and who else wanted it."""

from enum import StrEnum

from msgspec import Struct

from baro.routing.reasons import Reason
from baro.routing.request import Request


class Outcome(StrEnum):
    """What the client is met with."""

    BACKEND = "backend"
    REDIRECT = "redirect"
    DEFAULT_BACKEND = "default-backend"
    NO_ENDPOINTS = "no-endpoints"
    REFUSED = "refused"
    NOT_LOADED = "not-loaded"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How much of the answer the given objects decide.

    `DEPENDS_ON_AGE`: the objects do not say which Ingress is older, and that decides.
    `DEPENDS_ON_CHANCE`: the controller throws dice (a canary by weight).
    `DEPENDS_ON_ADDRESS`: several controllers have it, and DNS knows one of them.
    `UNKNOWN`: something was met that baro does not imitate.
    """

    CERTAIN = "certain"
    DEPENDS_ON_AGE = "depends-on-age"
    DEPENDS_ON_CHANCE = "depends-on-chance"
    DEPENDS_ON_ADDRESS = "depends-on-address"
    UNKNOWN = "unknown"


class Controller(Struct, frozen=True):
    """An ingress controller and how it is set up.

    `flags` are its command line without the leading dashes, `settings` its ConfigMap
    (or what it has in place of one). An empty `version` means the last release.
    """

    name: str
    version: str = ""
    flags: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Controller":
        """Read `ingress-nginx@1.8.0` or `ingress-nginx`; a leading `v` is dropped."""
        name, _, version = text.partition("@")
        return cls(name=name.strip(), version=version.strip().removeprefix("v"))

    def flag(self, name: str, default: str = "") -> str:
        """Return a flag's value, or `default` where it is not given."""
        return dict(self.flags).get(name, default)

    def setting(self, name: str, default: str = "") -> str:
        """Return the value of a ConfigMap key, or `default` where it is absent."""
        return dict(self.settings).get(name, default)


class Place(Struct, frozen=True):
    """One line of the whole table: a host, a path, and who takes it.

    `head` is how the controller writes it down (nginx: the head of the location
    block), `path` and `path_type` are what the Ingress says. `regex_mode` tells
    whether the host is matched by regular expressions; `rewrite` is the upstream
    path as written, empty where the path is passed on unchanged. `redirect` is the
    target where it only redirects. `shadowed` lists who lost this place for good.
    """

    host: str
    head: str
    path: str
    path_type: str
    ingress: str = ""
    service: str = ""
    port: str = ""
    rewrite: str = ""
    redirect: str = ""
    regex_mode: bool = False
    is_default: bool = False
    subject: object = None
    shadowed: tuple["Loser", ...] = ()


class Loser(Struct, frozen=True):
    """An Ingress that could have been meant, and why it does not answer."""

    ingress: str
    why: Reason
    service: str = ""
    path: str = ""
    subject: object = None


class Alternative(Struct, frozen=True):
    """Another answer to the same request, and what would have to be so."""

    when: Reason
    answer: "Answer"


class Answer(Struct, frozen=True):
    """What becomes of one request.

    `status` is the controller's own, or 200 where the Service is reached (what the
    app says then is the app's affair); None where it cannot be known. `location` is
    the header of a redirect. `upstream_path` carries the query string.
    `upstream_headers` are those that routing adds. `subject` is what the caller
    gave along with the Ingress.
    """

    request: Request
    controller: Controller
    outcome: Outcome
    status: int | None = None
    ingress: str | None = None
    service: str | None = None
    port: str | None = None
    upstream_path: str | None = None
    upstream_headers: tuple[tuple[str, str], ...] = ()
    location: str | None = None
    place: Place | None = None
    why: tuple[Reason, ...] = ()
    losers: tuple[Loser, ...] = ()
    certainty: Certainty = Certainty.CERTAIN
    alternatives: tuple[Alternative, ...] = ()
    subject: object = None

    @property
    def key(self) -> tuple[object, ...]:
        """Return what makes two answers the same for the client and the app."""
        return (
            self.outcome,
            self.status,
            self.ingress,
            self.service,
            self.port,
            self.upstream_path,
            self.upstream_headers,
            self.location,
        )
