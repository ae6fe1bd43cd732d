"""Asks Argo CD, in a lab, about ApplicationSets that it was never asked about.

`python -m tests.parity.explore` draws a seed, says which, and ends with 1 when Argo CD
and baro differ. The same seed is the same sets again; what was mended becomes a case in
the tables of `tests/expand`.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from baro.expand.engine.choice import open_engine
from baro.expand.ports import HelmEngine
from lab import Lab
from lab.parity import PARTS, Case, Oracle, generated
from lab.parity.generated_golden import ask_short
from tests.parity.asking import answerable, ask
from tests.parity.compare import Difference, differences, known_differences, unlisted
from tests.parity.outline import Outline, of_argocd, of_baro

SEEDS = 1_000_000


def fresh_differences(
    oracle: Oracle, engine: HelmEngine, case: Case
) -> list[Difference]:
    """Ask both about a generated case; return what no reason is known for."""
    argocd = of_argocd(ask_short(oracle, case))
    with TemporaryDirectory() as place:
        said = ask(answerable(case), Path(place), engine)
    baro = of_baro(said, deep=False, rendering=False)
    for name in list(_without_project(argocd)) if said.snapshot.gaps else ():
        # What cannot be rendered (a plugin's objects) may hold the AppProject: baro
        # does not refuse a set for it, and reports it of the Applications, if any.
        if set(baro[name]["refuses"]) <= {"project-missing"}:
            del baro[name], argocd[name]
    found = differences(case.name, argocd, baro)
    return unlisted(generated.SUITE, found, known_differences())


def _without_project(argocd: Outline) -> Iterator[str]:
    for name, said in argocd.items():
        if "error getting project" in said.get("error", ""):
            yield name


def main() -> int:
    """Ask about many sets; return 1 when a difference was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity.explore")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(SEEDS))
    parser.add_argument("--count", type=int, default=generated.COUNT)
    chosen = parser.parse_args()
    print(f"{chosen.count} sets of --seed {chosen.seed}")
    found = 0
    with Lab(PARTS) as lab, open_engine(jobs=1) as engine:
        oracle = Oracle(lab)
        for case in generated.generated_cases(chosen.count, chosen.seed):
            for one in fresh_differences(oracle, engine, case):
                found += 1
                print(one, flush=True)
    print(f"{found} differences")
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(main())
