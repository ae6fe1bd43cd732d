"""Every reason can be said, in every language, with its own values."""

from string import Formatter

import pytest

from baro.report.messages import routing_en, routing_ko
from baro.report.messages.routing import sentence
from baro.routing.reasons import REASONS, Code, Reason, because


def used(text: str) -> set[str]:
    """Return the fields that a sentence uses."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_fields_and_sentences(code: Code) -> None:
    """A sentence uses only the values that its reason has."""
    for sentences in (routing_en.REASONS, routing_ko.REASONS):
        assert used(sentences[code]) <= set(REASONS[code])
    values = tuple(f"<{name}>" for name in REASONS[code])
    for language in ("en", "ko"):
        said = sentence(Reason(code, values), language)
        assert "{" not in said
        assert said == said.strip()


def test_a_reason_with_too_few_values_cannot_be_made() -> None:
    """What a sentence needs is asked for at the place that makes the reason."""
    with pytest.raises(ValueError, match="takes"):
        because(Code.EXACT_PATH)


def test_the_name_that_was_probably_meant_is_added_only_where_there_is_one() -> None:
    """A misspelt annotation is told together with its likely name."""
    known = because(Code.ANNOTATION_UNKNOWN, "n/rewrite-targets", "n/rewrite-target")
    unknown = because(Code.ANNOTATION_UNKNOWN, "n/zzz", "")
    assert sentence(known).endswith("perhaps n/rewrite-target is meant")
    assert sentence(unknown) == "n/zzz is unknown and has no effect"
    assert sentence(unknown, "xx") == sentence(unknown)
