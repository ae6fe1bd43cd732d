"""Gaps that say the same: one thing may be missing in many places."""

from collections.abc import Sequence

from baro.model.finding import Gap
from baro.report.messages import Sentences

FEW = 3
"""How many places, and how many subjects, are named one by one."""


def by_reason(gaps: Sequence[Gap]) -> list[list[Gap]]:
    """Return the gaps by what they say, and by what closes them."""
    found: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        found.setdefault((gap.reason, gap.closes_with), []).append(gap)
    return list(found.values())


def subjects(alike: Sequence[Gap], words: Sentences) -> str:
    """Return whom a gap concerns; the first ones, where it concerns many."""
    names = list(dict.fromkeys(gap.subject for gap in alike))
    text = ", ".join(names[:FEW])
    more = len(names) - FEW
    return f"{text} {words.MORE.format(count=more)}" if more > 0 else text
