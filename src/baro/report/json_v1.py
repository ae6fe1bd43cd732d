"""The frozen JSON form `baro/v1`.

It is a copy of the nouns on purpose: the nouns may change, this may only grow.
"""

import json
from typing import Any

import msgspec

from baro.model.finding import Evidence, Finding, Gap
from baro.model.ref import ObjectRef
from baro.model.text import Location
from baro.report.plaintext import escaped
from baro.report.report import Report, Summary

SCHEMA = "baro/v1"


class SubjectV1(msgspec.Struct, frozen=True):
    """The name of an object; empty parts are empty strings."""

    cluster: str
    group: str
    kind: str
    namespace: str
    name: str


class EvidenceV1(msgspec.Struct, frozen=True):
    """One field and the value it had; `revision` is null for the working tree."""

    file: str | None
    line: int | None
    column: int | None
    revision: str | None
    path: str
    value: str
    repository: str | None = None


class FindingV1(msgspec.Struct, frozen=True):
    """A rule's claim about one subject, causes first in the list."""

    rule: str
    severity: str
    confidence: str
    layer: str
    subject: SubjectV1
    application: str | None
    message: str
    evidence: list[EvidenceV1]
    fix: str | None


class GapV1(msgspec.Struct, frozen=True, rename="camel"):
    """Something that could not be seen, and what would close it."""

    subject: str
    reason: str
    closes_with: str | None
    file: str | None = None
    line: int | None = None


class AcceptedV1(msgspec.Struct, frozen=True):
    """A finding that was accepted by name, with the reason given."""

    rule: str
    subject: SubjectV1
    message: str
    reason: str


class SummaryV1(msgspec.Struct, frozen=True):
    """How much was looked at."""

    applicationsets: int
    applications: int
    objects: int
    clusters: int
    seconds: float
    rules: int = 0


class ReportV1(msgspec.Struct, frozen=True):
    """The answer of `baro check`."""

    schema: str
    command: str
    findings: list[FindingV1]
    gaps: list[GapV1]
    summary: SummaryV1
    accepted: list[AcceptedV1] = []
    notes: list[str] = []


def render(report: Report) -> str:
    """Return the report as indented JSON with a final newline."""
    return encode(
        ReportV1(
            schema=SCHEMA,
            command=report.command,
            findings=[finding_v1(finding) for finding in report.findings],
            gaps=[gap_v1(gap) for gap in report.gaps],
            summary=_summary(report.summary),
            accepted=[
                AcceptedV1(
                    rule=accepted.finding.rule,
                    subject=subject_v1(accepted.finding.subject),
                    message=accepted.finding.message,
                    reason=accepted.reason,
                )
                for accepted in report.accepted
            ],
            notes=list(report.notes),
        )
    )


def encode(value: object) -> str:
    """Return any JSON-able value or Struct as indented JSON with a final newline."""
    return escaped(msgspec.json.format(_encoded(value), indent=2).decode()) + "\n"


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Bytes of a file name that are no UTF-8 stand as lone surrogates.
        return json.dumps(msgspec.to_builtins(value)).encode()


def finding_v1(finding: Finding) -> FindingV1:
    """Return the frozen copy of a finding."""
    application = finding.application
    return FindingV1(
        rule=finding.rule,
        severity=str(finding.severity),
        confidence=str(finding.confidence),
        layer=str(finding.layer),
        subject=subject_v1(finding.subject),
        application=application.path if application else None,
        message=finding.message,
        evidence=[_evidence(evidence) for evidence in finding.evidence],
        fix=finding.fix or None,
    )


def gap_v1(gap: Gap) -> GapV1:
    """Return the frozen copy of a gap."""
    return GapV1(
        subject=gap.subject,
        reason=gap.reason,
        closes_with=gap.closes_with or None,
        file=gap.location.file if gap.location else None,
        line=gap.location.line if gap.location else None,
    )


def subject_v1(ref: ObjectRef) -> SubjectV1:
    """Return the frozen copy of an object's name."""
    return SubjectV1(ref.cluster, ref.group, ref.kind, ref.namespace, ref.name)


def location_v1(location: Location | None) -> dict[str, Any]:
    """Return a place as `file`, `line`, `column`, `revision`, `repository`."""
    if location is None:
        return dict.fromkeys(("file", "line", "column", "revision", "repository"))
    return {
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "revision": location.revision or None,
        "repository": location.repository or None,
    }


def _evidence(evidence: Evidence) -> EvidenceV1:
    return EvidenceV1(
        path=evidence.path, value=evidence.value, **location_v1(evidence.location)
    )


def _summary(summary: Summary) -> SummaryV1:
    return SummaryV1(
        applicationsets=summary.applicationsets,
        applications=summary.applications,
        objects=summary.objects,
        clusters=summary.clusters,
        seconds=round(summary.seconds, 3),
        rules=summary.rules,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `ReportV1`, as published in `docs/schema`."""
    schema = msgspec.json.schema(ReportV1)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "baro check --format json",
        **schema,
    }
