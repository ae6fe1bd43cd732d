"""What leaves baro is what other tools read: SARIF 2.1.0, JUnit, GitLab."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xmlschema
from pydantic import ValidationError
from pydantic_sarif.model import (
    StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog,
)

from baro.report import gitlab, junit, sarif
from baro.report.report import Report
from tests.report import samples

REPORTS = pytest.mark.parametrize(
    "report", [samples.FULL, samples.EMPTY], ids=["full", "empty"]
)
HERE = Path(__file__).parent

# GitLab: doc/ci/testing/code_quality.md, "Code Quality report format"
GITLAB: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": [
            "description",
            "check_name",
            "fingerprint",
            "severity",
            "location",
        ],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@REPORTS
def test_sarif_is_a_sarif_2_1_0_log(report: Report) -> None:
    """The log validates against the standard's schema, unknown fields refused."""
    log = json.loads(sarif.render(report))

    assert SarifLog.model_validate(log).version.value == "2.1.0"

    log["runs"][0]["invented"] = 1
    with pytest.raises(ValidationError):
        SarifLog.model_validate(log)


@REPORTS
def test_junit_follows_its_schema(report: Report) -> None:
    """The report holds what readers of JUnit expect, and nothing else."""
    schema = xmlschema.XMLSchema(HERE / "junit.xsd")

    schema.validate(junit.render(report))


@REPORTS
def test_gitlab_reads_the_report(report: Report) -> None:
    """The array has what GitLab asks of a code quality report."""
    jsonschema.validate(json.loads(gitlab.render(report)), GITLAB)
