"""Runs `baro` in this process."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from baro.cli import run


@dataclass(frozen=True)
class Ran:
    """What one run left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


Baro = Callable[..., Ran]


@pytest.fixture
def baro(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Baro:
    """Return a function that runs `baro` with arguments."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "BARO_LANG", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call
