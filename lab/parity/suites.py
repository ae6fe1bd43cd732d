"""The suites of cases that are kept here, by name."""

from collections.abc import Iterator

from lab.parity.case import Case
from lab.parity.examples import EXAMPLES, example_cases
from lab.parity.helm_options import SUITE, helm_options_case

NAMES = (EXAMPLES, SUITE)


def cases_of(suite: str) -> Iterator[Case]:
    """Yield the cases of a suite."""
    if suite == EXAMPLES:
        yield from example_cases()
    else:
        yield helm_options_case()
