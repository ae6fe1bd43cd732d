"""Rules' pages in Korean: all there, all Korean, and true to the English ones."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from baro.cli.explain import command as explain
from baro.cli.rules import command as rules
from baro.report.messages import LANGUAGES
from baro.report.pages import (
    HEADINGS,
    blocks,
    composed,
    filled,
    page,
    sections,
    title,
    translation,
)
from baro.report.terminal import render
from baro.rules.catalog import catalog
from baro.rules.rule import Rule
from tests.report.samples import FULL, SCHEMA

RULES = list(catalog().values())
KOREAN = HEADINGS["ko"]

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`]+`")
ENGLISH_RUN = re.compile(r"[A-Za-z][A-Za-z'./-]*(?: [A-Za-z][A-Za-z'./-]*){3,}")
ENGLISH_GLUE = re.compile(
    r"\b(the|a|an|is|are|was|be|of|to|in|on|it|its|that|which|and|or|not|no|with"
    r"|for|from|by|where|when|this)\b"
)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def prose(text: str) -> str:
    """Return the text without its fenced blocks."""
    return FENCED.sub("", text)


def spans(text: str) -> set[str]:
    """Return what stands between backticks in the prose, on one line each."""
    return {" ".join(span.split()) for span in SPAN.findall(prose(text))}


def lines_of(text: str) -> Iterator[str]:
    """Yield each line of prose, without what stands between backticks."""
    for line in SPAN.sub("", prose(text)).splitlines():
        if line.strip():
            yield line


def hangul(text: str) -> bool:
    """Tell whether a text holds a Korean syllable."""
    return any("가" <= sign <= "힣" for sign in text)


@each_rule
def test_every_rule_has_a_korean_page_with_the_sections(rule: Rule) -> None:
    """A title without a full stop, what is reported, why, and what to do."""
    own = translation(rule.id, "ko")
    head, told = sections(own)
    heading, _, introduction = head.partition("\n")

    assert re.fullmatch(r"# \S.*[^.\s]", heading)
    assert introduction.strip()
    assert set(told) <= set(KOREAN.values())
    assert told["왜 중요한가"].strip()
    assert told["조치"].strip()


@each_rule
def test_a_korean_page_is_put_together_like_the_english_one(rule: Rule) -> None:
    """Each English section has its Korean heading, in the same order."""
    _, english = sections(rule.page)
    _, korean = sections(page(rule.id, rule.page, "ko"))

    assert set(english) <= set(KOREAN)
    assert list(korean) == [KOREAN[heading] for heading in english]
    for heading, body in english.items():
        assert blocks(korean[KOREAN[heading]]) == blocks(body)


@each_rule
def test_a_korean_page_has_prose_wherever_the_english_one_has(rule: Rule) -> None:
    """A section that only quotes in English only quotes in Korean."""
    _, english = sections(rule.page)
    _, korean = sections(page(rule.id, rule.page, "ko"))

    assert {h for h, body in korean.items() if prose(body).strip()} == {
        KOREAN[h] for h, body in english.items() if prose(body).strip()
    }


@each_rule
def test_an_empty_fence_stands_for_each_block_or_for_none(rule: Rule) -> None:
    """Where a section places blocks, it places all of them."""
    _, english = sections(rule.page)
    _, told = sections(translation(rule.id, "ko"))
    for heading, body in english.items():
        fences = FENCED.findall(told.get(KOREAN[heading], ""))

        assert set(fences) <= {"```\n```"}
        assert len(fences) in {0, len(blocks(body))}


@each_rule
def test_names_and_quotes_stay_as_they_are(rule: Rule) -> None:
    """What stands between backticks is the same in both languages."""
    assert spans(translation(rule.id, "ko")) == spans(rule.page)


@each_rule
def test_no_english_sentence_is_left_over(rule: Rule) -> None:
    """Every line is Korean; English in it is a name, not a phrase."""
    for line in lines_of(translation(rule.id, "ko")):
        assert hangul(line), line
        assert not ENGLISH_RUN.search(line), line
        assert not ENGLISH_GLUE.search(line), line


@each_rule
def test_sentences_end_politely(rule: Rule) -> None:
    """Each line of prose is one of whole sentences."""
    _, told = sections(translation(rule.id, "ko"))
    for body in told.values():
        for line in lines_of(body):
            assert re.search(r"(다|세요)\.$", line), line


@each_rule
def test_the_title_fits_a_line_of_the_list(rule: Rule) -> None:
    """It is Korean, and no wider than a terminal beside the id."""
    assert hangul(title(rule.id, "ko"))
    assert cell_len(title(rule.id, "ko")) <= 80


@each_rule
def test_explain_prints_the_korean_page(rule: Rule) -> None:
    """The id, the title as a sentence, the severity, the layer and the state."""
    ran = CliRunner().invoke(explain, [rule.id, "--lang", "ko", "--color", "never"])
    lines = ran.output.splitlines()

    assert ran.exit_code == 0
    assert ran.output.endswith(page(rule.id, rule.page, "ko").partition("\n")[2])
    assert lines[0] == f"# {rule.id}"
    assert lines[2] == f"{title(rule.id, 'ko')}."
    assert hangul(lines[4])
    assert str(rule.layer) in lines[4]
    assert str(rule.needs) in lines[4]


def test_explain_speaks_korean_in_colour() -> None:
    """What rich draws of the Markdown holds the text of the page."""
    ran = CliRunner().invoke(
        explain, ["duplicate-key", "--color", "always"], env={"BARO_LANG": "ko"}
    )

    assert ran.exit_code == 0
    assert "마지막 것이 이깁니다." in ran.output


def test_rules_lists_korean_titles_in_columns() -> None:
    """Every title begins in the same column; the ids stay."""
    ran = CliRunner().invoke(rules, ["--lang", "ko"])
    listed = {}
    for line in ran.output.splitlines():
        if line.startswith("  "):
            rule_id, _, name = line.split(maxsplit=2)
            listed[rule_id] = name

    assert ran.exit_code == 0
    assert listed == {rule.id: title(rule.id, "ko") for rule in RULES}
    columns = {
        cell_len(line.removesuffix(name))
        for line, name in zip(
            (line for line in ran.output.splitlines() if line.startswith("  ")),
            listed.values(),
            strict=True,
        )
    }
    assert len(columns) == 1
    assert f"규칙 {len(RULES)}개" in ran.output


def test_rules_as_json_are_the_same_in_every_language() -> None:
    """A machine reads them."""
    korean = CliRunner().invoke(rules, ["--format", "json", "--lang", "ko"])

    assert korean.output == CliRunner().invoke(rules, ["--format", "json"]).output


def test_a_korean_report_says_what_each_rule_is() -> None:
    """The title stands below the head, and only where there is one."""
    lines = render(FULL, language="ko").splitlines()
    head = next(i for i, line in enumerate(lines) if SCHEMA.rule in line)
    guess = next(i for i, line in enumerate(lines) if "hook-never-finishes" in line)

    assert lines[head + 1] == f"  {title(SCHEMA.rule, 'ko')}"
    assert lines[guess + 1].startswith("  waits for")
    assert title(SCHEMA.rule, "ko") not in render(FULL)


def test_no_page_is_left_of_a_rule_that_is_gone() -> None:
    """The folder holds the catalog's rules and nothing else."""
    kept = {file.name for file in (files("baro.report.pages") / "ko").iterdir()}

    assert kept == {f"{rule.id}.md" for rule in RULES}


def test_every_language_but_english_has_headings() -> None:
    """Who adds a language is told about its pages."""
    assert set(HEADINGS) == set(LANGUAGES) - {"en"}


def test_a_page_that_is_not_translated_is_the_english_one() -> None:
    """Neither an unknown language nor an unknown rule is an error."""
    assert page("duplicate-key", "English.\n", "en") == "English.\n"
    assert page("duplicate-key", "English.\n", "tlh") == "English.\n"
    assert page("of-a-later-release", "English.\n", "ko") == "English.\n"
    assert title("of-a-later-release", "ko") == ""


def test_a_heading_inside_a_block_is_no_heading() -> None:
    """A YAML comment may begin with two signs."""
    text = (
        "Title.\n\n## Flagged\n\n```yaml\n## not a heading\na: 1\n```\n\n## Seen as\n"
    )

    assert list(sections(text)[1]) == ["Flagged", "Seen as"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", "```text\n1\n```\n\n```text\n2\n```"),
        ("글.\n", "글.\n\n```text\n1\n```\n\n```text\n2\n```"),
        ("```\n```\n\n글.\n", "```text\n1\n```\n\n글.\n\n```text\n2\n```"),
        ("글.\n\n```\n```\n\n```\n```\n", "글.\n\n```text\n1\n```\n\n```text\n2\n```"),
        (
            "```\n```\n```\n```\n```\n```\n글.",
            "```text\n1\n```\n```text\n2\n```\n\n글.",
        ),
    ],
    ids=["no prose", "no fence", "one of two", "all", "more fences than blocks"],
)
def test_blocks_go_where_a_fence_is_or_to_the_end(told: str, expected: str) -> None:
    """No block is lost, and none comes twice."""
    assert filled(told, ["```text\n1\n```", "```text\n2\n```"]) == expected


def test_a_section_without_a_name_in_the_language_keeps_its_own() -> None:
    """A new section shows at least its blocks."""
    text = composed("# 제목\n\n글.\n", "T.\n\n## New\n\nWords.\n\n```sh\nls\n```\n", {})

    assert text == "제목.\n\n글.\n\n## New\n\n```sh\nls\n```\n"
