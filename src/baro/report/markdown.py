"""Markdown for a merge request's comment."""

from collections.abc import Iterator, Sequence

from baro.model.finding import Evidence, Finding, Gap, Severity
from baro.report.alike import by_reason, subjects
from baro.report.messages import Sentences, sentences, word_of
from baro.report.plaintext import clipped, flat
from baro.report.report import Report
from baro.report.terminal import confidence_of, counts, scale

_SIGN = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}
_LONGEST = 60_000
"""Characters; a comment on GitHub holds 65,536."""


def render(report: Report, *, language: str = "en") -> str:
    """Return the report as Markdown, shortened to what a comment holds."""
    words = sentences(language)
    text = "\n".join(map(flat, _lines(report, words))) + "\n"
    if len(text) <= _LONGEST:
        return text
    kept = text[:_LONGEST].rpartition("\n\n")[0]
    return f"{kept}\n\n…\n\n{counts(report, words)}\n"


def _lines(report: Report, words: Sentences) -> Iterator[str]:
    clean = not report.findings and not report.gaps
    well = words.NOTHING_NEW if report.known else words.CLEAN
    verdict = well if clean else counts(report, words)
    yield f"## baro {report.command}: {verdict}"
    yield ""
    for finding in report.findings:
        yield from _finding(finding, report, words)
    if report.gaps:
        yield f"### {words.GAPS}"
        yield ""
        yield words.GAPS_ARE
        yield ""
        for alike in by_reason(report.gaps):
            yield _gap(alike, words)
        yield ""
    yield f"<sub>{scale(report.summary, words)}</sub>"


def _gap(alike: Sequence[Gap], words: Sentences) -> str:
    gap, whose = alike[0], _inline(subjects(alike, words))
    text = f"- **{whose}**: {_inline(gap.reason)}"
    if gap.closes_with:
        text += f" ({words.CLOSES_WITH}: `{_code(gap.closes_with)}`)"
    if len(alike) > 1:
        text += f" ({words.PLACES.format(count=len(alike))})"
    return text


def _finding(finding: Finding, report: Report, words: Sentences) -> Iterator[str]:
    sure = (
        ""
        if finding.confidence == "certain"
        else f" ({confidence_of(finding.confidence, words)})"
    )
    yield (
        f"### {_SIGN[finding.severity]} {word_of(finding.severity, words)}: "
        f"`{finding.rule}`{sure}"
    )
    yield ""
    yield f"**{_inline(str(finding.subject))}**: {_inline(finding.message)}"
    yield ""
    for evidence in finding.evidence:
        yield from _evidence(evidence, report)
    if finding.fix:
        yield f"**{words.FIX}:** {_inline(finding.fix)}"
        yield ""


def _evidence(evidence: Evidence, report: Report) -> Iterator[str]:
    where = evidence.location
    place = f"`{_code(str(where))}`" if where else _inline(str(evidence.subject))
    excerpt = (
        report.excerpts.get(evidence.location)
        if evidence.location is not None
        else None
    )
    if excerpt is None:
        path = f" `{_code(evidence.path)}`:" if evidence.path else ""
        value = f" `{_code(evidence.value)}`" if evidence.value else ""
        yield f"- {place}{path}{value}"
        yield ""
        return
    fence = "````" if "```" in excerpt else "```"
    yield place
    yield f"{fence}yaml"
    yield excerpt.rstrip()
    yield fence
    yield ""


def _inline(text: str) -> str:
    """Keep foreign text from becoming markup."""
    text = clipped(text)
    for sign in ("\\", "`", "*", "_", "<", "[", "|"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _code(text: str) -> str:
    return clipped(text).replace("`", "'")
