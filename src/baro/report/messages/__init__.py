"""The fixed sentences of every voice, in English and Korean.

One module per language; each holds the same names.
"""

from importlib import import_module
from typing import Protocol

from baro.model.finding import Severity

LANGUAGES = ("en", "ko")


class Sentences(Protocol):
    """What a language module holds; `{}` fields are named."""

    ERROR: str
    WARNING: str
    NOTE: str
    GAP: str
    FIX: str
    CLOSES_WITH: str
    ACCEPTED: str
    KNOWN: str
    CLEAN: str
    CLEAN_BUT_GAPS: str
    NOTHING_NEW: str
    COUNTS: str
    SCALE: str
    SKIPPED: str
    PAGE: str
    POSSIBLE: str
    LIKELY: str
    SUBJECT: str
    PLACE: str
    WHAT: str
    FINDINGS: str
    GAPS: str
    GAPS_ARE: str
    MORE_PLACES: str
    MORE: str
    PLACES: str
    RULE: str
    RULES: str


def sentences(language: str) -> Sentences:
    """Return a language's sentences; English for one that we do not speak."""
    known = language if language in LANGUAGES else "en"
    module: Sentences = import_module(f"{__name__}.{known}")
    return module


def word_of(severity: Severity, words: Sentences) -> str:
    """Return a severity in the language's word."""
    match severity:
        case Severity.ERROR:
            return words.ERROR
        case Severity.WARNING:
            return words.WARNING
        case Severity.NOTE:
            return words.NOTE
