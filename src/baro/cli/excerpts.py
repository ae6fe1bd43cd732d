"""The source lines that findings point at."""

from collections.abc import Iterable
from pathlib import Path

from baro.model.finding import Finding
from baro.model.text import Location

_LONGEST = 4 * 1024 * 1024
"""Bytes of a file that is read for an excerpt."""
_WIDEST = 160
"""Characters of a line that is shown."""


def excerpts(findings: Iterable[Finding]) -> dict[Location, str]:
    """Return the line of each place in the working tree that can be read."""
    lines: dict[str, list[str]] = {}
    found: dict[Location, str] = {}
    for finding in findings:
        for evidence in finding.evidence:
            place = evidence.location
            if place is None or place.line is None or place.revision:
                continue
            if place.file not in lines:
                lines[place.file] = _lines(Path(place.file))
            if place.line <= len(lines[place.file]):
                found[place] = lines[place.file][place.line - 1][:_WIDEST]
    return found


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > _LONGEST:
            return []
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
