"""Argo CD's answers to the ApplicationSets drawn at random, in one file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from lab.binaries import argocd_version
from lab.parity.asking import Answer, Oracle
from lab.parity.case import Case
from lab.parity.generated import COUNT, SEED, SUITE, generated_cases
from lab.parity.golden import FOLDER


class Recorded(TypedDict):
    """The answers by the case's name, and which sets were asked about."""

    argocd: str
    seed: int
    count: int
    answers: dict[str, Answer]


def ask_short(oracle: Oracle, case: Case) -> Answer:
    """Return what is generated, and of the conditions those that report errors."""
    answer = oracle.ask(case, rendering=False)
    answer["sets"] = {
        name: [one for one in conditions if one["type"] == "ErrorOccurred"]
        for name, conditions in answer["sets"].items()
    }
    return answer


def record_generated(oracle: Oracle) -> Path:
    """Ask about every set; write the answers, one case a line."""
    lines = [
        f'"{case.name}": {_compact(ask_short(oracle, case))}'
        for case in generated_cases()
    ]
    head = _compact({"argocd": argocd_version(), "seed": SEED, "count": COUNT})
    path = generated_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head[:-1] + ', "answers": {\n' + ",\n".join(lines) + "\n}}\n")
    return path


def read_generated() -> Recorded | None:
    """Return what was recorded, or nothing when nobody has asked yet."""
    path = generated_path()
    if not path.exists():
        return None
    found: Recorded = json.loads(path.read_text())
    return found


def generated_path() -> Path:
    """Return where the answers of the lab's Argo CD are kept."""
    return FOLDER / argocd_version() / f"{SUITE}.json"


def _compact(value: Mapping[str, object] | Answer) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
