"""The keys that a chart reads."""

import re
from collections.abc import Iterator, Mapping

from baro.model.expansion import ChartContent
from baro.model.fieldpath import FieldPath, dotted
from baro.model.schema import ITEM, places, written
from baro.rules.nearest import nearest

_VALUE = re.compile(r"\.Values((?:\.[A-Za-z0-9_-]+)+)")


def nearest_key(chart: ChartContent, path: FieldPath) -> str:
    """Return the key that was probably meant, as `ingress.host`; nothing if none is.

    First a key at the same place with nearly the same name, then the same name at
    the place that shares the longest beginning.
    """
    here = tuple(ITEM if isinstance(step, int) else step for step in path)
    known = set(_keys(chart))
    beside = {key[-1] for key in known if key[:-1] == here[:-1]}
    near = nearest(here[-1], beside)
    if near:
        return dotted((*path[:-1], near))
    same = [key for key in known if key[-1] == here[-1] and key != here]
    ranked = sorted((-_shared(key, here), len(key), key) for key in same)
    if ranked and (ranked[0][0] or len(here) == 1):
        return written(ranked[0][2])
    return ""


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), 0)


def _keys(chart: ChartContent) -> Iterator[tuple[str, ...]]:
    yield from _nested(chart.defaults, ())
    if chart.schema is not None:
        yield from places(chart.schema)
    for text in chart.templates.values():
        for found in _VALUE.findall(text.text):
            steps = tuple(found[1:].split("."))
            yield from (steps[:end] for end in range(1, len(steps) + 1))


def _nested(value: object, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        yield (*above, key)
        yield from _nested(inner, (*above, key))
