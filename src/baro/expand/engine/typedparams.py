"""Parameters that are `map[string]string` or `[]string` in Go, given to Helm's engine.

Helm's values are JSON, whose maps are `map[string]interface {}`. A sub-chart's
annotations are the one place where a chart holds a `map[string]string`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from baro.expand.ports import StringList, StringMap

Path = tuple[str, ...]

_HALF = re.compile(r"[\ud800-\udfff]")
_PLAIN = "{{- $P := (mustFromJson .Values.p).p -}}"


def typed_paths(params: Sequence[Mapping[str, Any]]) -> frozenset[Path]:
    """Return where some parameter set holds a typed map or list."""
    return frozenset(path for one in params for path, _ in _typed(one, ()))


def _typed(
    value: Mapping[str, Any], under: Path
) -> Iterator[tuple[Path, StringMap | StringList]]:
    for key, inner in value.items():
        if isinstance(inner, StringMap | StringList):
            yield (*under, key), inner
        elif isinstance(inner, dict):
            yield from _typed(inner, (*under, key))


def is_typed(chains: frozenset[Path], paths: frozenset[Path], missing: str) -> bool:
    """Tell whether a template that names `chains` can tell a typed map from a plain.

    `.metadata.labels.environment` cannot, but with `missingkey=zero`; what takes the
    map itself, `index .metadata.labels "environment"`, can.
    """
    for path in paths:
        for chain in chains:
            through = len(chain) > len(path) and chain[: len(path)] == path
            if path[: len(chain)] == chain or chain[-1:] == path[-1:]:
                return True
            if through and missing == "zero":
                return True
    return False


class TypedParams:
    """Parameter sets as a chart's values, and the chart files that type them."""

    def __init__(
        self, params: Sequence[Mapping[str, Any]], paths: frozenset[Path]
    ) -> None:
        """Prepare the sets; nothing is typed where `paths` are empty."""
        self.values = _json({"p": _json({"p": list(params)})})
        self.files: dict[str, bytes] = {}
        self._names: dict[bytes, str] = {}
        steps = [
            self._step(row, path, value)
            for row, one in enumerate(params)
            for path, value in (_typed(one, ()) if paths else ())
        ]
        self.driver = "".join((_PLAIN, *steps))

    def _step(self, row: int, path: Path, value: StringMap | StringList) -> str:
        keys = [_json(key) for key in path]
        parent = " ".join(("index $P", str(row), *keys[:-1]))
        if isinstance(value, StringMap):
            typed = f".Subcharts.{self._subchart(value)}.Chart.Annotations"
        else:
            typed = _strings(value)
        return f"{{{{- $_ := set ({parent}) {keys[-1]} ({typed}) -}}}}"

    def _subchart(self, value: StringMap) -> str:
        annotations = _json(value).encode()
        name = self._names.get(annotations)
        if name is None:
            name = self._names[annotations] = f"k{len(self._names)}"
            head = f'{{"apiVersion":"v2","name":"{name}","version":"0.0.0",'
            body = b'"annotations":' + annotations + b"}"
            self.files[f"charts/{name}/Chart.yaml"] = head.encode() + body
        return name


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # A file name may hold bytes that are no text; Go writes U+FFFD for them.
        return _HALF.sub("\ufffd", json.dumps(value, ensure_ascii=False))


def _strings(value: StringList) -> str:
    if not value:
        return "sortAlpha list"
    # Rarer than any separator: a character that no path and no name can have.
    joined = _json("\0".join(value))
    return f'splitList "\\x00" {joined}'
