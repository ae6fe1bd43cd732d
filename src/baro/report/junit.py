"""JUnit XML: one test case per rule that ran, one failure per finding."""

import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from baro.model.finding import Finding, Gap, Severity
from baro.report.alike import by_reason, subjects
from baro.report.messages import sentences
from baro.report.plaintext import clipped, flat
from baro.report.report import Report


def render(report: Report) -> str:
    """Return one test suite; gaps are skipped cases, one for what many lack alike."""
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    gaps = by_reason(report.gaps)
    cases = [
        *(
            case
            for rule in sorted({*report.pages, *by_rule})
            for case in _of_rule(rule, by_rule[rule])
        ),
        *map(_skipped, gaps),
    ]
    _tell_apart(cases)
    failures = [f for f in report.findings if f.severity is not Severity.NOTE]
    totals = {
        "name": "baro",
        "tests": str(len(cases)),
        "failures": str(len(failures)),
        "errors": "0",
    }
    time = f"{report.summary.seconds:.3f}"
    root = ET.Element("testsuites", totals, time=time)
    suite = ET.SubElement(root, "testsuite", totals, skipped=str(len(gaps)), time=time)
    suite.extend(cases)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(group: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=group, name=flat(name), time="0")


def _tell_apart(cases: Sequence[ET.Element]) -> None:
    """Number the cases of one name: of two, readers keep the first."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        name = case.get("name", "")
        key = (case.get("classname", ""), name)
        seen[key] += 1
        if seen[key] > 1:
            case.set("name", f"{name} ({seen[key]})")


def _of_rule(rule: str, findings: Sequence[Finding]) -> Iterator[ET.Element]:
    if not findings:
        yield _case("baro", rule)
    for finding in findings:
        yield _failed(finding)


def _failed(finding: Finding) -> ET.Element:
    case = _case(f"baro.{finding.layer}", f"{finding.rule}: {finding.subject}")
    lines = [finding.message]
    lines += [f"{e.location}  {e.path}: {e.value}" for e in finding.evidence]
    if finding.fix:
        lines.append(finding.fix)
    text = "\n".join(map(flat, lines))
    if finding.severity is Severity.NOTE:
        ET.SubElement(case, "system-out").text = text
        return case
    failure = ET.SubElement(
        case, "failure", message=flat(finding.message), type=str(finding.severity)
    )
    failure.text = text
    return case


def _skipped(alike: Sequence[Gap]) -> ET.Element:
    """Return the case of gaps that say the same; its text names every one of them."""
    gap = alike[0]
    case = _case("baro.gap", clipped(gap.reason))
    closes = f" (closes with: {gap.closes_with})" if gap.closes_with else ""
    message = f"{subjects(alike, sentences('en'))}: {gap.reason}{closes}"
    skipped = ET.SubElement(case, "skipped", message=flat(clipped(message)))
    skipped.text = "\n".join(
        flat(f"{each.location}  {each.subject}" if each.location else each.subject)
        for each in alike
    )
    return case
