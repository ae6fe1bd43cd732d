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
