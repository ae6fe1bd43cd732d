"""Foreign text, made harmless: no control characters reach a terminal or a file."""

import re

# C0 and C1 controls less tab and newline, the escape that starts ANSI sequences
# included; directional overrides, which make a line read as another one; and lone
# surrogates, which no encoding holds.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def harmless(text: str) -> str:
    """Return text with harmful characters replaced by `�`."""
    return _HARMFUL.sub("�", text)


def harmful(text: str) -> bool:
    """Tell whether a text has characters that `harmless` replaces."""
    return _HARMFUL.search(text) is not None


def one_line(text: str) -> str:
    """Return a text made harmless that cannot begin a line of its own."""
    return harmless(" ".join(text.splitlines()))


def escaped(json: str) -> str:
    """Return JSON that means the same, with harmful characters as escapes."""
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
