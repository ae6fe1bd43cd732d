"""JUnit XML: one test case per rule that ran, one failure per finding."""

import xml.etree.ElementTree as ET
from collections import defaultdict

from baro.model.finding import Finding, Severity
from baro.report.plaintext import flat
from baro.report.report import Report


def render(report: Report) -> str:
    """Return one test suite; gaps are skipped cases."""
    by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    rules = sorted({*report.pages, *by_rule})
    failures = [f for f in report.findings if f.severity is not Severity.NOTE]
    cases = sum(max(len(by_rule[rule]), 1) for rule in rules) + len(report.gaps)
    suite = ET.Element(
        "testsuite",
        name="baro",
        tests=str(cases),
        failures=str(len(failures)),
        errors="0",
        skipped=str(len(report.gaps)),
        time=f"{report.summary.seconds:.3f}",
    )
    for rule in rules:
        for finding in by_rule[rule]:
            _failed(suite, finding)
        if not by_rule[rule]:
            ET.SubElement(suite, "testcase", classname="baro", name=rule, time="0")
    for gap in report.gaps:
        case = ET.SubElement(
            suite,
            "testcase",
            classname="baro.gap",
            name=flat(gap.subject),
            time="0",
        )
        hint = f" (closes with: {gap.closes_with})" if gap.closes_with else ""
        ET.SubElement(case, "skipped", message=flat(gap.reason + hint))
    root = ET.Element(
        "testsuites",
        name="baro",
        tests=suite.get("tests", ""),
        failures=suite.get("failures", ""),
        errors="0",
        time=suite.get("time", ""),
    )
    root.append(suite)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _failed(suite: ET.Element, finding: Finding) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=f"baro.{finding.layer}",
        name=flat(f"{finding.rule}: {finding.subject}"),
        time="0",
    )
    lines = [finding.message]
    lines += [f"{e.location}  {e.path}: {e.value}" for e in finding.evidence]
    if finding.fix:
        lines.append(finding.fix)
    text = "\n".join(map(flat, lines))
    if finding.severity is Severity.NOTE:
        ET.SubElement(case, "system-out").text = text
        return
    failure = ET.SubElement(
        case, "failure", message=flat(finding.message), type=str(finding.severity)
    )
    failure.text = text
