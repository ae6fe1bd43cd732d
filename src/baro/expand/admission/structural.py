"""A custom resource against its schema, in the API server's words."""

# k8s.io/kube-openapi: pkg/validation/validate
# Nulls: k8s.io/apiextensions-apiserver: schema/defaulting, PruneNonNullableNulls

import re
from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.admission.shapes import Shape
from baro.expand.applicationsets.gotypes import json_kind
from baro.model.fieldpath import FieldPath

Cause = tuple[FieldPath, str]
"""A field, and what is wrong with it."""

_WORDS = {"int32": 31, "int64": 63}
"""The bits of a format that hold a number."""


def causes(value: Any, shape: Shape) -> Sequence[Cause]:
    """Return what the API server refuses in a value.

    A field that is null counts as absent; an element that is null is refused.
    Unknown fields are dropped, not refused.
    """
    found: list[Cause] = []
    _look(value, shape, (), found)
    return found


def _look(value: Any, shape: Shape, path: FieldPath, found: list[Cause]) -> None:
    kind = json_kind(value)
    refused = _misfit(value, kind, shape, path)
    if refused is not None:
        found.append(refused)
    elif kind == "object":
        _look_inside(value, shape, path, found)
    elif isinstance(value, list) and shape.elements is not None:
        for index, element in enumerate(value):
            _look(element, shape.elements, (*path, index), found)


def _look_inside(
    value: Mapping[str, Any], shape: Shape, path: FieldPath, found: list[Cause]
) -> None:
    for name in shape.required:
        if value.get(name) is None:
            at = (*path, name)
            found.append((at, f"{written(at)}: Required value"))
    for name, inner in value.items():
        known = shape.fields.get(name, shape.values)
        if known is not None and inner is not None:
            _look(inner, known, (*path, name), found)


def _misfit(value: Any, kind: str, shape: Shape, path: FieldPath) -> Cause | None:
    """Return what is wrong with a value itself, whatever it holds."""
    wanted = shape.type
    if wanted == "integer" and kind in ("integer", "number"):
        if shape.format in _WORDS and not _holds(value, _WORDS[shape.format]):
            kind, wanted = "float64", shape.format
        elif kind == "number":
            return _of_type(path, kind, wanted)
    if wanted not in ("", kind) and kind not in wanted.split(","):
        return _of_type(path, kind, wanted)
    return _text(value, shape, path) if kind == "string" else None


def _of_type(path: FieldPath, kind: str, wanted: str) -> Cause:
    place = written(path)
    return path, (
        f'{place}: Invalid value: "{kind}": '
        f'{place} in body must be of type {wanted}: "{kind}"'
    )


def _holds(value: float, bits: int) -> bool:
    """Tell whether a number is a whole one of that many bits."""
    return value == value // 1 and -(2**bits) <= value < 2**bits


def _text(value: str, shape: Shape, path: FieldPath) -> Cause | None:
    if len(value) < shape.shortest:
        return _invalid(path, value, f"be at least {shape.shortest} chars long")
    if shape.longest is not None and len(value) > shape.longest:
        most = f"may not be more than {shape.longest} bytes"
        return path, f"{written(path)}: Too long: {most}"
    if shape.pattern and re.search(shape.pattern, value) is None:
        return _invalid(path, value, f"match '{shape.pattern}'")
    if shape.enum and value not in shape.enum:
        known = ", ".join(f'"{each}"' for each in shape.enum)
        unsupported = f'Unsupported value: "{value}": supported values: {known}'
        return path, f"{written(path)}: {unsupported}"
    return None


def _invalid(path: FieldPath, value: str, wanted: str) -> Cause:
    place = written(path)
    return path, f'{place}: Invalid value: "{value}": {place} in body should {wanted}'


def written(path: FieldPath) -> str:
    """Return a path as Kubernetes prints it: `spec.generators[0].list`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{step}" if parts else step)
    return "".join(parts)
