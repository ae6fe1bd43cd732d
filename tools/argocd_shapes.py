"""Writes what the API server requires of Argo CD's objects, from Argo CD's own CRDs.

Run it with a folder of CRDs for each version of Argo CD, as `manifests/crds` of its
source is: `python tools/argocd_shapes.py 3.5=FOLDER 3.6=FOLDER`. Of a CRD stay types,
required fields, bounds and enumerations; a shape that stands in several places is
kept once.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

TABLE = (
    Path(__file__).resolve().parents[1] / "src" / "baro" / "expand" / "admission"
) / "shapes.json"
UNCHECKED = frozenset(("apiVersion", "kind", "metadata"))
"""What is the same in every object, and checked by other means."""
BOUNDS = {
    "format": "format",
    "enum": "enum",
    "pattern": "pattern",
    "minLength": "shortest",
    "maxLength": "longest",
}


class Table:
    """All shapes, equal ones once; a shape names others by their number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.shapes: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def add(self, schema: Mapping[str, Any], passed_over: frozenset[str]) -> int:
        """Take a schema of OpenAPI; return the number of its shape."""
        shape: dict[str, Any] = {}
        if schema.get("x-kubernetes-int-or-string"):
            shape["type"] = "integer,string"
        elif "type" in schema:
            shape["type"] = schema["type"]
        for key, name in BOUNDS.items():
            # Other formats are notes to the reader.
            if key in schema and (key != "format" or schema["type"] == "integer"):
                shape[name] = schema[key]
        if required := [x for x in schema.get("required", ()) if x not in passed_over]:
            shape["required"] = sorted(required)
        fields = {
            name: self.add(inner, frozenset())
            for name, inner in sorted(schema.get("properties", {}).items())
            if name not in passed_over
        }
        if fields:
            shape["fields"] = fields
        for key, name in (("items", "elements"), ("additionalProperties", "values")):
            if isinstance(schema.get(key), dict):
                shape[name] = self.add(schema[key], frozenset())
        text = json.dumps(shape, sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self.shapes)
            self.shapes.append(shape)
        return self._numbers[text]


def kinds(folder: Path, table: Table) -> Mapping[str, int]:
    """Return the number of each kind's shape."""
    found = {}
    for path in sorted(folder.glob("*-crd.yaml")):
        # libyaml's loader, for the CRDs are long.
        spec = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["spec"]
        (version,) = (one for one in spec["versions"] if one["storage"])
        schema = version["schema"]["openAPIV3Schema"]
        found[spec["names"]["kind"]] = table.add(schema, UNCHECKED)
    return found


def written(folders: Mapping[str, Path]) -> str:
    """Return the table of these versions, a shape a line."""
    table = Table()
    versions = {
        version: kinds(folders[version], table)
        for version in sorted(folders, key=_numbers)
    }
    kept = _lines(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in versions.items())
    shapes = _lines(map(json.dumps, table.shapes))
    return f'{{"versions": {{\n{kept}\n}},\n"shapes": [\n{shapes}\n]}}\n'


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _lines(texts: Iterable[str]) -> str:
    return ",\n".join(texts)


if __name__ == "__main__":
    given = (argument.partition("=") for argument in sys.argv[1:])
    TABLE.write_text(written({version: Path(place) for version, _, place in given}))
