"""Findings that somebody accepts by name, with a reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

from baro.model.finding import Finding
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot

PREFIX = "accept.baro/"
"""An annotation `accept.baro/RULE: reason` on the subject accepts the finding."""


class Acceptance(Struct, frozen=True):
    """One `accept:` entry. `subject` is `Kind/namespace/name`; `*` matches any text.

    After `until` (a day; None for ever) the finding counts again.
    """

    rule: str
    subject: str
    reason: str
    until: date | None = None

    def covers(self, finding: Finding, today: date) -> bool:
        """Tell whether this accepts a finding today."""
        if self.until is not None and today > self.until:
            return False
        return self.rule == finding.rule and fnmatchcase(
            written(finding.subject), self.subject
        )


def written(ref: ObjectRef) -> str:
    """Return an object's name as `accept:` writes it."""
    return f"{ref.kind}/{ref.path}"


def of_annotations(snapshot: Snapshot, findings: Iterable[Finding]) -> list[Acceptance]:
    """Return what the subjects of findings accept by annotation."""
    found = []
    for ref in {finding.subject for finding in findings}:
        manifest = snapshot.get(ref)
        if manifest is None:
            continue
        for key, value in manifest.mapping("metadata", "annotations").items():
            if key.startswith(PREFIX):
                rule = key.removeprefix(PREFIX)
                found.append(Acceptance(rule, written(ref), str(value)))
    return found


def split(
    findings: Sequence[Finding], acceptances: Sequence[Acceptance], today: date
) -> tuple[list[Finding], list[tuple[Finding, str]], list[Acceptance]]:
    """Return what counts, what is accepted (and why), and the unused entries."""
    counts: list[Finding] = []
    accepted: list[tuple[Finding, str]] = []
    used: set[Acceptance] = set()
    for finding in findings:
        cover = next((a for a in acceptances if a.covers(finding, today)), None)
        if cover is None:
            counts.append(finding)
        else:
            used.add(cover)
            accepted.append((finding, cover.reason))
    return counts, accepted, [a for a in acceptances if a not in used]
