"""Slugs of branch names."""

# github.com/gosimple/slug: slug.go, Make, with Argo CD's settings for pull requests

import re
import unicodedata

LONGEST = 50
_WORDS = {"&": "and", "@": "at", "_": "-"}
_REFUSED = re.compile(r"[^a-z0-9-_]+")
_DASHES = re.compile(r"-+")


def slug(name: str) -> str:
    """Return a branch name as one DNS label; cut at a dash.

    Letters with accents lose them. Other scripts, which Argo CD transliterates, turn
    into dashes: state `branch_slug` in the fixture where that matters.
    """
    replaced = "".join(_WORDS.get(character, character) for character in name.strip())
    ascii_only = unicodedata.normalize("NFKD", replaced).encode("ascii", "ignore")
    text = _DASHES.sub("-", _REFUSED.sub("-", ascii_only.decode().lower()))
    return _cut(text.strip("-_"))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    dash = text.rfind("-", 0, LONGEST + 1)
    return text[: dash if dash >= 0 else LONGEST]
