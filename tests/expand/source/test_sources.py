"""One source of one Application, as Argo CD would render it."""

from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from tests.expand.source.cases import Case, cases, render, told

TABLES = dict(cases(Path(__file__).parent))


@pytest.mark.parametrize("case", TABLES.values(), ids=TABLES.keys())
def test_source(case: Case, engine: NativeEngine) -> None:
    """A source renders, is refused, or is a gap, as its case says."""
    found = told(render(case, engine), case)
    assert {key: found[key] for key in case.expect} == dict(case.expect)
