"""SARIF 2.1.0, for code scanning."""

from typing import Any
from urllib.parse import quote

import baro
from baro.model.finding import Evidence, Finding, Gap, Severity
from baro.report.fingerprint import fingerprint
from baro.report.json_v1 import encode
from baro.report.plaintext import flat
from baro.report.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVEL = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def render(report: Report) -> str:
    """Return a SARIF log with one run; gaps are its notifications.

    It carries the pages of the rules that found something.
    """
    told = {f.rule for f in report.findings} | {a.finding.rule for a in report.accepted}
    rules = [rule for rule in report.pages if rule in told]
    index = {rule: position for position, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "baro",
                "semanticVersion": baro.__version__,
                "rules": [_rule(report, rule) for rule in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(g) for g in report.gaps],
            }
        ],
        "results": [
            *(_result(finding, index) for finding in report.findings),
            *(
                {
                    **_result(accepted.finding, index),
                    "suppressions": [
                        {"kind": "external", "justification": accepted.reason}
                    ],
                }
                for accepted in report.accepted
            ),
        ],
        "columnKind": "unicodeCodePoints",
    }
    return encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(report: Report, rule: str) -> dict[str, Any]:
    page = report.pages[rule]
    return {
        "id": rule,
        "name": rule,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.title},
        "help": {"text": page.page, "markdown": page.page},
        "defaultConfiguration": {"level": _LEVEL[page.severity]},
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": _text(finding)},
        "partialFingerprints": {"baro/v1": fingerprint(finding)},
        "properties": {
            "layer": str(finding.layer),
            "confidence": str(finding.confidence),
        },
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    places = [_location(e) for e in finding.evidence if e.location is not None]
    logical = {
        "name": finding.subject.name,
        "fullyQualifiedName": str(finding.subject),
        "kind": "object",
    }
    if places:
        places[0]["logicalLocations"] = [logical]
        result["locations"] = places[:1]
        if places[1:]:
            result["relatedLocations"] = [
                {"id": number, **place} for number, place in enumerate(places[1:], 1)
            ]
    else:
        result["locations"] = [{"logicalLocations": [logical]}]
    return result


def _text(finding: Finding) -> str:
    text = f"{finding.subject}: {finding.message}."
    return flat(f"{text} {finding.fix}" if finding.fix else text)


def _location(evidence: Evidence) -> dict[str, Any]:
    location = evidence.location
    if location is None:
        return {}
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(location.file)}}
    if location.line:
        physical["region"] = {"startLine": location.line}
        if location.column:
            physical["region"]["startColumn"] = location.column
    text = f"{evidence.path}: {evidence.value}" if evidence.path else evidence.value
    text = flat(text)
    place: dict[str, Any] = {"physicalLocation": physical}
    if text:
        place["message"] = {"text": text}
    return place


def _notification(gap: Gap) -> dict[str, Any]:
    text = f"{gap.subject}: {gap.reason}"
    if gap.closes_with:
        text += f" (closes with: {gap.closes_with})"
    message = {"text": flat(text)}
    notification: dict[str, Any] = {"level": "warning", "message": message}
    if gap.location is not None:
        evidence = Evidence(gap.location, "", "")
        notification["locations"] = [_location(evidence)]
    return notification
