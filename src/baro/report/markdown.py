"""Markdown for a merge request's comment."""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Severity
from baro.report.messages import Sentences, sentences, word_of
from baro.report.plaintext import harmless
from baro.report.report import Report
from baro.report.terminal import confidence_of, counts, grouped, scale

_SIGN = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTE: "🔵"}
_LONGEST = 60_000
"""Characters; a comment on GitHub holds 65,536."""


def render(report: Report, *, language: str = "en") -> str:
    """Return the report as Markdown, shortened to what a comment holds."""
    words = sentences(language)
    text = harmless("\n".join(_lines(report, words))) + "\n"
    if len(text) <= _LONGEST:
        return text
    kept = text[:_LONGEST].rpartition("\n\n")[0]
    return f"{kept}\n\n…\n\n{counts(report, words)}\n"


def _lines(report: Report, words: Sentences) -> Iterator[str]:
    clean = not report.findings and not report.gaps
    verdict = words.CLEAN if clean else counts(report, words)
    yield f"## baro {report.command}: {verdict}"
    yield ""
    for finding in report.findings:
        yield from _finding(finding, report, words)
    if report.gaps:
        yield f"### {words.GAPS}"
        yield ""
        yield words.GAPS_ARE
        yield ""
        for alike in grouped(report.gaps):
            gap, count = alike[0], len(alike)
            hint = (
                f" ({words.CLOSES_WITH}: `{gap.closes_with}`)"
                if gap.closes_with
                else ""
            )
            times = f" ({count} places)" if count > 1 else ""
            yield f"- **{_inline(gap.subject)}**: {_inline(gap.reason)}{hint}{times}"
        yield ""
    yield f"<sub>{scale(report.summary, words)}</sub>"


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
    place = f"`{evidence.location}`" if evidence.location else str(evidence.subject)
    excerpt = (
        report.excerpts.get(evidence.location)
        if evidence.location is not None
        else None
    )
    if excerpt is None:
        yield f"- {place} `{_code(evidence.path)}`: `{_code(evidence.value)}`"
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
    for sign in ("\\", "`", "*", "_", "<", "[", "|"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
