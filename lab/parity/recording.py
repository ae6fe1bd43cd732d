"""Records Argo CD's answers to every suite that is kept here."""

from collections.abc import Iterator
from pathlib import Path

from lab.laboratory import Lab
from lab.parity import generated, project, suites
from lab.parity.asking import PARTS, Oracle
from lab.parity.generated_golden import record_generated
from lab.parity.golden import record

NAMES = (project.SUITE, *suites.NAMES, generated.SUITE)


def record_suite(suite: str) -> Iterator[Path]:
    """Ask about every case of a suite; yield each file that is written."""
    if suite == project.SUITE:
        yield from _record_project()
        return
    with Lab(PARTS) as lab:
        oracle = Oracle(lab)
        if suite == generated.SUITE:
            yield record_generated(oracle)
        else:
            for case in suites.cases_of(suite):
                yield record(suite, case.name, oracle.ask(case))


def _record_project() -> Iterator[Path]:
    """Record the examples; those with charts have labs of their own.

    Two of them have different charts of one name and version, and Argo CD keeps a
    chart that it once has.
    """
    cases = [project.project_case(name) for name in project.project_folders()]
    plain = [case for case in cases if not any(case.charts.values())]
    for some in (plain, *([case] for case in cases if case not in plain)):
        with Lab(PARTS) as lab:
            oracle = Oracle(lab)
            for case in some:
                yield record(project.SUITE, case.name, oracle.follow(case))
