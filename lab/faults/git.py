"""Faults of what Argo CD fetches: Git repositories, revisions, charts."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from lab.commands import run
from lab.laboratory import Lab
from lab.repository import Repository
from lab.web import GONE, Behaviour


@contextmanager
def git_unreachable(lab: Lab, repository: Repository) -> Iterator[None]:
    """Close every connection without an answer."""
    with _behaving(lab, repository.url, Behaviour(status=GONE)):
        yield


@contextmanager
def git_failing(
    lab: Lab,
    repository: Repository,
    status: int = HTTPStatus.SERVICE_UNAVAILABLE,
) -> Iterator[None]:
    """Answer every request with an HTTP failure."""
    with _behaving(lab, repository.url, Behaviour(status=status)):
        yield


@contextmanager
def git_slow(lab: Lab, repository: Repository, seconds: float) -> Iterator[None]:
    """Answer every request late."""
    with _behaving(lab, repository.url, Behaviour(delay=seconds)):
        yield


@contextmanager
def git_asks_for_credentials(
    lab: Lab, repository: Repository, username: str, password: str
) -> Iterator[None]:
    """Answer only requests with this name and password."""
    guarded = Behaviour(username=username, password=password)
    with _behaving(lab, repository.url, guarded):
        yield


@contextmanager
def charts_gone(lab: Lab) -> Iterator[None]:
    """Let the Helm repository say that nothing is there."""
    address = f"{lab.web.address}/charts"
    with _behaving(lab, address, Behaviour(status=HTTPStatus.NOT_FOUND)):
        yield


@contextmanager
def revision_gone(
    _lab: Lab, repository: Repository, branch: str = "main"
) -> Iterator[str]:
    """Rewrite a branch so that its newest commit is in no repository any more.

    Yields the SHA that is gone. Afterwards it is pushed again.
    """
    lost = repository.head(branch)
    repository.git("push", "--quiet", "--force", "origin", f"{lost}^:{branch}")
    _forget_unreachable(repository)
    try:
        yield lost
    finally:
        repository.git("push", "--quiet", "--force", "origin", f"{lost}:{branch}")


def _forget_unreachable(repository: Repository) -> None:
    environment = repository.site.environment()
    for words in (
        ("reflog", "expire", "--expire=now", "--all"),
        ("gc", "--quiet", "--prune=now"),
    ):
        run("git", "-C", repository.bare, *words, environment=environment)


@contextmanager
def _behaving(lab: Lab, address: str, behaviour: Behaviour) -> Iterator[None]:
    path = urlsplit(address).path
    before = lab.web.behaviours.get(path)
    lab.web.behaviours[path] = behaviour
    try:
        yield
    finally:
        del lab.web.behaviours[path]
        if before is not None:
            lab.web.behaviours[path] = before
