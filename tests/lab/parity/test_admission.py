"""The API server says today what was recorded of Argo CD's own objects."""

from collections.abc import Iterator
from typing import Any

import pytest

from lab import Lab
from lab.api import Object
from lab.errors import ApiError
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import GROUP
from tests.parity.admission import NAME, admission_cases

CHOICE = "integer,string"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Yield an API server that knows Argo CD's definitions."""
    with Lab(["argocd-objects"]) as one:
        for kind in ("Application", "ApplicationSet", "AppProject"):
            one.kubernetes.await_kind(GROUP, kind)
        yield one


def _told(causes: tuple[str, ...]) -> list[str]:
    """Return the causes that name a field, the branches of a choice left out."""
    named = [cause for cause in causes if not cause.startswith("<nil>")]
    chosen = [cause for cause in named if CHOICE in cause]
    branches = {cause.replace(CHOICE, CHOICE.partition(",")[0]) for cause in chosen}
    return sorted(cause for cause in named if cause not in branches)


@pytest.mark.parametrize(
    ("body", "causes"),
    [pytest.param(*case[1:], id=case[0]) for case in admission_cases()],
)
def test_an_object_is_taken_or_refused(
    lab: Lab, body: dict[str, Any], causes: list[str]
) -> None:
    """Every cause is the one that is recorded; what has none is taken."""
    metadata = {"name": NAME, "namespace": ARGOCD_NAMESPACE}
    manifest: Object = {"apiVersion": GROUP, "metadata": metadata, **body}
    told: list[str] = []
    try:
        lab.kubernetes.create(manifest)
    except ApiError as error:
        told = _told(tuple(error.causes)) or [str(error)]
    else:
        lab.kubernetes.delete(manifest)
    assert told == causes
