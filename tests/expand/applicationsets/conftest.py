"""The real engine, once for all tables."""

from collections.abc import Iterator

import pytest

from baro.expand.engine.native import NativeEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[NativeEngine]:
    """Return Helm's engine with one worker."""
    with NativeEngine(jobs=1) as native:
        yield native
