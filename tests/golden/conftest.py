"""The flag that writes the goldens anew: `pytest tests/golden --update-golden`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is printed now as what is expected",
    )
