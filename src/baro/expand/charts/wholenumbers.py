"""Whole numbers that `--set` gave, as whole numbers in a chart's templates.

In Go, `--set port=80` makes an `int64`, and a number of a value file a `float64`:
`printf "%d"`, `eq .Values.port 80` and everything from a million on tell them apart.
The engine takes values as JSON, where all numbers are `float64`; a template that it
renders before all others makes those of `--set` what they were.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from baro.model.fieldpath import FieldPath, get, leaves
from baro.model.valueslayer import LayerKind, ValuesLayer

# Helm renders the deepest templates first: pkg/engine/engine.go, sortTemplates.
FILE = f"templates/{'_/' * 40}whole-numbers.yaml"
_EXACT = 2**53
"""The first whole number that a float64 may miss."""


def whole_numbers(
    layers: Iterable[ValuesLayer], values: Mapping[str, Any]
) -> Mapping[str, bytes]:
    """Return the files that a chart needs besides its own; none as a rule.

    `layers` are those of the source, and `values` what they make.
    """
    numbers = {
        path: number
        for layer in layers
        if layer.kind is LayerKind.PARAMETER
        for path, number in leaves(layer.values)
        if type(number) is int and get(values, path) == number
    }
    if not numbers:
        return {}
    lines = [line for path in numbers for line in _typed(path, numbers[path])]
    shared = [
        line
        for path in numbers
        if path[0] == "global"
        for line in _typed(path, numbers[path])
    ]
    text = "\n".join((*lines, *_in_subcharts(shared)))
    return {FILE: f"{text}\n".encode()}


def _in_subcharts(lines: Sequence[str]) -> Iterator[str]:
    """Yield the same for every sub-chart: each has the globals once more."""
    if lines:
        each = '{{- range .Subcharts }}{{ include "baro.whole" . }}{{ end -}}'
        yield '{{- define "baro.whole" -}}'
        yield from lines
        yield each
        yield "{{- end -}}"
        yield each


def _typed(path: FieldPath, number: int) -> Iterator[str]:
    """Yield the template that makes one number whole, if it is still a number."""
    *above, last = path
    if isinstance(last, int) and not (above and isinstance(above[-1], str)):
        return  # A list of lists, which no chart is known to take.
    names = (f"$a{index}" for index in count())
    at = next(names)
    ends = 0
    yield f"{{{{- {at} := .Values -}}}}"
    within = above if isinstance(last, str) else above[:-1]
    for step in within:
        inner = next(names)
        yield f"{{{{- if {_holds(at, step)} -}}}}"
        yield f"{{{{- {inner} := index {at} {json.dumps(step)} -}}}}"
        at, ends = inner, ends + 1
    if isinstance(last, str):
        key = json.dumps(last)
        whole = _whole(f"(index {at} {key})", number)
        yield f"{{{{- if {_holds(at, last)} -}}}}"
        yield f'{{{{- if kindIs "float64" (index {at} {key}) -}}}}'
        yield f"{{{{- $_ := set {at} {key} ({whole}) -}}}}"
    else:
        key = json.dumps(above[-1])
        # A list cannot be changed, but replaced.
        yield f"{{{{- if {_holds(at, above[-1])} -}}}}"
        yield f'{{{{- if kindIs "slice" (index {at} {key}) -}}}}'
        yield f"{{{{- $new := list -}}}}{{{{- range $i, $v := index {at} {key} -}}}}"
        yield f'{{{{- if and (eq $i {last}) (kindIs "float64" $v) -}}}}'
        yield f"{{{{- $v = {_whole('$v', number)} -}}}}"
        yield "{{- end -}}{{- $new = append $new $v -}}{{- end -}}"
        yield f"{{{{- $_ := set {at} {key} $new -}}}}"
    yield "{{- end -}}" * (ends + 2)


def _holds(container: str, step: str | int) -> str:
    if isinstance(step, int):
        return f'and (kindIs "slice" {container}) (gt (len {container}) {step})'
    return f'and (kindIs "map" {container}) (hasKey {container} {json.dumps(step)})'


def _whole(value: str, number: int) -> str:
    return f"int64 {value}" if abs(number) < _EXACT else f"int64 {number}"
