"""Foreign text, made harmless: no control characters reach a terminal or a file."""

import re

# C0 and C1 controls less tab and newline, the escape that starts ANSI sequences
# included; separators that some readers take for newlines; directional marks and
# overrides, which make a line read as another one; and lone surrogates, which no
# encoding holds.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
LONGEST = 2000
"""Characters of one line that is shown to a person."""
_NEWLINE = "⏎"


def harmless(text: str) -> str:
    """Return text with harmful characters replaced by `�`."""
    return _HARMFUL.sub("�", text)


def harmful(text: str) -> bool:
    """Tell whether a text has characters that `harmless` replaces."""
    return _HARMFUL.search(text) is not None


def flat(text: str) -> str:
    """Return a text as one harmless line of the same length; `⏎` is a newline."""
    return harmless(text.replace("\n", _NEWLINE))


def clipped(text: str) -> str:
    """Return a text without its middle where it is too long for a line."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} […] {text[-half:]}"


def one_line(text: str) -> str:
    """Return a text made harmless that cannot begin a line of its own."""
    return harmless(" ".join(text.splitlines()))


def escaped(json: str) -> str:
    """Return JSON that means the same, with harmful characters as escapes."""
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
