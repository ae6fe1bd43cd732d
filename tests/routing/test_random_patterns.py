"""Random regular expressions: what baro reads, PCRE reads the same."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from baro.routing.answer import Certainty
from baro.routing.nginx.regex import BrokenError, NotImitatedError, read
from baro.routing.request import Request
from tests.routing import real_nginx, short
from tests.routing.template import World

PATTERNS = 60
ATOMS = (
    *"aAbB/19_-.",
    *("\\d", "\\w", "\\s", "\\W", "\\D", "\\.", "\\/", "\\b", "\\x41", "\\-", "\\\\"),
    *("[ab]", "[^/]", "[a-c1]", "[[:alpha:]]", "[]a]", "[^]a]", "[a-]", "[\\d-]"),
    *("[b-a]", "[a", "[\\w.]", "(", ")", "(?:", "(?=", "(?!", "(?<n>", "(?<m>"),
    *("|", "^", "$", "*", "+", "?", "*?", "+?", "++", "{2}", "{1,2}", "{2,}", "{2,1}"),
    *("{", "}", "{,2}", "{a}", "\\", ",", "é"),
)
BALANCED = ("(a|b)", "(/|$)", "(.*)", "([ab]+)", "(?:a|/)?", "(?<n>.)", "(b(a)?)")
PATHS = (
    "",
    "a",
    "aB",
    "ab/1",
    "A/b",
    "a.b",
    "1-9",
    "aaab",
    "b_a",
    "a{2}",
    "%C3%A9",
    "/",
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Draw a pattern out of parts; about half of them are valid."""
    pool = st.sampled_from(ATOMS) | st.sampled_from(ATOMS[:30] + BALANCED)
    return "/" + "".join(draw(st.lists(pool, max_size=6)))


class Batch(list[str]):
    """Many patterns; too long to be printed."""

    def __repr__(self) -> str:
        """Say how many."""
        return f"<{len(self)} patterns>"


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw as many patterns as one nginx shall serve."""
    return Batch(draw(patterns()) for _ in range(PATTERNS))


@pytest.fixture(name="folder", scope="module")
def fixture_folder() -> Iterator[Path]:
    """Give a folder with a short name: sockets have at most 107 characters."""
    with TemporaryDirectory(prefix="n", dir="/tmp") as name:
        yield Path(name)


def world(number: int, pattern: str) -> World:
    """Make a world of one Ingress with that path, in regex mode, and its groups."""
    return World(number, [short.ingress(INGRESS | {"paths": [_path(pattern)]})])


INGRESS = {
    "name": "i",
    "host": "h.test",
    "nginx": {"use-regex": "true", "rewrite-target": "/x-$1-$2"},
}


def _path(pattern: str) -> str:
    return f"ImplementationSpecific {pattern} -> s"


@pytest.mark.nginx
@real_nginx.needs_nginx
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(batch=batches())
def test_patterns_mean_what_they_mean_to_pcre(folder: Path, batch: Batch) -> None:
    """What is read matches the same text; what is refused, nginx refuses as well."""
    readable = []
    for number, pattern in enumerate(batch):
        try:
            read(pattern)
        except BrokenError:
            event("broken")
            assert real_nginx.load_error(folder, [world(number, pattern)]), pattern
        except NotImitatedError:
            event("not imitated")
        else:
            readable.append((number, pattern))
    with real_nginx.running(folder, [world(*one) for one in readable]):
        for number, pattern in readable:
            table = short.table([INGRESS | {"paths": [_path(pattern)]}])
            for path in PATHS:
                request = Request("https", "h.test", f"/{path}")
                answer = table.answer(request)
                event(answer.outcome)
                assert answer.certainty is Certainty.CERTAIN
                real = real_nginx.ask(folder, number, request)
                assert (pattern, path, real) == (
                    pattern,
                    path,
                    real_nginx.told(answer),
                )


@given(pattern=st.text(max_size=20))
def test_any_text_is_read_or_refused(pattern: str) -> None:
    """No text makes the reader fail in another way, or take long."""
    with contextlib.suppress(BrokenError, NotImitatedError):
        read(pattern, anchored=False).search(b"/aaaaaaaaaaaaaaaaaaaaaaaaa!", b"/a")
