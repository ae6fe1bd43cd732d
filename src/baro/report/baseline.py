"""The findings that were there before: only new ones count."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from baro.errors import InputError
from baro.model.finding import Finding
from baro.report.fingerprint import fingerprint
from baro.report.json_v1 import encode

SCHEMA = "baro/baseline/v1"

_LONGEST = 64 * 1024 * 1024
"""Bytes of a file of known findings."""


class Known(msgspec.Struct, frozen=True):
    """One finding of the baseline; rule, subject and message are for readers."""

    fingerprint: str
    rule: str
    subject: str
    message: str


class Baseline(msgspec.Struct, frozen=True):
    """The whole file."""

    schema: str
    findings: list[Known]


def read(path: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline file.

    Raises:
        InputError: the file is not there or is not a baseline.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise InputError(f"larger than {_LONGEST >> 20} MiB", where=str(path))
        baseline = msgspec.json.decode(content, type=Baseline)
    except OSError as error:
        raise InputError(
            f"cannot read the baseline: {error.strerror}",
            where=str(path),
            hint="write one with --write-baseline FILE",
        ) from error
    except msgspec.MsgspecError as error:
        raise InputError(
            f"not a baseline: {error}",
            where=str(path),
            hint="write one with --write-baseline FILE",
        ) from error
    if baseline.schema != SCHEMA:
        raise InputError(
            f"baseline of an unknown form {baseline.schema!r}",
            where=str(path),
            hint=f"this baro reads {SCHEMA!r}",
        )
    return frozenset(known.fingerprint for known in baseline.findings)


def write(findings: Iterable[Finding]) -> str:
    """Return the text of a baseline that holds these findings."""
    known = sorted(
        (Known(fingerprint(f), f.rule, str(f.subject), f.message) for f in findings),
        key=lambda k: (k.rule, k.subject, k.message),
    )
    return encode(Baseline(SCHEMA, known))


def split(
    findings: Sequence[Finding], known: Collection[str]
) -> tuple[list[Finding], list[Finding]]:
    """Return the new findings, and the known ones."""
    new = [f for f in findings if fingerprint(f) not in known]
    old = [f for f in findings if fingerprint(f) in known]
    return new, old
