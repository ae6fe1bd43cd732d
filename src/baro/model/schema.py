"""What a chart's values.schema.json says about a place, and Helm's account of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.model.fieldpath import FieldPath, get
from baro.model.tolerant import mapping, sequence

ITEM = "[]"
"""The step from a list to any of its items."""
DEEPEST = 12
MOST = 20_000
"""Places that a search of one schema visits at most."""

Place = tuple[str, ...]

_LINE = re.compile(r"- at '([^']*)': (.*)")
_BLOCK = re.compile(r"(\S+):")
_EXTRA = re.compile(r"additional (?:property|properties) (.+) not allowed")
_MISSING = re.compile(r"missing (?:property|properties) (.+)")
_QUOTED = re.compile(r"'([^']*)'")
_COMBINED = ("allOf", "anyOf", "oneOf")


class Violation(Struct, frozen=True):
    """One line of Helm's account.

    `chart` is the (sub-)chart whose schema it is, `path` the place in that chart's
    values, `extra` the keys that are not allowed there, `missing` those that lack.
    """

    chart: str
    path: FieldPath
    text: str
    extra: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def violations(message: str) -> Iterator[Violation]:
    """Yield the violations in a schema failure of Helm 3.18.5 and later."""
    chart = ""
    found: Violation | None = None
    for line in message.splitlines():
        match = _LINE.fullmatch(line.rstrip())
        if match is not None:
            if found is not None:
                yield found
            found = _violation(chart, match.group(1), match.group(2))
        elif line.startswith("  ") and found is not None:
            text = f"{found.text}; {line.strip().removeprefix('- ')}"
            found = Violation(chart, found.path, text)
        elif block := _BLOCK.fullmatch(line.strip()):
            if found is not None:
                yield found
            chart, found = block.group(1), None
    if found is not None:
        yield found


def _violation(chart: str, pointer: str, text: str) -> Violation:
    path = tuple(
        int(step) if step.isdigit() else step.replace("~1", "/").replace("~0", "~")
        for step in pointer.split("/")[1:]
    )
    extra, missing = _EXTRA.fullmatch(text), _MISSING.fullmatch(text)
    return Violation(
        chart,
        path,
        text,
        tuple(_QUOTED.findall(extra.group(1))) if extra else (),
        tuple(_QUOTED.findall(missing.group(1))) if missing else (),
    )


def allowed(schema: Mapping[str, Any], path: FieldPath) -> list[str]:
    """Return the keys that a schema names at a place, sorted."""
    places = _variants(schema, schema)
    for step in path:
        places = [
            variant
            for place in places
            for child in _children(place, step)
            for variant in _variants(schema, child)
        ]
    return sorted({key for place in places for key in _properties(place)})


def elsewhere(schema: Mapping[str, Any], path: FieldPath, key: str) -> str:
    """Return the nearest other place that has a key, as `ingress.extraHosts[].key`.

    Nearest is what shares the longest beginning with `path`; what shares nothing is
    no answer, except for a key at the root.
    """
    here = tuple(ITEM if isinstance(step, int) else step for step in path)
    best: tuple[int, int, Place] | None = None
    for place in places(schema):
        if place[-1] != key or place[:-1] == here:
            continue
        shared = _shared(here, place)
        if here and not shared:
            continue
        rank = (-shared, len(place), place)
        best = rank if best is None else min(best, rank)
    return written(best[2]) if best is not None else ""


def written(place: Sequence[str]) -> str:
    """Write a place as people do: `ingress.extraHosts[].pathType`."""
    return ".".join(place).replace(f".{ITEM}", ITEM)


def _shared(one: Place, other: Place) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def places(schema: Mapping[str, Any]) -> Iterator[Place]:
    """Yield every place that a schema names, near ones first."""
    waiting: list[tuple[Place, Any]] = [((), schema)]
    visited = 0
    while waiting and visited < MOST:
        place, raw = waiting.pop(0)
        if len(place) > DEEPEST:
            continue
        for variant in _variants(schema, raw):
            for key, child in _properties(variant).items():
                visited += 1
                yield (*place, key)
                waiting.append(((*place, key), child))
            if isinstance(variant.get("items"), Mapping):
                waiting.append(((*place, ITEM), variant["items"]))


def _variants(root: Mapping[str, Any], schema: object) -> list[Mapping[str, Any]]:
    """Return a schema and all that it refers to or combines."""
    found: list[Mapping[str, Any]] = []
    waiting, seen = [schema], set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Mapping) or id(one) in seen:
            continue
        seen.add(id(one))
        found.append(one)
        waiting.extend(part for name in _COMBINED for part in sequence(one.get(name)))
        waiting.extend(one.get(name) for name in ("then", "else"))
        reference = one.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            waiting.append(_pointed(root, reference))
    return found


def _pointed(root: Mapping[str, Any], reference: str) -> object:
    steps = [s.replace("~1", "/").replace("~0", "~") for s in reference.split("/")[1:]]
    return get(root, tuple(steps))


def _children(schema: Mapping[str, Any], step: str | int) -> Iterator[object]:
    if isinstance(step, int):
        yield schema.get("items")
        return
    if step in _properties(schema):
        yield _properties(schema)[step]
        return
    for pattern, child in mapping(schema.get("patternProperties")).items():
        if _search(pattern, step):
            yield child
    yield schema.get("additionalProperties")


def _search(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(schema.get("properties"))
