"""What a rule is, and what it is given."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from msgspec import Struct

from baro.graph.graph import Graph
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot, State

Check = Callable[["Context"], Iterator[Finding]]


class Rule(Struct, frozen=True):
    """A named check with a page.

    `page` is the Markdown of the module's docstring; its first line is the title.
    """

    id: str
    severity: Severity
    layer: Layer
    needs: State
    page: str
    check: Check

    @property
    def title(self) -> str:
        """Return the page's first line, without the full stop."""
        return self.page.partition("\n")[0].rstrip(".")


def rule(
    rule_id: str,
    severity: Severity,
    *,
    layer: Layer,
    needs: State = State.TARGET,
) -> Callable[[Check], Rule]:
    """Make a rule of a check function; its module's docstring is the page."""

    def decorate(check: Check) -> Rule:
        page = check.__globals__["__doc__"] or ""
        return Rule(rule_id, severity, layer, needs, page.strip() + "\n", check)

    return decorate


@dataclass(frozen=True)
class Context:
    """What a rule may look at, and nothing else.

    `target` is what Git says, `live` what the API server says; None where unknown.
    """

    rule: Rule
    target: Snapshot | None
    live: Snapshot | None
    today: date

    @property
    def declared(self) -> Snapshot:
        """Return the target state where there is one, else the live one."""
        return self.target or self.live or Snapshot()

    @cached_property
    def graph(self) -> Graph:
        """Return what depends on what in the declared state."""
        return Graph.of(self.declared)

    def finding(  # noqa: PLR0913 - a finding has these parts
        self,
        subject: ObjectRef | Manifest,
        message: str,
        evidence: Iterable[Evidence],
        *,
        fix: str = "",
        confidence: Confidence = Confidence.CERTAIN,
        severity: Severity | None = None,
        application: ObjectRef | None = None,
    ) -> Finding:
        """Make a finding of this rule.

        The Application of a rendered subject is known; a rule whose subject is not a
        manifest names it with `application`. `severity` softens the rule's own.
        """
        ref = subject if isinstance(subject, ObjectRef) else subject.ref
        if application is None and isinstance(subject, Manifest):
            application = subject.application
        if application is None and ref.kind == "Application":
            application = ref
        return Finding(
            rule=self.rule.id,
            severity=severity or self.rule.severity,
            layer=self.rule.layer,
            subject=ref,
            message=message,
            evidence=tuple(evidence),
            fix=fix,
            confidence=confidence,
            application=application,
        )
