"""One engine for all pages and tables."""

from collections.abc import Iterator

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import HelmEngine


@pytest.fixture(scope="session")
def engine() -> Iterator[HelmEngine]:
    """Start Helm's engine once; it starts its workers when they are needed."""
    with NativeEngine(jobs=1) as started:
        yield started
