"""Runs `baro` in this process, as the tests of the command line do."""

from tests.cli.conftest import baro

__all__ = ["baro"]
