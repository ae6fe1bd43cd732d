"""The matrix generator: every pair of two generators' parameter sets."""

# Argo CD: applicationset/generators/matrix.go; applicationset/utils/map.go

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from baro.expand.applicationsets.gotext import printed
from baro.expand.generators.generator import (
    Combination,
    Params,
    Refusal,
    Result,
    Surroundings,
)
from baro.expand.generators.interpolation import interpolated
from baro.expand.generators.transform import Entry, children, merged
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap

_FIRST = "error failed to get params for first generator in matrix generator: "
_SECOND = "failed to get params for second generator in the matrix generator: "
_CHILD = "child generator returned an error on parameter generation: "
_COMBINE = "failed to combine string maps with merging params for the matrix generator"
_PAIR = 2
MOST = 250_000
"""Parameter sets that are made of one matrix; one that gives more is a Gap."""


def combine(
    specs: Sequence[Mapping[str, Any]],
    path: FieldPath,
    around: Surroundings,
    depth: int,
) -> list[Result]:
    """Return, for each spec, the product of its two generators.

    The second generator is taken once for each parameter set of the first, with that
    set put into it.
    """
    found: list[Result] = [_counted(spec, path, around) for spec in specs]
    sound = [index for index, each in enumerate(found) if not isinstance(each, Refusal)]
    firsts = _firsts([specs[i] for i in sound], path, around, depth)
    pairs: list[tuple[int, Params]] = []
    for index, first in zip(sound, firsts, strict=True):
        if isinstance(first, Refusal):
            found[index] = first
        elif len(first) * _written(specs[index]["generators"][1]) > MOST:
            _explodes(path, around)
        else:
            pairs.extend((index, params) for params in first)
    seconds = _seconds(specs, pairs, path, around, depth)
    for (index, params), second in zip(pairs, seconds, strict=True):
        sets = found[index]
        if isinstance(sets, Refusal):
            continue
        refusal = _extend(sets, params, second, path, around)
        if refusal is not None:
            found[index] = refusal
        elif len(sets) > MOST:
            _explodes(path, around)
            return [[] for _ in specs]
    return found


def _written(second: Mapping[str, Any] | None) -> int:
    """Return how many sets the second generator has written down, at least 1."""
    elements = ((second or {}).get("list") or {}).get("elements")
    return len(elements) if isinstance(elements, list) and elements else 1


def _explodes(path: FieldPath, around: Surroundings) -> None:
    gap = Gap(
        f"ApplicationSet {around.applicationset.ref.path}",
        f"its matrix gives more than {MOST:,} parameter sets, which are not expanded",
        location=around.locate(path),
        ref=around.applicationset.ref,
    )
    around.account.gap(path, gap)


def _counted(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Result:
    count = len(spec.get("generators") or ())
    if count == _PAIR:
        return []
    how = "less" if count < _PAIR else "more"
    at = (*path, "generators")
    message = f"found {how} than two generators, Matrix support only two"
    return Refusal(message, at, around.locate(at))


def _firsts(
    specs: Sequence[Mapping[str, Any]],
    path: FieldPath,
    around: Surroundings,
    depth: int,
) -> list[Result]:
    at = (*path, "generators", 0)
    entries = [Entry.of(spec["generators"][0]) for spec in specs]
    results = children(entries, at, around, depth + 1)
    return [
        each.within(_FIRST) if isinstance(each, Refusal) else each for each in results
    ]


def _seconds(
    specs: Sequence[Mapping[str, Any]],
    pairs: Sequence[tuple[int, Params]],
    path: FieldPath,
    around: Surroundings,
    depth: int,
) -> list[Result]:
    """Return the second generator's sets for each parameter set of the first."""
    at = (*path, "generators", 1)
    bodies: list[Mapping[str, Any] | Refusal] = []
    for index, some in groupby(pairs, key=itemgetter(0)):
        outer = [params for _, params in some]
        second = specs[index]["generators"][1] or {}
        bodies.extend(interpolated(second, outer, at, around))
    entries = [
        Entry(body, (specs[index]["generators"][1] or {}).get("selector"))
        for (index, _), body in zip(pairs, bodies, strict=True)
        if not isinstance(body, Refusal)
    ]
    given = iter(children(entries, at, around, depth + 1))
    results: list[Result] = []
    for body in bodies:
        if isinstance(body, Refusal):
            results.append(body.within(_SECOND + _CHILD))
            continue
        result = next(given)
        if isinstance(result, Refusal):
            result = result.within(_SECOND)
        results.append(result)
    return results


def _extend(
    sets: list[Params],
    first: Params,
    second: Result,
    path: FieldPath,
    around: Surroundings,
) -> Refusal | None:
    """Add the pairs of one first set; return why not, where it cannot be."""
    if isinstance(second, Refusal):
        return second
    for each in second:
        pair = (
            merged(each, first, path, around)
            if around.go_template
            else _strings(first, each, path, around)
        )
        if isinstance(pair, Refusal):
            return pair
        sets.append(pair)
    return None


def _strings(
    first: Params, second: Params, path: FieldPath, around: Surroundings
) -> Params | Refusal:
    pair: Params = {key: printed(value) for key, value in first.items()}
    for key, value in second.items():
        text = printed(value)
        current = pair.setdefault(key, text)
        if current != text:
            message = (
                f"{_COMBINE}: found duplicate key {key} with different value, "
                f"a: {current} ,b: {text}"
            )
            return Refusal(message, path, around.locate(path))
    return pair


GENERATOR = Combination("matrix", 7, combine)
