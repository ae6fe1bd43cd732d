"""Recorded answers of Argo CD, held against what baro says of the same input."""

import pytest

from tests.parity.results import SUITES, left_out, result


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest) -> str:
    """Return a suite that can be compared here."""
    name = str(request.param)
    if reason := left_out(name):
        pytest.skip(reason)
    return name


def test_baro_says_what_argo_cd_says(suite: str) -> None:
    """Applications, objects and errors are the same, but for what is listed."""
    found = result(suite)
    assert found.cases
    assert not found.unlisted, "\n".join(map(str, found.unlisted))


def test_what_is_listed_still_differs(suite: str) -> None:
    """A difference that is gone is taken off the list."""
    gone = [entry for entry, count in result(suite).listed.items() if not count]
    assert gone == []
