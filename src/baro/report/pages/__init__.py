"""The rules' pages in other languages; the English one is the rule's docstring.

A file `<language>/<rule-id>.md` holds prose: the title, what the rule reports, and
the sections that explain. Examples and quoted messages are taken from the English
page whenever a page is put together, so that they cannot drift from it. An empty
fence in the prose says where the next block of the English section belongs; blocks
that no fence places follow the prose.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

HEADINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ko": MappingProxyType(
            {
                "Why it matters": "왜 중요한가",
                "Flagged": "지적되는 예",
                "Accepted": "괜찮은 예",
                "How to fix": "조치",
                "Seen as": "이렇게 보입니다",
            }
        )
    }
)
"""What each section of an English page is called, by language."""

_HEADING = re.compile(r"^```.*?^```$|^## ([^\n]+)\n", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```\w+\n.*?^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```\n```$", re.MULTILINE)


def page(rule_id: str, english: str, language: str) -> str:
    """Return a rule's page in a language: its title, a blank line, and the rest.

    A page that is not translated is the English one.
    """
    prose = translation(rule_id, language)
    return composed(prose, english, HEADINGS[language]) if prose else english


def title(rule_id: str, language: str) -> str:
    """Return a rule's title without a full stop; nothing if it is not translated."""
    return translation(rule_id, language).partition("\n")[0].removeprefix("# ")


@cache
def translation(rule_id: str, language: str) -> str:
    """Return the prose of a rule's page; nothing if it is not translated."""
    if language not in HEADINGS:
        return ""
    file = files(__name__) / language / f"{rule_id}.md"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def composed(prose: str, english: str, headings: Mapping[str, str]) -> str:
    """Put prose and the blocks of the English page together, in the latter's order."""
    head, told = sections(prose)
    _, original = sections(english)
    name, _, rest = head.partition("\n")
    parts = [f"{name.removeprefix('# ')}.", rest]
    for heading, body in original.items():
        own = headings.get(heading, heading)
        parts += [f"## {own}", filled(told.get(own, ""), blocks(body))]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def sections(text: str) -> tuple[str, dict[str, str]]:
    """Return what comes before the first heading, and the text below each."""
    found = [match for match in _HEADING.finditer(text) if match[1]]
    if not found:
        return text, {}
    ends = [match.start() for match in found[1:]] + [len(text)]
    bodies = {
        match[1]: text[match.end() : end]
        for match, end in zip(found, ends, strict=True)
    }
    return text[: found[0].start()], bodies


def blocks(section: str) -> list[str]:
    """Return the fenced blocks of a section, with their fences."""
    return _BLOCK.findall(section)


def filled(prose: str, quoted: list[str]) -> str:
    """Return the prose with a block in each empty fence, and the others below it."""
    left = iter(quoted)
    text = _FENCE.sub(lambda _: next(left, ""), prose)
    return "\n\n".join(part.strip("\n") for part in (text, *left) if part.strip())
