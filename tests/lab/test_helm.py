"""The lab's own `helm` gives what the table of charts says, and the library too."""

from collections.abc import Iterator
from typing import Any

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.engine.program import ProgramEngine
from lab.binaries import named
from tests.expand.engine.requests import requested
from tests.expand.engine.test_charts import CASES, IDS, alike, told, wanted


@pytest.fixture(scope="module")
def built() -> Iterator[ProgramEngine]:
    """Return the engine that runs the `helm` which the lab has built."""
    with ProgramEngine(str(named("helm").path), jobs=2) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_program_gives_what_the_table_says(
    built: ProgramEngine, case: dict[str, Any]
) -> None:
    """Files and CRDs, or kind and message."""
    [outcome] = built.render([requested(case)])
    assert told(outcome) == wanted(case)


def test_both_evaluate_templates_alike(built: ProgramEngine) -> None:
    """Texts and failures of all recorded templates are equal."""
    with NativeEngine() as library:
        assert all(alike(library, built))
