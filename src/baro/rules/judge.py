"""Runs the rules over a state and orders what they say, causes first."""

from collections.abc import Collection, Iterable
from datetime import date

from msgspec import Struct

from baro.model.finding import Finding, Gap, Layer, Severity
from baro.model.snapshot import Snapshot, State
from baro.rules.rule import Context, Rule

_DEPTH = {layer: depth for depth, layer in enumerate(Layer)}
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


class Verdict(Struct, frozen=True):
    """What the rules said.

    `skipped` names the rules whose state was not there; `crashed` those that failed
    themselves (each is a gap, too).
    """

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    ran: tuple[str, ...]
    skipped: tuple[str, ...]
    crashed: tuple[str, ...]


def judge(
    rules: Iterable[Rule],
    *,
    today: date,
    target: Snapshot | None = None,
    live: Snapshot | None = None,
) -> Verdict:
    """Return what the rules find; one that crashes does not stop the others."""
    findings: list[Finding] = []
    gaps: list[Gap] = []
    ran: list[str] = []
    skipped: list[str] = []
    crashed: list[str] = []
    for rule in rules:
        if not _has_state(rule.needs, target, live):
            skipped.append(rule.id)
            continue
        context = Context(rule, target, live, today)
        try:
            findings.extend(rule.check(context))
        except Exception as error:  # noqa: BLE001 - a crashing rule becomes a gap
            crashed.append(rule.id)
            reason = f"the rule itself failed: {type(error).__name__}: {error}"
            gaps.append(Gap(f"rule {rule.id}", reason, "a bug report"))
            continue
        ran.append(rule.id)
    clusters = target.clusters if target is not None else ()
    unknown = frozenset(word for c in clusters for word in c.unknown_words)
    ordered = causes_first(f for f in findings if not rests_on(f, unknown))
    return Verdict(ordered, tuple(gaps), tuple(ran), tuple(skipped), tuple(crashed))


def rests_on(finding: Finding, words: Collection[str]) -> bool:
    """Tell whether a finding is about a value that nobody knows: then it is none."""
    texts = (
        finding.message,
        finding.subject.path,
        *(evidence.value for evidence in finding.evidence),
    )
    return any(word in text for word in words for text in texts)


def _has_state(needs: State, target: Snapshot | None, live: Snapshot | None) -> bool:
    match needs:
        case State.TARGET:
            return target is not None
        case State.LIVE:
            return live is not None
        case State.BOTH:
            return target is not None and live is not None
        case State.DECLARED:
            return target is not None or live is not None


def causes_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings: the deeper layer first, then the worse, then by name."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                _DEPTH[f.layer],
                _WEIGHT[f.severity],
                f.subject,
                f.rule,
                f.message,
            ),
        )
    )


def chosen(
    rules: Iterable[Rule], select: Collection[str], ignore: Collection[str]
) -> tuple[Rule, ...]:
    """Return the rules to run: the selected ones (all if none), less the ignored."""
    return tuple(
        rule
        for rule in rules
        if (not select or rule.id in select) and rule.id not in ignore
    )
