"""Random Ingress sets and requests: baro and a real nginx never differ.

One nginx serves many sets, each on a socket of its own, so that thousands of pairs
cost few starts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from baro.routing.answer import Certainty
from baro.routing.request import Request
from baro.routing.table import RouteTable
from tests.routing import real_nginx, short
from tests.routing.template import World

WORLDS = 30
REQUESTS = 12
HOSTS = ("h.test", "a.foo.bar", "*.foo.bar", "", "b.h.test")
PLAIN_PATHS = (
    "/",
    "",
    "/kr",
    "/kr/",
    "/kr/api",
    "/kr/api/",
    "/kr/api/v1/orders",
    "/foo",
    "/foo/bar",
    "/v1.0",
    "/Foo",
    "/.well-known/acme-challenge",
    "/healthz",
    "/a b",
    "/é",
)
PATTERNS = (
    "/kr(/|$)(.*)",
    "/kr/(.*)",
    "/kr(.*)",
    "/(.*)",
    "/kr/?(.*)",
    "/[a-z]{3}",
    "/foo|/bar",
    "/^kr",
    "/$",
    "/id/[0-9]+$",
    "/(?<lang>en|ko)/(.*)",
    "/(api|static)/(.+)",
    "/[^/]+/(.*)",
    "/\\w+/x",
    "/kr(?!aken)",
    "/a+b*c?",
    "/foo\\.bar",
    "/[[:digit:]]+",
    "/(?:x|y){2,3}",
    "/kr(/[^/]+)*",
    "/é+",
)
BROKEN = ("/kr(", "/kr)", "/[z-a]", "/*", "/x{3,1}", "/(?<n>a)(?<n>b)")
TARGETS = (
    "/$2",
    "/$1",
    "/",
    "/kr",
    "/kr/$2",
    "$1",
    "/new/$1/$2",
    "/$host/$1",
    "/$uri",
    "https://other.test/$1",
    "/$2?x=1",
    "/$lang/$2",
)
ANNOTATIONS = {
    "rewrite-target": TARGETS,
    "use-regex": ("true", "false", "yes", "1"),
    "app-root": ("/app", "https://x.test/", "app"),
    "ssl-redirect": ("true", "false", "on"),
    "force-ssl-redirect": ("true", "false"),
    "preserve-trailing-slash": ("true",),
    "x-forwarded-prefix": ("/kr",),
    "permanent-redirect": ("https://p.test", "/moved"),
    "temporal-redirect": ("https://t.test/x?y=1",),
    "server-alias": ("alias.test", "*.alias.test, h.test"),
    "from-to-www-redirect": ("true", "false"),
    "enable-cors": ("true",),
    "cors-allow-origin": ("*", "https://*.o.test,https://p.test"),
    "default-backend": ("errors", "gone"),
    "custom-http-errors": ("404,503", "404", "503"),
    "auth-url": ("auth.test/check", "http://a..b/"),
    "whitelist-source-range": ("10.0.0.0/99", "everybody"),
}
NAMES = st.lists(st.sampled_from(sorted(ANNOTATIONS)), max_size=4, unique=True)
ENDINGS = ("", "/", "/x", "aken", "/api/x", "/../kr", "//x", "/%2Fx", "%20y", "/a.b")
METHODS = (
    ("GET",),
    ("GET", "https://a.o.test"),
    ("OPTIONS",),
    ("OPTIONS", "https://a.o.test"),
    ("OPTIONS", "https://q.test"),
    ("POST",),
    ("TRACE",),
    ("CONNECT",),
)
QUERIES = ("", "", "?a=1", "?a=/", "?")


@st.composite
def paths(draw: st.DrawFn) -> str:
    """Draw a path line; broken patterns are rare, for they spoil the whole set."""
    rare = draw(st.integers(0, 40)) == 0
    kind = draw(st.sampled_from(short.TYPES))
    pool = BROKEN if rare else draw(st.sampled_from((PLAIN_PATHS, PATTERNS)))
    service = draw(st.sampled_from(("a", "b", "gone")))
    return f"{kind} {draw(st.sampled_from(pool))} -> {service}"


@st.composite
def sets_of_ingresses(draw: st.DrawFn, most: int = 5) -> list[dict[str, Any]]:
    """Draw Ingresses; most have few annotations, as most have in life."""
    made = []
    for number in range(draw(st.integers(1, most))):
        names = draw(NAMES) if draw(st.booleans()) else []
        one: dict[str, Any] = {
            "name": f"{draw(st.sampled_from(('default', 'team')))}/i{number}",
            "created": draw(st.integers(1, 3)),
            "nginx": {key: draw(st.sampled_from(ANNOTATIONS[key])) for key in names},
            "host": draw(st.sampled_from(HOSTS)),
            "paths": draw(st.lists(paths(), min_size=0, max_size=3)),
        }
        if draw(st.integers(0, 4)) == 0:
            one["tls"] = [one["host"]]
        if draw(st.integers(0, 6)) == 0:
            one["default"] = "fallback"
            if draw(st.booleans()):
                one |= {"rules": []}
        made.append(one)
    return made


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a request that nginx would read (and some that it would refuse)."""
    known = (
        *PLAIN_PATHS,
        "/en/x",
        "/abc",
        "/id/12",
        "/static/a.js",
        "/KR/x",
        "/foo.bar",
    )
    path = draw(st.sampled_from(known)) or "/"
    path = path.replace(" ", "%20").replace("é", draw(st.sampled_from(("%C3%A9", "é"))))
    target = path + draw(st.sampled_from(ENDINGS)) + draw(st.sampled_from(QUERIES))
    hosts = ("h.test", "a.foo.bar", "b.foo.bar", "x.y.foo.bar", "B.h.test:8080")
    others = ("other.test", "alias.test", "q.alias.test", "h.test.", "www.h.test")
    method, *origin = draw(st.sampled_from(METHODS))
    return Request(
        scheme=draw(st.sampled_from(("http", "https"))),
        host=draw(st.sampled_from(hosts + others)),
        target=target,
        method=method,
        headers=tuple(("origin", one) for one in origin),
    )


@dataclass(frozen=True)
class Drawn:
    """A set of Ingresses and requests to it."""

    ingresses: list[dict[str, Any]]
    requests: list[Request]


class Batch(list[Drawn]):
    """Many sets; too long to be printed."""

    def __repr__(self) -> str:
        """Say how many."""
        return f"<{len(self)} sets>"


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw as many sets as one nginx shall serve."""
    asked = st.lists(requests(), min_size=REQUESTS, max_size=REQUESTS)
    return Batch(Drawn(draw(sets_of_ingresses()), draw(asked)) for _ in range(WORLDS))


@pytest.fixture(name="folder", scope="module")
def fixture_folder() -> Iterator[Path]:
    """Give a folder with a short name: sockets have at most 107 characters."""
    with TemporaryDirectory(prefix="n", dir="/tmp") as name:
        yield Path(name)


@pytest.mark.nginx
@real_nginx.needs_nginx
@settings(
    max_examples=12,
    deadline=None,
    # A batch is too large to be made smaller; the report names one set and request.
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(
    batch=batches(),
    version=st.sampled_from(("1.15.1", "1.14.2")),
)
def test_random_worlds_are_answered_as_a_real_nginx_does(
    folder: Path, batch: Batch, version: str
) -> None:
    """No random request to a random set of Ingresses is answered differently."""
    loaded: list[tuple[World, RouteTable, Drawn]] = []
    for number, drawn in enumerate(batch):
        table = short.table(
            drawn.ingresses,
            {
                "controller": f"ingress-nginx@{version}",
                "unready": ["gone", "team/gone"],
            },
        )
        world = World(
            number=number,
            ingresses=[short.ingress(one) for one in drawn.ingresses],
            unready=frozenset(("default/gone", "team/gone")),
            quotes=version == "1.15.1",
        )
        if table.config_error is None:
            loaded.append((world, table, drawn))
        else:
            event(table.config_error.code)
            assert real_nginx.load_error(folder, [world]), table.config_error
    with real_nginx.running(folder, [world for world, _, _ in loaded]):
        for world, table, drawn in loaded:
            for request in drawn.requests:
                answer = table.answer(request)
                event(answer.certainty)
                if answer.certainty is Certainty.UNKNOWN:
                    continue
                if not (answer.upstream_path or "/").startswith("/"):
                    # The echo server is an nginx, too, and refuses such a line.
                    continue
                event(answer.outcome)
                real = real_nginx.ask(folder, world.number, request)
                expected = (drawn.ingresses, request.url, real_nginx.told(answer))
                assert (drawn.ingresses, request.url, real) == expected


@given(
    ingresses=sets_of_ingresses(),
    asked=st.lists(requests(), min_size=3, max_size=6),
    shuffled=st.randoms(use_true_random=False),
    dated=st.booleans(),
)
def test_the_order_of_listing_never_changes_an_answer(
    ingresses: list[dict[str, Any]],
    asked: list[Request],
    shuffled: Any,
    dated: bool,  # noqa: FBT001 - drawn, not passed by hand
) -> None:
    """Objects are a set: however they are listed, every answer is the same."""
    if not dated:
        ingresses = [
            {key: value for key, value in one.items() if key != "created"}
            for one in ingresses
        ]
    other = list(ingresses)
    shuffled.shuffle(other)
    first, second = short.table(ingresses), short.table(other)
    assert first.config_error == second.config_error
    assert first.places() == second.places()
    for request in asked:
        assert first.answer(request) == second.answer(request)
