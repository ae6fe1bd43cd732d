"""Helm's refusals: their kinds, and their text, bounded."""

import re

from baro.model.expansion import FailureKind

SCHEMA_HEADER = "values don't meet the specifications of the schema(s)"
LONGEST = 8_000
"""Characters of a message; a recursive include makes one of 100 KB."""

_EXTRA = re.compile(r"additional properties (.*) not allowed$")
_KINDS = (
    (re.compile(re.escape(SCHEMA_HEADER)), FailureKind.SCHEMA),
    (re.compile(r"chart requires kubeVersion|invalid kube"), FailureKind.KUBE_VERSION),
    (re.compile(r"an error occurred while checking for ch"), FailureKind.DEPENDENCY),
    (re.compile(r"chart dependencies processing|failed to pa"), FailureKind.VALUES),
    (re.compile(r"YAML parse error|unable to build kub"), FailureKind.OUTPUT),
    (
        re.compile(
            r"Chart\.yaml file is missing|validation: |cannot load |chart\.metadata"
            r"|.* charts are not installable|error reading |.*decompressed chart"
            r"|invalid chart apiVersion"
        ),
        FailureKind.CHART,
    ),
)


def kind_of(message: str) -> FailureKind:
    """Return what `helm template` complains about, by the begin of its message."""
    for pattern, kind in _KINDS:
        if pattern.match(message):
            return kind
    return FailureKind.RENDER


def worded(message: str) -> str:
    """Return a message of Helm as it is passed on: bounded, and always the same.

    The validator of schemas goes through a map, so that its order is a matter of
    chance.
    """
    if message.startswith(SCHEMA_HEADER):
        head, *lines = message.rstrip().split("\n")
        message = "\n".join((head, *_ordered(lines)))
    return shortened(message.rstrip())


def _ordered(lines: list[str]) -> list[str]:
    """Return an indented list with its siblings in order, chart by chart."""
    blocks: list[list[str]] = []
    for line in lines:
        if line.startswith(" ") and blocks:
            blocks[-1].append(line[2:])
        else:
            blocks.append([line])
    result: list[str] = []
    siblings: list[list[str]] = []
    for first, *below in (*blocks, [""]):
        if first.startswith("- "):
            inner = [f"  {line}" for line in _ordered(below)]
            siblings.append([_EXTRA.sub(_in_order, first), *inner])
            continue
        result += [line for block in sorted(siblings) for line in block]
        siblings = []
        result += [line for line in (first, *below) if line]
    return result


def _in_order(match: re.Match[str]) -> str:
    names = sorted(match[1].split(", "))
    return f"additional properties {', '.join(names)} not allowed"


def shortened(message: str) -> str:
    """Return a message whose middle is left out where it is too long."""
    if len(message) <= LONGEST:
        return message
    half = LONGEST // 2
    dropped = len(message) - 2 * half
    return f"{message[:half]} […{dropped} characters…] {message[-half:]}"
