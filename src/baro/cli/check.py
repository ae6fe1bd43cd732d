"""`baro check`."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from baro.cli import STARTED, options
from baro.cli.excerpts import excerpts
from baro.cli.explain import find
from baro.cli.named import application_named, unknown
from baro.cli.output import coloured, write
from baro.cli.selection import selected
from baro.cli.state import Target, target_state
from baro.expand.tracing.provenance import Provenance
from baro.model.finding import Finding, Gap, Severity
from baro.report import baseline
from baro.report.report import Accepted, Help, Report, Summary
from baro.rules import acceptance
from baro.rules.acceptance import Acceptance
from baro.rules.catalog import catalog
from baro.rules.judge import Verdict, judge

FORMATS = {
    "terminal": "terminal",
    "json": "json_v1",
    "sarif": "sarif",
    "junit": "junit",
    "gitlab": "gitlab",
    "markdown": "markdown",
}
"""Every form of the answer: its module in `baro.report`."""


@click.command("check", short_help="Find what will break, before the merge.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@options.platform_flags
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="terminal",
    help="Form of the answer.",
)
@options.output_file
@click.option(
    "--fail-on",
    type=click.Choice([str(severity) for severity in Severity]),
    default=str(Severity.ERROR),
    help="Exit with 1 from this severity on.",
)
@click.option("--strict", is_flag=True, help="Gaps fail, too.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--baseline",
    "known_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Count only findings that are not in FILE.",
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write today's findings to FILE, to be used with --baseline.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    help="Run only this rule, or the rules of this layer. Repeatable.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    help="Leave this rule or layer out. Repeatable.",
)
@click.option("--app", default="", metavar="NAME", help="Only this Application.")
@click.option("--cluster", default="", metavar="NAME", help="Only this cluster.")
@options.colour
@options.language
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """Expand the platform in PATH (default: here) and find what will break.

    Nothing is changed, no cluster is asked, and without --fetch no network is used.
    """
    flags = options.flags(paths, given)
    rules = selected(given["select"], given["ignore"])
    known = baseline.read(given["known_file"]) if given["known_file"] else frozenset()
    today = datetime.now(UTC).date()
    with target_state(flags) as target:
        verdict = judge(rules, today=today, target=target.snapshot)
        traced = Provenance(target.assembled).traced(verdict.findings)
        verdict = replace(verdict, findings=tuple(traced))
    report = _report(target, verdict, today)
    report = _narrowed(report, target, given["app"], given["cluster"])
    if given["write_baseline"]:
        write(baseline.write(report.findings), given["write_baseline"])
    new, old = baseline.split(report.findings, known)
    report = replace(report, findings=new, known=old)
    seconds = time.monotonic() - click.get_current_context().meta[STARTED]
    report = replace(report, summary=replace(report.summary, seconds=seconds))
    write(_text(report, given), given["output_file"])
    if verdict.crashed:
        return 3
    if given["exit_zero"] or given["write_baseline"]:
        return 0
    return int(_fails(report, Severity(given["fail_on"]), strict=given["strict"]))


def _report(target: Target, verdict: Verdict, today: date) -> Report:
    snapshot = target.snapshot
    accepts = [
        *_accepted(target),
        *acceptance.of_annotations(snapshot, verdict.findings),
    ]
    counts, accepted, unused = acceptance.split(verdict.findings, accepts, today)
    rules = catalog()
    return Report(
        command="check",
        subject=target.name,
        findings=counts,
        gaps=(*target.unseen, *verdict.gaps),
        accepted=[Accepted(finding, reason) for finding, reason in accepted],
        skipped=verdict.skipped,
        notes=(
            *snapshot.notes,
            *(
                f"accept: nothing to accept any more: {a.rule} on {a.subject}"
                for a in unused
            ),
        ),
        summary=Summary(
            applicationsets=len({m.ref for m in snapshot.applicationsets()}),
            applications=len({m.ref for m in snapshot.applications()}),
            objects=len(snapshot.manifests),
            clusters=len(snapshot.clusters),
            rules=len(verdict.ran),
        ),
        excerpts=excerpts(counts),
        pages={
            rule: Help(rules[rule].title, rules[rule].page, rules[rule].severity)
            for rule in verdict.ran
        },
    )


def _accepted(target: Target) -> Iterator[Acceptance]:
    """Yield what `baro.yaml` accepts.

    Raises:
        InputError: an entry names a rule that there is not.
    """
    for accepted, where in target.acceptances():
        find(accepted.rule, where)
        yield accepted


def _narrowed(report: Report, target: Target, app: str, cluster: str) -> Report:
    if not app and not cluster:
        return report
    if app:
        application_named(target.snapshot, app)
    names = [c.name for c in target.snapshot.clusters]
    if cluster and cluster not in names:
        raise unknown("cluster", cluster, names)
    on_cluster = {
        m.application for m in target.snapshot.manifests if m.cluster == cluster
    }

    def wanted(finding: Finding) -> bool:
        of = finding.application
        if app and (of is None or app not in (of.name, of.path)):
            return False
        if not cluster or finding.subject.cluster == cluster:
            return True
        return of is not None and of in on_cluster

    def concerned(gap: Gap) -> bool:
        ref = gap.ref
        return ref is None or not app or app in (ref.name, ref.path)

    return replace(
        report,
        findings=[f for f in report.findings if wanted(f)],
        accepted=[a for a in report.accepted if wanted(a.finding)],
        gaps=[g for g in report.gaps if concerned(g)],
    )


def _text(report: Report, given: dict[str, Any]) -> str:
    module = import_module(f"baro.report.{FORMATS[given['form']]}")
    render = module.render
    match given["form"]:
        case "terminal":
            text = render(
                report,
                language=given["language"],
                colour=coloured(given["colour"], given["output_file"]),
            )
        case "markdown":
            text = render(report, language=given["language"])
        case _:
            text = render(report)
    return str(text)


def _fails(report: Report, fail_on: Severity, *, strict: bool) -> bool:
    order = list(Severity)
    worst = order[: order.index(fail_on) + 1]
    return any(f.severity in worst for f in report.findings) or (
        strict and bool(report.gaps)
    )
