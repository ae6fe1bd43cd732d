"""The merge generator: parameter sets of one generator, changed by others."""

# Argo CD: applicationset/generators/merge.go

import json
from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.generators.generator import (
    Combination,
    Params,
    Refusal,
    Result,
    Surroundings,
)
from baro.expand.generators.transform import Entry, children, merged
from baro.model.fieldpath import FieldPath

_LEAST = 2
_BY_KEY = "error getting param sets by merge key: "
_NOT_UNIQUE = (
    "the parameters from a generator were not unique by the given mergeKeys, "
    "Merge requires all param sets to be unique. Duplicate key was "
)


def combine(
    specs: Sequence[Mapping[str, Any]],
    path: FieldPath,
    around: Surroundings,
    depth: int,
) -> list[Result]:
    """Return, for each spec, the sets of its first generator with the others' merged.

    Sets meet where all `mergeKeys` are equal; later generators win.
    """
    return [_merge(spec, path, around, depth) for spec in specs]


def _merge(
    spec: Mapping[str, Any], path: FieldPath, around: Surroundings, depth: int
) -> Result:
    generators = spec.get("generators") or ()
    at = (*path, "generators")
    if len(generators) < _LEAST:
        message = "found less than two generators, Merge requires two or more"
        return Refusal(message, at, around.locate(at))
    given: list[list[Params]] = []
    for index, body in enumerate(generators):
        place = (*at, index)
        entries = [Entry.of(body)]
        (result,) = children(entries, place, around, depth + 1)
        if isinstance(result, Refusal):
            return result.within(
                "error getting param sets from generators: error getting params from "
                f"generator {index + 1} of {len(generators)}: "
            )
        given.append(result)
    return _united(given, spec.get("mergeKeys") or (), path, around)


def _united(
    given: Sequence[list[Params]],
    keys: Sequence[str],
    path: FieldPath,
    around: Surroundings,
) -> Result:
    base = _by_key(given[0], keys, path, around)
    if isinstance(base, Refusal):
        return base
    for sets in given[1:]:
        later = _by_key(sets, keys, path, around)
        if isinstance(later, Refusal):
            return later
        for key in base.keys() & later.keys():
            united = (
                merged(base[key], later[key], path, around)
                if around.go_template
                else {**base[key], **later[key]}
            )
            if isinstance(united, Refusal):
                return united
            base[key] = united
    return list(base.values())


def _by_key(
    sets: Sequence[Params],
    keys: Sequence[str],
    path: FieldPath,
    around: Surroundings,
) -> dict[str, Params] | Refusal:
    at = (*path, "mergeKeys")
    if not keys:
        message = "no merge keys were specified, Merge requires at least one"
        return Refusal(f"{_BY_KEY}{message}", at, around.locate(at))
    found: dict[str, Params] = {}
    for params in sets:
        key = _written({name: params.get(name) for name in keys})
        if key in found:
            message = f"{_BY_KEY}{_NOT_UNIQUE}{key}"
            return Refusal(message, at, around.locate(at))
        found[key] = params
    return found


def _written(key: Mapping[str, Any]) -> str:
    """Return JSON as Go writes it: sorted, and with `<`, `>` and `&` escaped."""
    text = json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


GENERATOR = Combination("merge", 8, combine)
