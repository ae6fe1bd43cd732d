"""Every format says the same, and is valid by its own rules."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from baro.model.finding import Evidence, Finding, Gap, Layer, Severity
from baro.model.ref import ObjectRef
from baro.model.text import Location
from baro.report import gitlab, json_v1, junit, markdown, sarif, terminal
from baro.report.plaintext import LONGEST
from baro.report.report import Report
from tests.report import samples

REPORTS = pytest.mark.parametrize(
    "report", [samples.FULL, samples.EMPTY], ids=["full", "empty"]
)


def loaded(text: str) -> Any:
    """Read JSON text."""
    return json.loads(text)


@REPORTS
def test_json_follows_its_published_schema(report: Report) -> None:
    """What is printed validates against what `docs/schema` says."""
    jsonschema.validate(loaded(json_v1.render(report)), json_v1.json_schema())


def test_json_carries_every_field_of_a_finding() -> None:
    """A finding loses nothing on the way out."""
    first = loaded(json_v1.render(samples.FULL))["findings"][0]

    assert first == {
        "rule": "chart-values-schema-violation",
        "severity": "error",
        "confidence": "certain",
        "layer": "chart",
        "subject": {
            "cluster": "in-cluster",
            "group": "argoproj.io",
            "kind": "Application",
            "namespace": "argocd",
            "name": "backstage-kr",
        },
        "application": "argocd/backstage-kr",
        "message": samples.SCHEMA.message,
        "evidence": [
            {
                "file": "values/kr.yaml",
                "line": 12,
                "column": 5,
                "revision": None,
                "path": "ingress.pathType",
                "value": "Prefix",
                "repository": None,
            },
            {
                "file": "apps.yaml",
                "line": 3,
                "column": None,
                "revision": None,
                "path": "spec.source",
                "value": "line one\nline two",
                "repository": None,
            },
        ],
        "fix": "Say ingress.extraHosts[].pathType",
    }


def test_json_names_what_closes_a_gap() -> None:
    """A gap says what would close it, and where it was met."""
    gaps = loaded(json_v1.render(samples.FULL))["gaps"]

    assert gaps[0]["closesWith"] == "charts: in baro.yaml, or --fetch"
    assert (gaps[0]["file"], gaps[0]["line"]) == ("apps.yaml", 7)
    assert gaps[1]["closesWith"] is None


def test_sarif_keeps_accepted_findings_as_suppressed() -> None:
    """Code scanning shows an accepted finding as closed, with the reason."""
    run = loaded(sarif.render(samples.FULL))["runs"][0]
    suppressed = [r for r in run["results"] if "suppressions" in r]

    assert len(run["results"]) == 4
    assert [r["suppressions"][0]["justification"] for r in suppressed] == ["on purpose"]


def test_sarif_points_each_result_at_its_rule() -> None:
    """`ruleIndex` and `ruleId` agree."""
    run = loaded(sarif.render(samples.FULL))["runs"][0]
    rules = run["tool"]["driver"]["rules"]

    for result in run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_escapes_file_names_as_uris() -> None:
    """A file name with a space and an umlaut is a valid URI."""
    text = sarif.render(samples.FULL)

    assert "values/%C3%BC%20kr.yaml" in text


def test_junit_counts_what_it_lists() -> None:
    """The totals of the suite are the numbers of its cases."""
    suite = ET.fromstring(junit.render(samples.FULL))[0]  # noqa: S314 - our own text

    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    assert int(suite.get("failures", "")) == len(suite.findall("*/failure")) == 2
    assert int(suite.get("skipped", "")) == len(suite.findall("*/skipped")) == 2


def test_junit_has_one_case_for_what_many_lack_alike() -> None:
    """A chart that is missing in hundreds of places is one skipped case."""
    many = [
        Gap(f"chart c{n}", "no store has it", "charts:", Location("apps.yaml", n))
        for n in range(1, 301)
    ]
    text = junit.render(Report("check", ".", gaps=(*many, samples.GAP)))
    first, second = ET.fromstring(text)[0]  # noqa: S314 - our own text

    assert (first.get("name"), second.get("name")) == (
        "no store has it",
        "no chart store has it",
    )
    assert first[0].get("message") == (
        "chart c1, chart c2, chart c3 and 297 more: no store has it"
        " (closes with: charts:)"
    )
    assert str(first[0].text).splitlines()[299] == "apps.yaml:300  chart c300"


def test_junit_cases_have_names_of_their_own() -> None:
    """Readers that know a case by its name keep the first of two."""
    doubled = Report("check", ".", findings=(samples.SCHEMA, samples.SCHEMA))
    cases = ET.fromstring(junit.render(doubled))[0]  # noqa: S314 - our own text

    one, other = (str(case.get("name")) for case in cases)
    assert other == f"{one} (2)"


def test_gitlab_fingerprints_are_unique() -> None:
    """GitLab drops entries whose fingerprint it has seen."""
    doubled = Report("check", ".", findings=(samples.SCHEMA, samples.SCHEMA))
    entries = loaded(gitlab.render(doubled))

    assert len({entry["fingerprint"] for entry in entries}) == 2


def test_markdown_keeps_foreign_text_from_becoming_markup() -> None:
    """A message with brackets and back-ticks stays text."""
    text = markdown.render(samples.FULL)

    assert "waits for � a \\`Secret\\` \\| that nobody \\<makes>" in text


def test_markdown_fits_into_a_comment() -> None:
    """GitHub refuses comments above 65,536 characters."""
    many = Report("check", ".", findings=(samples.SCHEMA,) * 2000)

    text = markdown.render(many)

    assert len(text) < 65_536
    assert "2000 errors" in text


EVIL = "\x1b[2J\x1b[31m gone \u202e\x07\u2028\u200f\nerror  forged  Nothing is wrong."
FORGED = Report(
    "check",
    ".",
    findings=(
        Finding(
            rule="hook-never-finishes",
            severity=Severity.WARNING,
            layer=Layer.SYNC,
            subject=ObjectRef("Job", EVIL, EVIL),
            message=EVIL,
            evidence=(
                Evidence(Location(EVIL, 3), EVIL, EVIL),
                Evidence(None, EVIL, EVIL, ObjectRef("Job", EVIL)),
            ),
            fix=EVIL,
        ),
    ),
    gaps=(Gap(EVIL, EVIL, EVIL, Location(EVIL, 3)),),
)
TEXTS = pytest.mark.parametrize(
    "module", [terminal, markdown, junit], ids=lambda module: module.__name__
)


@TEXTS
def test_control_characters_of_a_repository_reach_no_reader(module: Any) -> None:
    """A value cannot move the cursor, colour the screen, or reverse the text."""
    text = module.render(FORGED)

    assert not set(text) & set("\x1b\x07\u202e\u2028\u200f")


@TEXTS
def test_name_with_a_newline_begins_no_line(module: Any) -> None:
    """What a repository says cannot be taken for what baro says."""
    text = module.render(FORGED)

    assert "forged" in text
    assert not [line for line in text.splitlines() if line.startswith("error  forged")]


def _said(value: Any) -> Iterator[str]:
    """Yield every text for a person in an answer for machines."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key in ("text", "description"):
            yield inner
        yield from _said(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _said(inner)


@pytest.mark.parametrize("module", [sarif, gitlab], ids=lambda module: module.__name__)
def test_messages_for_machines_are_one_harmless_line(module: Any) -> None:
    """Who shows them need not look at them again."""
    texts = list(_said(loaded(module.render(FORGED))))

    assert any("forged" in text for text in texts)
    assert not [text for text in texts if set(text) & set("\n\x1b\u202e\u2028")]


@pytest.mark.parametrize(
    "module", [terminal, markdown], ids=lambda module: module.__name__
)
def test_endless_text_is_cut_in_its_middle(module: Any) -> None:
    """Both ends of a message tell the most."""
    endless = replace(samples.SCHEMA, message=f"begins {'x' * 100_000} ends")

    text = module.render(Report("check", ".", findings=(endless,)))

    assert len(text) < 4 * LONGEST
    assert "begins x" in text
    assert "x ends\n" in text


CLUSTERS = tuple(
    Gap(
        f"ApplicationSet {name}",
        "which clusters are registered is not known",
        "clusters",
        Location(f"{name}.yaml", line),
    )
    for name in "abcde"
    for line in (1, 2)
)


def test_terminal_says_once_what_many_lack() -> None:
    """One reason, the first of those it concerns, and how many more there are."""
    text = terminal.render(Report("check", ".", gaps=(*CLUSTERS, samples.GAP)))

    assert text.splitlines()[:6] == [
        (
            "gap  ApplicationSet a, ApplicationSet b, ApplicationSet c and 2 more: "
            "which clusters are registered is not known"
        ),
        "  --> a.yaml:1",
        "  --> a.yaml:2",
        "  --> b.yaml:1",
        "  --> and 7 more places",
        "  closes with: clusters",
    ]
    assert text.endswith("6 gaps\n")


@pytest.mark.parametrize(("language", "text"), [("en", "and 2 more"), ("ko", "외 2개")])
def test_markdown_says_once_what_many_lack(language: str, text: str) -> None:
    """As the terminal does."""
    page = markdown.render(Report("check", ".", gaps=CLUSTERS), language=language)

    (line,) = [line for line in page.splitlines() if line.startswith("- ")]
    assert text in line


@pytest.mark.parametrize("language", ["en", "ko"])
def test_terminal_text_has_no_colour_unless_asked(language: str) -> None:
    """A pipe gets plain text."""
    text = terminal.render(samples.FULL, language=language)

    assert "\x1b[" not in text
    assert "\x1b[" in terminal.render(samples.FULL, language=language, colour=True)


def test_terminal_shows_the_line_to_edit() -> None:
    """The file, the line and the source text stand under the message."""
    text = terminal.render(samples.FULL)

    assert "  --> values/kr.yaml:12:5\n   12 |     pathType: Prefix\n" in text
    assert "fix: Say ingress.extraHosts[].pathType" in text


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (samples.EMPTY, "Nothing is wrong."),
        (
            Report("check", ".", gaps=(samples.GAP,)),
            (
                "Nothing is wrong in what could be seen. "
                "0 errors, 0 warnings, 0 notes, 1 gap"
            ),
        ),
        (
            Report("check", ".", findings=(samples.SCHEMA,)),
            "1 error, 0 warnings, 0 notes, 0 gaps",
        ),
    ],
    ids=["clean", "gap", "finding"],
)
def test_terminal_ends_with_the_verdict(report: Report, verdict: str) -> None:
    """The last line says how it stands; unknown is never green."""
    assert terminal.render(report).splitlines()[-1] == verdict


def test_every_severity_has_a_word_and_a_level_everywhere() -> None:
    """No format forgets a severity."""
    for severity in Severity:
        finding = replace(samples.SCHEMA, severity=severity)
        report = Report("check", ".", findings=(finding,))
        for module in (json_v1, sarif, junit, gitlab, markdown, terminal):
            assert module.render(report)
