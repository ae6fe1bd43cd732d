"""One report with everything in it."""

from baro.model.finding import Confidence, Evidence, Finding, Gap, Layer, Severity
from baro.model.ref import ObjectRef
from baro.model.text import Location
from baro.report.report import Accepted, Help, Report, Summary

APPLICATION = ObjectRef(
    "Application", "backstage-kr", "argocd", "argoproj.io", "in-cluster"
)
PLACE = Location("values/kr.yaml", 12, 5)

SCHEMA = Finding(
    rule="chart-values-schema-violation",
    severity=Severity.ERROR,
    layer=Layer.CHART,
    subject=APPLICATION,
    message="chart backstage 2.8.2 refuses ingress.pathType <&> \"quoted\" 'value'",
    evidence=(
        Evidence(PLACE, "ingress.pathType", "Prefix", APPLICATION),
        Evidence(Location("apps.yaml", 3), "spec.source", "line one\nline two"),
    ),
    fix="Say ingress.extraHosts[].pathType",
    application=APPLICATION,
)
GUESS = Finding(
    rule="hook-never-finishes",
    severity=Severity.WARNING,
    layer=Layer.SYNC,
    subject=ObjectRef("Job", "한글-migrate", "kr"),
    message="waits for \x00 a `Secret` | that nobody <makes>",
    evidence=(Evidence(None, "spec.template", "", ObjectRef("Job", "migrate", "kr")),),
    confidence=Confidence.POSSIBLE,
)
REMARK = Finding(
    rule="list-replaces-list",
    severity=Severity.NOTE,
    layer=Layer.VALUES,
    subject=APPLICATION,
    message="hosts has 1 entry where the weaker file has 2",
    evidence=(
        Evidence(Location("values/ü kr.yaml", 2, 1, "0123456789ab"), "hosts", ""),
    ),
)
GAP = Gap(
    "chart redis 1.2.3",
    "no chart store has it",
    "charts: in baro.yaml, or --fetch",
    Location("apps.yaml", 7),
)

FULL = Report(
    command="check",
    subject="examples",
    findings=(SCHEMA, GUESS, REMARK),
    gaps=(GAP, Gap("cluster west", "its Secret is not in Git")),
    accepted=(Accepted(REMARK, "on purpose"),),
    known=(GUESS,),
    skipped=("operation-stuck",),
    notes=("the working tree has uncommitted changes",),
    summary=Summary(3, 12, 140, 2, 57, 0.8125),
    excerpts={PLACE: "    pathType: Prefix"},
    pages={
        "chart-values-schema-violation": Help(
            "A chart refuses its values",
            "A chart refuses its values.\n",
            Severity.ERROR,
        ),
        "hook-never-finishes": Help("A hook never ends", "A hook.\n", Severity.WARNING),
        "quiet-rule": Help("Nothing to say", "Nothing.\n", Severity.WARNING),
    },
)
EMPTY = Report(command="check", subject=".", summary=Summary(1, 2, 3, 1, 4, 0.1))
