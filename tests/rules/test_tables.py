"""Every rule against its page and its table; one runner for all of them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import chdir
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from baro.expand.ports import HelmEngine
from baro.model import yamltext
from baro.model.finding import Finding
from baro.model.snapshot import Snapshot
from baro.rules.catalog import catalog
from baro.rules.judge import judge
from baro.rules.rule import Rule
from tests.pages import blocks, sections
from tests.platforms import platform
from tests.snapshots import live, snapshot

HERE = Path(__file__).parent
TODAY = date(2026, 1, 1)
RULES = catalog()
SECTIONS = ("Why it matters", "Flagged", "Accepted", "How to fix", "Seen as")
EXAMPLES = ("Flagged", "Accepted")
EVERY_RULE = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


def _tables() -> Iterator[Path]:
    return (p for p in sorted(HERE.glob("*/*.yaml")))


def _cases() -> Iterator[Any]:
    for table in _tables():
        for case in yamltext.read(table.read_text(encoding="utf-8"))[0].value:
            yield pytest.param(table.stem, case, id=f"{table.stem}: {case['name']}")


def _state(case: Mapping[str, Any], folder: Path, engine: HelmEngine) -> Snapshot:
    if "platform" in case:
        with chdir(folder):
            return platform(case["platform"], folder, engine)
    return snapshot(case)


def _found(
    rule: Rule, target: Snapshot, observed: Snapshot | None = None, today: date = TODAY
) -> tuple[Finding, ...]:
    verdict = judge([rule], today=today, target=target, live=observed)
    assert verdict.gaps == ()
    return verdict.findings


def _line(finding: Finding, wanted: object) -> object:
    """Return a finding in the form in which a table wants it."""
    text = f"{finding.subject}: {finding.message}"
    if not isinstance(wanted, Mapping):
        return text
    first = finding.evidence[0]
    parts = {
        "finding": text,
        "at": str(replace(first.location, column=None)) if first.location else "",
        "path": first.path,
        "value": first.value,
        "fix": finding.fix,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
    }
    return {key: parts[key] for key in wanted}


@pytest.mark.parametrize(("rule_id", "case"), list(_cases()))
def test_case_yields_exactly_its_findings(
    rule_id: str, case: Mapping[str, Any], tmp_path: Path, engine: HelmEngine
) -> None:
    """Each table case yields the findings that it lists, in their order."""
    today = date.fromisoformat(case.get("today", "2026-01-01"))
    state = _state(case, tmp_path, engine)
    found = _found(RULES[rule_id], state, live(case), today)
    wanted = case["findings"]
    padded = [*wanted, *[""] * (len(found) - len(wanted))]
    lines = [_line(f, w) for f, w in zip(found, padded, strict=False)]
    assert lines == wanted


@EVERY_RULE
def test_page_has_every_section(rule: Rule) -> None:
    """The page has a title, its sections in order, and the exact message."""
    found = sections(rule.page)
    assert tuple(found) == SECTIONS
    assert re.fullmatch(r"[^\n]{10,88}\.\n", rule.page.partition("\n\n")[0] + "\n")
    assert re.search(r"^```text\n.+?^```$", found["Seen as"], re.MULTILINE | re.DOTALL)
    assert all(found[name].strip() for name in SECTIONS)


@EVERY_RULE
@pytest.mark.parametrize("section", EXAMPLES)
def test_page_is_right(
    rule: Rule, section: str, tmp_path: Path, engine: HelmEngine
) -> None:
    """What the page calls flagged is flagged; what it accepts is not."""
    files = blocks(sections(rule.page)[section])
    assert files
    if list(files) == [""]:
        state = snapshot({"target": files[""]})
    else:
        state = platform(files, tmp_path, engine)
    assert bool(_found(rule, state)) is (section == "Flagged")


@EVERY_RULE
def test_rule_has_a_table_with_a_near_miss(rule: Rule) -> None:
    """Each rule has a table; one case finds something, another almost does."""
    module = rule.check.__module__.split(".")
    assert module[-1].replace("_", "-") == rule.id
    assert module[-2].replace("_", "-") == rule.layer
    table = HERE / module[-2] / f"{rule.id}.yaml"
    cases = yamltext.read(table.read_text(encoding="utf-8"))[0].value
    assert any(case["findings"] for case in cases)
    assert any(case["findings"] == [] for case in cases)


def test_every_table_has_a_rule() -> None:
    """No table outlives its rule."""
    assert {table.stem for table in _tables()} <= set(RULES)
