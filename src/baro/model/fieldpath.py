"""Where in an object: `spec.sources[1].helm.valueFiles[0]`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FieldPath = tuple[str | int, ...]

_STEP = re.compile(r"\.?(?:\[(\d+)\]|\[(?:'([^']*)'|\"([^\"]*)\")\]|([^.\[\]]+))")
_PLAIN = re.compile(r"[^.\[\]'\"]+")

MISSING: Any = object()

_SCALARS = (str, int, float, type(None))


def parse(text: str) -> FieldPath:
    """Read `a.b[0]['c.d']` into steps.

    Raises:
        ValueError: `text` is not a field path.
    """
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            message = f"not a field path: {text!r}"
            raise ValueError(message)
        index, single, double, plain = step.groups()
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(next(s for s in (single, double, plain) if s is not None))
        at = step.end()
    return tuple(steps)


def dotted(path: FieldPath) -> str:
    """Write a field path as people write it; the opposite of `parse`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN.fullmatch(step):
            parts.append(f".{step}" if parts else step)
        else:
            quote = '"' if "'" in step else "'"
            parts.append(f"[{quote}{step}{quote}]")
    return "".join(parts)


def get(value: object, path: FieldPath, default: Any = None) -> Any:
    """Return what stands at `path`, or `default` where there is nothing."""
    for step in path:
        # Nearly all are plain dicts or lists, which is told at once.
        if type(value) is dict:
            value = value.get(step, MISSING)
            if value is MISSING:
                return default
        elif type(value) is not list and isinstance(value, Mapping):
            if step not in value:
                return default
            value = value[step]
        elif isinstance(step, int) and isinstance(value, (list, Sequence)):
            if isinstance(value, str) or not 0 <= step < len(value):
                return default
            value = value[step]
        else:
            return default
    return value


def leaves(value: object, under: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Yield every scalar (and every empty list or map) with its path."""
    if isinstance(value, _SCALARS):
        yield under, value
    elif isinstance(value, (dict, Mapping)) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*under, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*under, index))
    else:
        yield under, value
