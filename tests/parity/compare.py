"""What differs between two outlines, and which differences are known, and why."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.parity.outline import Outline

KNOWN = Path(__file__).parent / "known_differences.yaml"
ABSENT = "(nothing)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same: `Application web: spec.project`."""

    case: str
    field: str
    argocd: Any
    baro: Any

    def __str__(self) -> str:
        """Return the difference as a test shows it."""
        return (
            f"{self.case}: {self.field}\n"
            f"  Argo CD  {self.argocd!r}\n  baro     {self.baro!r}"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Differences that are meant; `cases` and `field` may hold wildcards."""

    suite: str
    cases: str
    field: str
    reason: str
    argocd: str = "*"
    baro: str = "*"

    def covers(self, suite: str, difference: Difference) -> bool:
        """Tell whether a difference is one of these."""
        return suite == self.suite and all(
            fnmatch.fnmatchcase(str(value), pattern)
            for value, pattern in (
                (difference.case, self.cases),
                (difference.field, self.field),
                (difference.argocd, self.argocd),
                (difference.baro, self.baro),
            )
        )


def known_differences() -> tuple[Known, ...]:
    """Return the differences that are listed."""
    return tuple(Known(**one) for one in yaml.safe_load(KNOWN.read_text()) or ())


def differences(case: str, argocd: Outline, baro: Outline) -> list[Difference]:
    """Return every field in which two outlines differ, the deepest of its kind."""
    return [
        Difference(case, field, one, other)
        for subject in sorted(argocd.keys() | baro.keys())
        for field, one, other in _unlike(
            subject, argocd.get(subject, ABSENT), baro.get(subject, ABSENT)
        )
    ]


def _unlike(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted(one.keys() | other.keys()):
            below = f"{path}: {key}" if ": " not in path else f"{path}.{key}"
            yield from _unlike(below, one.get(key, ABSENT), other.get(key, ABSENT))
    elif path.endswith(": refuses") and one and set(one) <= set(other):
        return  # Argo CD names the first reason for each set, baro every one.
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _unlike(f"{path}[{index}]", *pair)
    elif not _same(one, other):
        yield path, one, other


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are one in JSON: 1 and 1.0 are, 1 and true are not."""
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def unlisted(
    suite: str, found: Iterable[Difference], known: Iterable[Known]
) -> list[Difference]:
    """Return the differences that nobody has given a reason for."""
    listed = tuple(known)
    return [
        one for one in found if not any(entry.covers(suite, one) for entry in listed)
    ]
