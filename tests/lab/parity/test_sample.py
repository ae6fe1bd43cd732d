"""A sample of the parity suite, asked anew: Argo CD says today what was recorded."""

from collections.abc import Iterator

import pytest

from baro.expand.engine.choice import open_engine
from baro.expand.ports import HelmEngine
from lab import Lab
from lab.parity import PARTS, Case, Oracle, generated, project
from lab.parity.generated_golden import ask_short
from tests.parity.asking import expanded
from tests.parity.compare import differences, known_differences, unlisted
from tests.parity.explore import fresh_differences
from tests.parity.outline import Outline, of_argocd, of_baro
from tests.parity.results import recorded

# Their charts do not meet: Argo CD keeps a chart that it once has.
EXAMPLES = (
    "platform",
    "incidents-missing-annotation",
    "incidents-redirect-uri",
    "incidents-regenerated-password",
    "incidents-selector-matches-no-cluster",
    "incidents-value-file-missing",
)
RECORDED = ("060-079", "240-259")
NEW_SEED = generated.SEED + 1
NEW_COUNT = 40


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """Yield an oracle on a lab of its own."""
    with Lab(PARTS) as one:
        yield Oracle(one)


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    """Yield Helm's engine."""
    with open_engine(jobs=1) as one:
        yield one


def _unlike(suite: str, case: str, argocd: Outline, other: Outline) -> str:
    """Return the differences that no reason is known for, as text."""
    found = differences(case, argocd, other)
    return "\n".join(map(str, unlisted(suite, found, known_differences())))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(oracle: Oracle, engine: HelmEngine, name: str) -> None:
    """An example is, for Argo CD, what was recorded, and what baro says."""
    argocd = of_argocd(oracle.follow(project.project_case(name)))
    assert argocd == recorded(project.SUITE, name)
    said = expanded(project.project_folders()[name], engine)
    assert not _unlike(project.SUITE, name, argocd, of_baro(said, deep=True))


@pytest.mark.parametrize("name", RECORDED)
def test_sets_that_were_asked_before(oracle: Oracle, name: str) -> None:
    """Sets that were drawn at random get the answer that was recorded."""
    (case,) = [one for one in generated.generated_cases() if one.name == name]
    argocd = of_argocd(ask_short(oracle, case))
    before = recorded(generated.SUITE, name)
    assert not _unlike(generated.SUITE, name, argocd, before)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name)
        for case in generated.generated_cases(NEW_COUNT, NEW_SEED)
    ],
)
def test_sets_that_were_never_recorded(
    oracle: Oracle, engine: HelmEngine, case: Case
) -> None:
    """Sets of another seed, the same in every run, are alike to Argo CD and to baro."""
    assert not "\n".join(map(str, fresh_differences(oracle, engine, case)))
