"""One engine for all tests of a run; starting one for each would take longer."""

from collections.abc import Iterator

import pytest

from baro.expand.engine.native import NativeEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[NativeEngine]:
    """Return the engine from the wheel, with two workers."""
    with NativeEngine(jobs=2) as native:
        yield native
