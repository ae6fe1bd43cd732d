"""The comparison of every recorded answer with baro's, suite by suite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from baro.expand.engine.choice import open_engine
from baro.expand.ports import HelmEngine
from lab.parity import Case, generated, helm_options, project, read
from lab.parity.examples import EXAMPLES, example_cases, examples_folder
from lab.parity.generated_golden import read_generated
from tests.parity import admission
from tests.parity.asking import Said, answerable, ask, expanded
from tests.parity.compare import (
    Difference,
    Known,
    differences,
    known_differences,
    unlisted,
)
from tests.parity.outline import Outline, of_argocd, of_baro

SUITES = (
    project.SUITE,
    EXAMPLES,
    helm_options.SUITE,
    generated.SUITE,
    admission.SUITE,
)


@dataclass
class Result:
    """What came of one suite: how much was compared, and how it differs."""

    suite: str
    cases: int = 0
    sets: int = 0
    applications: int = 0
    objects: int = 0
    errors: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def unlisted(self) -> list[Difference]:
        """Return the differences that have no reason."""
        return unlisted(self.suite, self.differences, known_differences())

    @property
    def listed(self) -> Mapping[Known, int]:
        """Return how many differences each entry of this suite covers."""
        return {
            entry: sum(entry.covers(self.suite, one) for one in self.differences)
            for entry in known_differences()
            if entry.suite == self.suite
        }

    def add(self, case: str, argocd: Outline, baro: Outline) -> None:
        """Count what Argo CD said of a case, and compare it with what baro says.

        Sets that were drawn at random are a case each, though many are asked at once.
        """
        sets = sum(subject.startswith("ApplicationSet ") for subject in argocd)
        self.cases += sets if self.suite == generated.SUITE else 1
        self.sets += sets
        for subject, said in argocd.items():
            self.applications += subject.startswith("Application ")
            self.objects += len(said.get("objects", ()))
            self.errors += any(said.get(key) for key in ("error", "refuses", "refused"))
        self.differences += differences(case, argocd, baro)


def left_out(suite: str) -> str:
    """Return why a suite cannot be compared on this machine, or nothing."""
    if suite == EXAMPLES and not examples_folder().is_dir():
        return "Argo CD's module is not here: make lab-build"
    return ""


@cache
def result(suite: str) -> Result:
    """Compare every case of a suite."""
    found = Result(suite)
    with open_engine(jobs=1) as engine:
        for name, argocd, baro in _pairs(suite, engine):
            found.add(name, argocd, baro)
    return found


def _pairs(suite: str, engine: HelmEngine) -> Iterator[tuple[str, Outline, Outline]]:
    """Yield each case: its name, what Argo CD said, and what baro says."""

    def asked(case: Case) -> Said:
        with TemporaryDirectory() as place:
            return ask(case, Path(place), engine)

    if suite == admission.SUITE:
        yield from admission.admission_pairs()
    elif suite == project.SUITE:
        for name, example in project.project_folders().items():
            said = expanded(example, engine)
            yield name, recorded(suite, name), of_baro(said, deep=True)
    elif suite == generated.SUITE:
        for case in generated.generated_cases():
            said = asked(answerable(case))
            baro = of_baro(said, deep=False, rendering=False)
            yield case.name, recorded(suite, case.name), baro
    else:
        helm = [helm_options.helm_options_case()]
        for case in example_cases() if suite == EXAMPLES else helm:
            baro = of_baro(asked(case), deep=False)
            yield case.name, recorded(suite, case.name), baro


def recorded(suite: str, case: str) -> Outline:
    """Return what Argo CD said of a case.

    Raises:
        LookupError: nobody has asked.
    """
    whole = read_generated() if suite == generated.SUITE else None
    answer = whole["answers"].get(case) if whole else read(suite, case)
    if answer is None:
        message = f"{suite}, {case}: not recorded; python -m lab record {suite}"
        raise LookupError(message)
    return of_argocd(answer)
