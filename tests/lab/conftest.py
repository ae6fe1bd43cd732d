"""One lab for all stories; each story has names of its own in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Lab
from tests.lab.story import Story

HERE = Path(__file__).parent
# What can be said of the lab before there is one: tests for every machine.
BEFORE = HERE / "before"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the lab, so that a plain run leaves it out."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.path.is_relative_to(BEFORE):
            item.add_marker(pytest.mark.lab)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Yield a lab with every part."""
    with Lab() as one:
        yield one


@pytest.fixture
def story(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Story]:
    """Yield a namespace, a repository and names that no other story uses."""
    told = Story.begin(lab, request.node.name)
    yield told
    told.end()
