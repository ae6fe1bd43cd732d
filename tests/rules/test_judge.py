"""How rules are run, ordered, chosen and accepted."""

from collections.abc import Iterator
from datetime import date

import pytest

from baro.model.cluster import ClusterRegistration
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot, State
from baro.rules import acceptance
from baro.rules.acceptance import Acceptance
from baro.rules.judge import causes_first, chosen, judge
from baro.rules.rule import Context, Rule, rule
from tests.snapshots import manifests, snapshot

TODAY = date(2026, 11, 1)
POD = ObjectRef("Pod", "shop", "shop")


def finding(rule_id: str, layer: Layer, severity: Severity) -> Finding:
    """Return a finding about a Pod."""
    return Finding(rule_id, severity, layer, POD, "m", (Evidence(None, "p", "v"),))


@rule("one", Severity.ERROR, layer=Layer.WORKLOAD, needs=State.DECLARED)
def one(ctx: Context) -> Iterator[Finding]:
    """Find every Pod."""
    for pod in ctx.declared.of_kind("Pod"):
        yield ctx.finding(pod, "is a Pod", (Evidence.of(pod, "kind"),))


@rule("crashing", Severity.ERROR, layer=Layer.WORKLOAD, needs=State.DECLARED)
def crashing(ctx: Context) -> Iterator[Finding]:
    """Fail after the first finding."""
    yield from one.check(ctx)
    message = "boom"
    raise RuntimeError(message)


@rule("living", Severity.ERROR, layer=Layer.WORKLOAD, needs=State.LIVE)
def living(ctx: Context) -> Iterator[Finding]:
    """Find nothing."""
    del ctx
    yield from ()


def test_a_crashing_rule_is_a_gap_and_the_others_still_run() -> None:
    """A rule that fails is named; nothing that others find is lost."""
    state = snapshot({"target": "{apiVersion: v1, kind: Pod, metadata: {name: a}}"})

    verdict = judge([crashing, one], today=TODAY, target=state)

    assert verdict.crashed == ("crashing",)
    assert [gap.subject for gap in verdict.gaps] == ["rule crashing"]
    assert "one" in verdict.ran
    assert any(f.rule == "one" for f in verdict.findings)


def test_a_rule_whose_state_is_missing_is_skipped_by_name() -> None:
    """A rule over the live state does not run over Git alone, and that is said."""
    verdict = judge([living, one], today=TODAY, target=Snapshot())

    assert verdict.skipped == ("living",)
    assert verdict.ran == ("one",)


def test_what_rests_on_an_unknown_value_is_not_claimed() -> None:
    """A finding about a word that stands for an unknown value is left to its gap."""
    cluster = ClusterRegistration(
        "hub",
        "https://hub.example",
        annotations={"domain": "x.unknown-domain"},
        unknown=frozenset({("annotations", "domain")}),
    )
    text = "{apiVersion: v1, kind: Pod, metadata: {name: NAME, namespace: shop}}"
    for name, found in (("a", 1), ("a-unknown-domain", 0)):
        state = Snapshot(manifests(text.replace("NAME", name)), clusters=(cluster,))
        assert len(judge([one], today=TODAY, target=state).findings) == found


def test_causes_come_before_symptoms() -> None:
    """The deeper layer comes first, then the worse finding."""
    symptom = finding("a", Layer.WORKLOAD, Severity.ERROR)
    note = finding("b", Layer.CLUSTER_REGISTRATION, Severity.NOTE)
    cause = finding("c", Layer.CLUSTER_REGISTRATION, Severity.ERROR)

    assert causes_first([symptom, note, cause]) == (cause, note, symptom)


def test_a_finding_without_evidence_cannot_be_made() -> None:
    """A claim carries its proof, or it is refused."""
    with pytest.raises(ValueError, match="needs evidence"):
        Finding("r", Severity.ERROR, Layer.CHART, POD, "m", ())


@pytest.mark.parametrize(
    ("select", "ignore", "ids"),
    [
        ((), (), ["one", "living"]),
        (("one",), (), ["one"]),
        ((), ("one",), ["living"]),
        (("one",), ("one",), []),
    ],
)
def test_rules_are_chosen_by_name(
    select: tuple[str, ...], ignore: tuple[str, ...], ids: list[str]
) -> None:
    """Selecting narrows, ignoring wins."""
    rules: tuple[Rule, ...] = (one, living)
    assert [r.id for r in chosen(rules, select, ignore)] == ids


@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        (Acceptance("r", "Pod/shop/shop", "fine"), True),
        (Acceptance("r", "Pod/shop/*", "fine"), True),
        (Acceptance("r", "Pod/shop/shop", "fine", date(2026, 11, 1)), True),
        (Acceptance("r", "Pod/shop/shop", "fine", date(2026, 10, 31)), False),
        (Acceptance("other", "Pod/shop/shop", "fine"), False),
        (Acceptance("r", "Pod/shop", "fine"), False),
    ],
    ids=["exact", "any name", "last day", "the day after", "other rule", "no name"],
)
def test_a_finding_is_accepted_by_rule_subject_and_day(
    entry: Acceptance,
    *,
    accepted: bool,
) -> None:
    """An acceptance covers one rule on one subject, and ends on its day."""
    found = finding("r", Layer.CHART, Severity.ERROR)

    counts, taken, unused = acceptance.split([found], [entry], TODAY)

    assert bool(taken) is accepted
    assert bool(counts) is not accepted
    assert bool(unused) is not accepted


def test_an_annotation_on_the_subject_accepts() -> None:
    """Who owns the object may accept a finding there, with the reason."""
    text = (
        "{apiVersion: v1, kind: Pod, metadata: {name: shop, namespace: shop, "
        "annotations: {accept.baro/r: because, other/r: no}}}"
    )
    state = Snapshot(manifests(text))
    found = finding("r", Layer.CHART, Severity.ERROR)

    entries = acceptance.of_annotations(state, [found])

    assert entries == [Acceptance("r", "Pod/shop/shop", "because")]
