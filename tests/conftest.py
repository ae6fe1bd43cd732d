"""Makes every machine the same to the tests, whoever's it is.

What people configure for themselves (Git, proxies, colours, caches) is not what a test
is about, and neither is how fast their machine is.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from lab.places import cache_folder

# The same examples everywhere, however long each of them takes.
settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "search",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")

_ROUND = "round"
_OUTSIDE = ("lab", "crater")
"""Marks of tests that use what was built before, and the user's way to the network."""
_CHOICES = (
    *("BARO_LANG", "BARO_TRACEBACK", "KUBECONFIG", "CI", "COLUMNS", "LINES"),
    *("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"),
)
_GIT = """\
[safe]
\tdirectory = *
[user]
\tname = Ada
\temail = ada@example.org
[init]
\tdefaultBranch = main
"""


@pytest.fixture(scope="session", autouse=True)
def _nobodys_environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Take out of the environment what is somebody's own choice."""
    marks = (
        item.get_closest_marker(m) for item in request.session.items for m in _OUTSIDE
    )
    if any(marks):
        yield
        return
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text(_GIT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in _CHOICES:
            patch.delenv(name, raising=False)
        for name in list(os.environ):
            if name.startswith("GIT_") or name.lower().endswith("_proxy"):
                patch.delenv(name)
        # What the lab has built is compared with where it is there.
        patch.setenv("BARO_LAB_CACHE", str(cache_folder()))
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(home / name))
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that explores."""
    parser.addoption(
        "--explore",
        type=int,
        default=0,
        metavar="ROUNDS",
        help="try each law so many times, on examples that are new each time",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw anew where that is asked for."""
    if config.getoption("explore"):
        settings.load_profile("search")


@pytest.fixture(name=_ROUND)
def _round(request: pytest.FixtureRequest) -> int:
    """Return which round this is; nobody looks at it."""
    number: int = request.param
    return number


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each law in as many rounds as were asked for."""
    rounds = metafunc.config.getoption("explore")
    if rounds and getattr(metafunc.function, "is_hypothesis_test", False):
        metafunc.fixturenames.append(_ROUND)
        metafunc.parametrize(_ROUND, range(rounds), indirect=True)
