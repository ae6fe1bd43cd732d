"""What a person reads: causes first, each with its line and its way out."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from baro.model.finding import Confidence, Evidence, Finding, Gap, Severity
from baro.report import pages
from baro.report.alike import FEW, by_reason, subjects
from baro.report.messages import Sentences, sentences, word_of
from baro.report.plaintext import clipped, flat
from baro.report.report import Report, Summary

_STYLE = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold blue",
}


def render(
    report: Report, *, language: str = "en", colour: bool = False, width: int = 100
) -> str:
    """Return the report as text; ANSI colours only if asked for."""
    console = Console(
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        width=width,
        highlight=False,
        soft_wrap=True,
    )
    words = sentences(language)
    with console.capture() as capture:
        for finding in report.findings:
            title = pages.title(finding.rule, language)
            for line in _finding(finding, report, words, title):
                console.print(_safe(line))
            console.print()
        for alike in by_reason(report.gaps):
            for line in _gap(alike, words):
                console.print(_safe(line))
        if report.gaps:
            console.print()
        for line in _closing(report, words):
            console.print(_safe(line))
    return capture.get()


def _safe(line: Text) -> Text:
    # One character for one: the styles keep their places.
    safe = line.copy()
    safe.plain = flat(line.plain)
    safe.spans = line.spans
    return safe


def _finding(
    finding: Finding, report: Report, words: Sentences, title: str
) -> Iterator[Text]:
    severity = finding.severity
    head = Text()
    head.append(word_of(severity, words), _STYLE[severity])
    head.append(f"  {finding.rule}", "bold")
    head.append(f"  {finding.subject}")
    if finding.confidence is not Confidence.CERTAIN:
        head.append(f"  ({confidence_of(finding.confidence, words)})", "dim")
    yield head
    if title:
        yield Text(f"  {title}", "dim")
    yield Text(f"  {clipped(finding.message)}")
    for evidence in finding.evidence[:FEW]:
        yield from _evidence(evidence, report, finding.message)
    if finding.fix:
        yield Text.assemble((f"  {words.FIX}: ", "bold green"), finding.fix)


def _evidence(evidence: Evidence, report: Report, told: str) -> Iterator[Text]:
    value = clipped(evidence.value)
    field = f"{evidence.path}: {value}" if evidence.path else value
    if evidence.location is None:
        who = f"{evidence.subject}  " if evidence.subject else ""
        yield Text.assemble("  ", (who, "dim"), field)
        return
    yield Text.assemble(("  --> ", "blue"), (str(evidence.location), "cyan"))
    excerpt = report.excerpts.get(evidence.location)
    if excerpt is None or evidence.location.line is None:
        yield Text.assemble(("      | ", "blue"), field)
        return
    number = str(evidence.location.line)
    yield Text.assemble((f"{number:>5} | ", "blue"), excerpt.rstrip())
    if value and value not in excerpt and value not in told:
        yield Text.assemble(("      | ", "blue"), (field, "dim"))


def _gap(alike: Sequence[Gap], words: Sentences) -> Iterator[Text]:
    gap, whose = alike[0], subjects(alike, words)
    said = clipped(f"  {whose}: {gap.reason}")
    yield Text.assemble((words.GAP, "bold magenta"), said)
    places = [g.location for g in alike if g.location is not None]
    for place in places[:FEW]:
        yield Text.assemble(("  --> ", "blue"), (str(place), "cyan"))
    if places[FEW:]:
        more = words.MORE_PLACES.format(count=len(places) - FEW)
        yield Text.assemble(("  --> ", "blue"), (more, "dim"))
    if gap.closes_with:
        yield Text.assemble((f"  {words.CLOSES_WITH}: ", "green"), gap.closes_with)


def _closing(report: Report, words: Sentences) -> Iterator[Text]:
    for note in report.notes:
        yield Text(note, "dim")
    if report.skipped:
        rules = ", ".join(report.skipped)
        yield Text(words.SKIPPED.format(rules=rules), "dim")
    yield Text(scale(report.summary, words), "dim")
    verdict = counts(report, words)
    asides = []
    if report.accepted:
        asides.append(words.ACCEPTED.format(count=len(report.accepted)))
    if report.known:
        asides.append(words.KNOWN.format(count=len(report.known)))
    suffix = f" ({', '.join(asides)})" if asides else ""
    if report.findings:
        worst = min(report.findings, key=lambda f: list(Severity).index(f.severity))
        yield Text(verdict + suffix, _STYLE[worst.severity])
    elif report.gaps:
        yield Text(f"{words.CLEAN_BUT_GAPS} {verdict}{suffix}", "bold magenta")
    else:
        verdict = words.NOTHING_NEW if report.known else words.CLEAN
        yield Text(verdict + suffix, "bold green")


def confidence_of(confidence: Confidence, words: Sentences) -> str:
    """Return how sure, in the language's word."""
    return words.LIKELY if confidence is Confidence.LIKELY else words.POSSIBLE


def scale(summary: Summary, words: Sentences) -> str:
    """Return how much was looked at, in one phrase."""
    text = words.SCALE.format(
        applicationsets=summary.applicationsets,
        applications=summary.applications,
        objects=summary.objects,
        clusters=summary.clusters,
        rules=summary.rules,
        seconds=summary.seconds,
    )
    return _singular(text) if words.ERROR == "error" else text


def counts(report: Report, words: Sentences) -> str:
    """Return how many of each, in one phrase."""
    text = words.COUNTS.format(
        errors=report.count(Severity.ERROR),
        warnings=report.count(Severity.WARNING),
        notes=report.count(Severity.NOTE),
        gaps=len({(gap.subject, gap.reason) for gap in report.gaps}),
    )
    return _singular(text) if words.ERROR == "error" else text


def _singular(text: str) -> str:
    parts: Sequence[str] = text.split(", ")
    return ", ".join(
        part.removesuffix("s") if part.startswith("1 ") else part for part in parts
    )
