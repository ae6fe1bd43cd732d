"""Versions and constraints as Argo CD and Helm compare them."""

# Masterminds/semver v3.4: version.go, constraints.go

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from msgspec import Struct

_VERSION = re.compile(
    r"v?(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+))?(?:\.(?P<patch>[0-9]+))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+(?P<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_BOUND = (
    r"v?([0-9|xX*]+)(\.[0-9|xX*]+)?(\.[0-9|xX*]+)?"
    r"(-(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+(?:[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_OPERATOR = r"(?:=||!=|>|<|>=|=>|<=|=<|~|~>|\^)"
_FIRST = rf"\s?{_OPERATOR}\s?{_BOUND}\s?"
_NEXT = rf"(?:\s|,\s?){_OPERATOR}\s?{_BOUND}\s?"
_VALID = re.compile(rf"{_FIRST}(?:{_NEXT})*")
_EACH = re.compile(rf"({_OPERATOR})\s?{_BOUND}")
_RANGE = re.compile(rf"\s?(?P<low>{_BOUND})\s-\s(?P<high>{_BOUND})\s?")
_SPACES = re.compile(r"[\t\n\f\r ]+")
_ANY = frozenset("xX*")
_LARGEST = 1 << 64
_LONGEST = 256
"""Characters of a version or constraint; longer ones are names."""


class Version(Struct, frozen=True):
    """A version; missing parts are 0, the build part does not count."""

    major: int
    minor: int
    patch: int
    pre: str
    text: str

    @property
    def order(self) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
        """Return what versions are compared by: a prerelease is below its release."""
        return (self.major, self.minor, self.patch, not self.pre, _ranks(self.pre))


def _ranks(pre: str) -> tuple[tuple[bool, int, str], ...]:
    """Return the parts of a prerelease: numbers are below words, more is above."""
    if not pre:
        return ()
    return tuple(
        (False, int(part), "") if part.isdigit() else (True, 0, part)
        for part in pre.split(".")
    )


@lru_cache(maxsize=65536)
def version(text: str) -> Version | None:
    """Read a version such as `v1.2`; None where it is none."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch = (int(found[p] or 0) for p in ("major", "minor", "patch"))
    pre = found["pre"] or ""
    zeros = (p for p in pre.split(".") if len(p) > 1 and p[0] == "0" and p.isdigit())
    if max(major, minor, patch) >= _LARGEST or any(zeros):
        return None
    return Version(major, minor, patch, pre, text)


def malformed(text: str) -> bool:
    """Tell whether a text that looks like a version is none: `1.0-01`.

    One tag of that kind keeps Argo CD from resolving any constraint.
    """
    return version(text) is None and _VERSION.fullmatch(text) is not None


class _Bound(Struct, frozen=True):
    """One comparison. `parts` tells how much of the version is written: 0 is `*`."""

    operator: str
    version: Version
    parts: int

    @property
    def whole(self) -> bool:
        return self.parts == len(("major", "minor", "patch"))

    @property
    def minor_open(self) -> bool:
        return self.parts == 1

    @property
    def patch_open(self) -> bool:
        return self.parts == len(("major", "minor"))

    def admits(self, candidate: Version, *, prereleases: bool) -> bool:
        if candidate.pre and not prereleases:
            return False
        return _COMPARISONS[self.operator](candidate, self)


class Constraint(Struct, frozen=True):
    """Alternatives (`||`) of comparisons that must all hold."""

    alternatives: tuple[tuple[_Bound, ...], ...]

    def admits(self, candidate: Version) -> bool:
        """Tell whether a version fits; prereleases only where a bound has one."""
        return any(
            all(
                bound.admits(
                    candidate, prereleases=any(b.version.pre for b in alternative)
                )
                for bound in alternative
            )
            for alternative in self.alternatives
        )


@lru_cache(maxsize=4096)
def constraint(text: str) -> Constraint | None:
    """Read a constraint such as `>=1.0, <2` or `1.x`; None where it is none."""
    if len(text) > _LONGEST:
        return None
    text = _SPACES.sub(" ", text)
    text = _RANGE.sub(lambda m: f">= {m['low']}, <= {m['high']} ", text)
    alternatives = []
    for part in text.split("||"):
        if _VALID.fullmatch(part) is None:
            return None
        bounds = [_bound(each) for each in _EACH.finditer(part)]
        if None in bounds:
            return None
        alternatives.append(tuple(b for b in bounds if b is not None))
    return Constraint(tuple(alternatives))


def _bound(found: re.Match[str]) -> _Bound | None:
    operator, major, minor, patch, pre = found.groups()
    written = (major, (minor or "")[1:], (patch or "")[1:])
    parts = next((i for i, part in enumerate(written) if not part or part in _ANY), 3)
    numbers = ".".join((*written[:parts], *("0" for _ in range(3 - parts))))
    limit = version(f"{numbers}{pre or ''}")
    return _Bound(operator, limit, parts) if limit is not None else None


def _unequal(candidate: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.minor_open:
        return candidate.major != limit.major
    if bound.patch_open:
        here = (candidate.major, candidate.minor, candidate.pre)
        return here != (limit.major, limit.minor, limit.pre)
    return candidate.order != limit.order


def _above(candidate: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.minor_open or bound.patch_open:
        if candidate.major != limit.major:
            return candidate.major > limit.major
        return bound.patch_open and candidate.minor > limit.minor
    return candidate.order > limit.order


def _not_above(candidate: Version, bound: _Bound) -> bool:
    limit = bound.version
    if bound.whole:
        return candidate.order <= limit.order
    if candidate.major != limit.major:
        return candidate.major < limit.major
    return candidate.minor <= limit.minor or bound.minor_open


def _near(candidate: Version, bound: _Bound) -> bool:
    """Compare as `~` does: the last written part may grow."""
    limit = bound.version
    if candidate.order < limit.order:
        return False
    open_ended = bound.minor_open or bound.patch_open
    if (limit.major, limit.minor, limit.patch) == (0, 0, 0) and not open_ended:
        return True
    if candidate.major != limit.major:
        return False
    return candidate.minor == limit.minor or bound.minor_open


def _equal(candidate: Version, bound: _Bound) -> bool:
    if bound.whole:
        return candidate.order == bound.version.order
    return _near(candidate, bound)


def _compatible(candidate: Version, bound: _Bound) -> bool:
    """Compare as `^` does: the first part that is not 0 stays."""
    limit = bound.version
    if candidate.order < limit.order:
        return False
    if limit.major > 0 or bound.minor_open:
        return candidate.major == limit.major
    if candidate.major > 0:
        return False
    if limit.minor > 0 or bound.patch_open:
        return candidate.minor == limit.minor
    return candidate.minor == 0 and candidate.patch == limit.patch


_COMPARISONS: dict[str, Callable[[Version, _Bound], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _unequal,
    ">": _above,
    "<": lambda candidate, bound: candidate.order < bound.version.order,
    ">=": lambda candidate, bound: candidate.order >= bound.version.order,
    "=>": lambda candidate, bound: candidate.order >= bound.version.order,
    "<=": _not_above,
    "=<": _not_above,
    "~": _near,
    "~>": _near,
    "^": _compatible,
}


def highest(wanted: Constraint, texts: Iterable[str]) -> str | None:
    """Return the highest of the versions that fit, as written; the first of equals."""
    best: Version | None = None
    for text in texts:
        candidate = version(text)
        if (
            candidate is not None
            and wanted.admits(candidate)
            and (best is None or candidate.order > best.order)
        ):
            best = candidate
    return best.text if best is not None else None
