"""Whether the schemas of a chart refer to something outside of themselves.

Helm's validator would read it: from the network, of this machine too, and from any
file. What a repository says is not to decide that.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from baro.expand.charts.chartfiles import archive_files
from baro.expand.engine.archive import SCHEMA

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef", "$schema")
_AS_WRITTEN: Any = {"parse_int": str, "parse_float": str, "parse_constant": str}
_KNOWN = ("http://json-schema.org/", "https://json-schema.org/")
"""What every validator has at hand."""


def outside(content: bytes) -> str:
    """Return the first reference that leaves its schema; empty where none does.

    Raises:
        ChartFilesError: it, or an archive in it, is no chart archive.
    """
    for path, body in archive_files(content).items():
        folder, _, name = path.rpartition("/")
        found = ""
        if name == SCHEMA:
            found = _leaving(body)
        elif name.endswith(".tgz") and folder.endswith("charts"):
            found = outside(body)
        if found:
            return found
    return ""


def _leaving(text: bytes) -> str:
    try:
        # As lenient as Go: what it takes must not be passed over here.
        schema = json.loads(text.decode("utf-8", "replace"), **_AS_WRITTEN)
    except ValueError:
        # Helm refuses it, in its own words.
        return ""
    except RecursionError:
        return "more than can be looked at"
    own = _name(schema)
    for part in _parts(schema):
        for reference in map(part.get, _REFERENCES):
            if not isinstance(reference, str):
                continue
            place = reference.partition("#")[0]
            if place and place != own and not place.startswith(_KNOWN):
                return reference
    return ""


def _name(schema: Any) -> str:
    """Return the name by which a schema may refer to itself.

    Names further down count where the validator expects a schema, and are not trusted.
    """
    if not isinstance(schema, dict):
        return ""
    key = "id" if "draft-04" in str(schema.get("$schema")) else "$id"
    name = schema.get(key)
    return name.partition("#")[0] if isinstance(name, str) else ""


def _parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
