"""The name of a finding that survives edits elsewhere in the file."""

import hashlib

from baro.model.finding import Finding


def fingerprint(finding: Finding) -> str:
    """Return a digest of rule, subject and message; lines do not count."""
    subject = finding.subject
    parts = (
        finding.rule,
        subject.cluster,
        subject.group,
        subject.kind,
        subject.namespace,
        subject.name,
        finding.message,
    )
    return hashlib.sha256(
        "\x00".join(parts).encode("utf-8", "surrogatepass")
    ).hexdigest()[:32]
