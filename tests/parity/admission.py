"""Objects that the API server was asked to take, and what baro says of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from baro.expand.admission.shapes import shape_of
from baro.expand.admission.structural import causes
from lab.binaries import argocd_version
from tests.parity.outline import Outline

SUITE = "admission"
RECORDED = Path(__file__).parents[1] / "expand" / "admission" / "causes.yaml"
NAME = "asked"


def admission_cases() -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Yield each object, by the name of its case, and why it was refused."""
    for case in yaml.safe_load(RECORDED.read_text(encoding="utf-8")):
        yield case["name"], case["object"], case["causes"]


def admission_pairs() -> Iterator[tuple[str, Outline, Outline]]:
    """Yield each case: its name, what the API server said, and what baro says."""
    major, minor, _ = map(int, argocd_version().split("."))
    for name, body, recorded in admission_cases():
        subject = f"{body['kind']} {NAME}"
        shape = shape_of(body["kind"], (major, minor))
        said = sorted(text for _, text in causes(body, shape)) if shape else []
        yield name, _outline(subject, recorded), _outline(subject, said)


def _outline(subject: str, refused: list[str]) -> Outline:
    return {subject: {"refused": "; ".join(refused)}}
