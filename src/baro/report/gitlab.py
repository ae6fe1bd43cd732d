"""GitLab's code quality report."""

from typing import Any

from baro.model.finding import Evidence, Finding, Severity
from baro.report.fingerprint import fingerprint
from baro.report.json_v1 import encode
from baro.report.plaintext import flat
from baro.report.report import Report

_SEVERITY = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.NOTE: "info",
}


def render(report: Report) -> str:
    """Return the array that GitLab reads; without a file the subject is the path."""
    seen: dict[str, int] = {}
    return encode([_entry(finding, seen) for finding in report.findings])


def _entry(finding: Finding, seen: dict[str, int]) -> dict[str, Any]:
    name = fingerprint(finding)
    seen[name] = seen.get(name, 0) + 1
    if seen[name] > 1:
        name = f"{name}-{seen[name]}"
    place = next((e for e in finding.evidence if e.location is not None), None)
    return {
        "description": flat(f"{finding.subject}: {finding.message}"),
        "check_name": finding.rule,
        "fingerprint": name,
        "severity": _SEVERITY[finding.severity],
        "location": _location(finding, place),
    }


def _location(finding: Finding, evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None or evidence.location is None:
        return {"path": flat(str(finding.subject)), "lines": {"begin": 1}}
    location = evidence.location
    return {"path": location.file, "lines": {"begin": location.line or 1}}
