"""The page that tells of parity says what the comparison says."""

import pytest

from tests.parity.page import PAGE, page
from tests.parity.results import SUITES, left_out, result


def test_the_page_is_current() -> None:
    """`python -m tests.parity.page` would change nothing."""
    reasons = [reason for suite in SUITES if (reason := left_out(suite))]
    if reasons:
        pytest.skip(reasons[0])
    assert PAGE.read_text() == page([result(suite) for suite in SUITES])
