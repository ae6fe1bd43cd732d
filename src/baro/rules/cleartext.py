"""What looks like a secret that somebody wrote down."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from baro.model.fieldpath import FieldPath, get, leaves
from baro.model.secret import is_digest, looks_secret

SHORTEST = 8
"""Characters of a value that is taken for a secret because of its key."""
LEAST_ENTROPY = 2.75
"""Bits per character."""

_FORMATS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "an npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
    "a JSON Web Token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a URL with a password": r"\b[a-z][a-z0-9+]*://[^\s:/@{$<]+:[^\s:/@{$<*]{6,}@",
}
_COMPILED = {what: re.compile(form) for what, form in _FORMATS.items()}
_NAMES_SOMETHING = re.compile(
    r"(?:name|ref|refs|file|path|dir|mount|url|uri|host|type|kind|class|policy|hash"
    r"|algorithm|mode|prefix|suffix|id|key|keys|store|provider|issuer|audience|scope"
    r"|scopes|version|namespace|field|property|label|expiry|expiration|ttl|lifetime)$"
    r"|^(?:existing|external|use|enable|create|generate|mount|image)",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(?:api|access|secret|private|encryption|signing)[-_]?key$", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"change[-_ ]?(?:me|it|this)|example|placeholder|dummy|redacted|your[-_ ]|<.*>"
    r"|x{4,}|\*{3,}|\.{3}|todo|insert|replace|fake|sample|not[-_ ]?(?:used|needed)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^(?:\$|%|@|/|\{\{|<|vault:|ref\+|sops:|ENC\[|arn:|https?://|file:|env:|secret:)"
)
_WORDS = re.compile(r"(?:[A-Za-z]+|[a-z]{4,}[0-9])(?:[-_./:][A-Za-z0-9]+)*[0-9]{0,2}")


class Clear(Struct, frozen=True):
    """What was found, how long it is, and whether its form alone proves it."""

    what: str
    length: int
    certain: bool


def clear_texts(values: Mapping[str, object]) -> Iterator[tuple[FieldPath, Clear]]:
    """Yield the places of what looks like a secret."""
    for path, value in leaves(values):
        if not isinstance(value, str) or not path or is_digest(value):
            continue
        clear = _by_form(value) or _by_name(_key(values, path), value)
        if clear is not None:
            yield path, clear


def _key(values: Mapping[str, object], path: FieldPath) -> str:
    """Return what a value is called; `value` is called by the name beside it.

    The `secretKey` of an ExternalSecret is itself a name.
    """
    names = [step for step in path if isinstance(step, str)]
    last = names[-1] if names else ""
    if last not in ("value", "secretKey"):
        return last
    beside = get(values, path[:-1])
    if not isinstance(beside, Mapping):
        return last
    if last == "secretKey":
        return "" if "remoteRef" in beside or "sourceRef" in beside else last
    name = beside.get("name")
    return name if isinstance(name, str) else ""


def _by_form(value: str) -> Clear | None:
    for what, form in _COMPILED.items():
        found = form.search(value)
        if found is None:
            continue
        # The host of a URL may well be an example, and its password real.
        told = found.group() if "://" in found.group() else value
        if not _PLACEHOLDER.search(told):
            return Clear(what, len(value), certain=True)
    return None


def _by_name(key: str, value: str) -> Clear | None:
    if not looks_secret(key) or not _literal(value):
        return None
    if _NAMES_SOMETHING.search(key) and not _KEYS.search(key):
        return None
    return Clear("a secret", len(value), certain=False)


def _literal(value: str) -> bool:
    """Tell whether a text is a secret itself rather than a name or a stand-in."""
    if len(value) < SHORTEST or any(char.isspace() for char in value):
        return False
    if _REFERENCE.search(value) or _PLACEHOLDER.search(value) or "{{" in value:
        return False
    if _WORDS.fullmatch(value) and _entropy(value) < 4:  # noqa: PLR2004 - bits
        return False
    letters = any(char.isalpha() for char in value)
    others = any(not char.isalpha() for char in value)
    return letters and others and _entropy(value) >= LEAST_ENTROPY


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
