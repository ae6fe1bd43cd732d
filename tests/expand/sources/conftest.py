"""One engine for all cases: starting it is what costs."""

from collections.abc import Iterator

import pytest

from baro.expand.engine.native import NativeEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[NativeEngine]:
    """Return Helm's own engine."""
    with NativeEngine(jobs=1) as native:
        yield native
