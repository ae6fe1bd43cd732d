"""Argo CD's answers as files."""

import json
from pathlib import Path

from lab.binaries import argocd_version
from lab.parity.asking import Answer, plain
from lab.places import SOURCE

FOLDER = SOURCE.parent / "tests" / "parity" / "golden"


def golden_path(suite: str, case: str, version: str = "") -> Path:
    """Return where the answer to a case is kept, for the lab's Argo CD by default."""
    return FOLDER / (version or argocd_version()) / suite / f"{case}.json"


def record(suite: str, case: str, answer: Answer) -> Path:
    """Write an answer; return its path."""
    path = golden_path(suite, case, answer["argocd"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(plain(answer))
    return path


def read(suite: str, case: str, version: str = "") -> Answer | None:
    """Return a recorded answer, or nothing when the case was never asked."""
    path = golden_path(suite, case, version)
    if not path.exists():
        return None
    found: Answer = json.loads(path.read_text())
    return found
