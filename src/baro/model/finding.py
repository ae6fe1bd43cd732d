"""What a rule claims, and what proves it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from msgspec import Struct, field

from baro.model.fieldpath import FieldPath, dotted, get, parse
from baro.model.ref import ObjectRef
from baro.model.text import Location

if TYPE_CHECKING:
    from baro.model.manifest import Manifest

SHOWN = 200
"""How many characters of a value evidence keeps."""


class Severity(StrEnum):
    """How bad: the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Confidence(StrEnum):
    """How sure."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Layer(StrEnum):
    """Where the cause lives; it decides where the fix and the record belong."""

    CLUSTER_REGISTRATION = "cluster-registration"
    APPLICATIONSET = "applicationset"
    VALUES = "values"
    CHART = "chart"
    ROUTING = "routing"
    SYNC = "sync"
    DELETION = "deletion"
    SECRET = "secret"  # noqa: S105 - a layer's name
    DATABASE = "database"
    IDENTITY = "identity"
    WORKLOAD = "workload"
    NODE = "node"
    APPLICATION_CODE = "application-code"


class Evidence(Struct, frozen=True):
    """One field (or line) and the value that it had."""

    location: Location | None
    path: str
    value: str
    subject: ObjectRef | None = None

    @classmethod
    def of(cls, manifest: Manifest, path: str | FieldPath) -> Self:
        """Take the field at `path` of a manifest, with the line that set it."""
        steps = parse(path) if isinstance(path, str) else path
        return cls(
            location=manifest.origin.locate(steps),
            path=dotted(steps),
            value=shown(get(manifest.body, steps)),
            subject=manifest.ref,
        )


def shown(value: object) -> str:
    """Return a value as evidence shows it: one line, bounded."""
    if value is None:
        text = ""
    elif isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


class Finding(Struct, frozen=True):
    """A rule's claim about one subject.

    `message` states the fact in one sentence with the values seen, no full stop and
    no advice; `fix` says what to do, in one sentence, or is empty.
    `application` names the Application that the subject belongs to.
    """

    rule: str
    severity: Severity
    layer: Layer
    subject: ObjectRef
    message: str
    evidence: tuple[Evidence, ...]
    fix: str = ""
    confidence: Confidence = Confidence.CERTAIN
    application: ObjectRef | None = None

    def __post_init__(self) -> None:
        """Refuse a claim without evidence.

        Raises:
            ValueError: there is none.
        """
        if not self.evidence:
            message = f"{self.rule}: a finding needs evidence"
            raise ValueError(message)


class Gap(Struct, frozen=True):
    """Something that we wanted to see and could not.

    `closes_with` names what would close it: a key of `baro.yaml`, a flag, a program.
    `layer` is where it was met; `location` the line that asks for it.
    """

    subject: str
    reason: str
    closes_with: str = ""
    location: Location | None = None
    ref: ObjectRef | None = field(default=None)
