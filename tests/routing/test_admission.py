"""What the admission webhook says, by release."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from baro.routing.declared import Declared
from baro.routing.ingress_nginx.admission import review
from tests.routing import short

CASES = yaml.safe_load((Path(__file__).parent / "admission.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts_are_those_of_the_table(case: dict[str, Any]) -> None:
    """The webhook allows or refuses in exactly these words, and misses the rest."""
    verdict = review(
        [Declared(short.ingress(one)) for one in case["existing"]],
        Declared(short.ingress(case["incoming"])),
        short.controller(case),
    )
    assert verdict.allowed is case.get("allowed", False)
    assert verdict.message == case.get("refused", "")
    missed = verdict.not_loadable
    assert (short.reason(missed) if missed else None) == case.get("not_loadable")
    if "warnings" in case:
        assert list(verdict.warnings) == case["warnings"]
