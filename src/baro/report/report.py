"""What every voice is given: one answer, already decided."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from baro.model.finding import Finding, Gap, Severity
from baro.model.text import Location


class Accepted(Struct, frozen=True):
    """A finding that somebody accepted, and why."""

    finding: Finding
    reason: str


class Summary(Struct, frozen=True):
    """How much was looked at, and how long it took (seconds, wall clock)."""

    applicationsets: int = 0
    applications: int = 0
    objects: int = 0
    clusters: int = 0
    rules: int = 0
    seconds: float = 0.0


class Help(Struct, frozen=True):
    """The page of a rule: its title and its Markdown."""

    title: str
    page: str
    severity: Severity


class Report(Struct, frozen=True):
    """One run's answer.

    `findings` come causes first. `accepted` are findings that `baro.yaml` or an
    annotation accepts, `known` those of the baseline; neither counts.
    `notes` are facts about the run. `excerpts` holds the source line of a location
    where it could be read. `pages` holds the page of every rule that ran.
    """

    command: str
    subject: str
    findings: Sequence[Finding] = ()
    gaps: Sequence[Gap] = ()
    accepted: Sequence[Accepted] = ()
    known: Sequence[Finding] = ()
    skipped: Sequence[str] = ()
    notes: Sequence[str] = ()
    summary: Summary = field(default_factory=Summary)
    excerpts: Mapping[Location, str] = field(default_factory=dict)
    pages: Mapping[str, Help] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """Return how many findings are that bad."""
        return sum(finding.severity is severity for finding in self.findings)
