"""A YAML or JSON text that stands as a block in another one: `values: |`."""

import re
from typing import Any

from baro.model import yamltext
from baro.model.fieldpath import MISSING, FieldPath, get
from baro.model.text import Location, SourceText

_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_QUOTES = ("'", '"')


def value_within(text: object, path: FieldPath) -> Any:
    """Return the field at `path` of the one document of a text, else MISSING."""
    if not isinstance(text, str):
        return MISSING
    try:
        documents = yamltext.read(text)
    except yamltext.YamlError:
        return MISSING
    return get(documents[0].value, path, MISSING) if len(documents) == 1 else MISSING


def place_within(
    outer: SourceText, block: Location, text: str, path: FieldPath
) -> Location:
    """Return the line in which a block of text names the field at `path`.

    `block` is where the key of the block stands in `outer`, `text` what the block
    says once templates are filled in. Where the two do not agree the block will do.
    """
    while path and isinstance(path[-1], int):
        path = path[:-1]  # An item has no name; the list has.
    inner, key = yamltext.position(text, 0, path), str(path[-1]) if path else ""
    lines = outer.text.splitlines()
    if inner is None or block.line is None or not key or block.line > len(lines):
        return block
    line = block.line + inner.line
    if _BLOCK.search(lines[block.line - 1]) is None or line > len(lines):
        return block
    column = lines[line - 1].find(key, inner.column - 1)
    if column < 0:
        return block
    quoted = column > 0 and lines[line - 1][column - 1] in _QUOTES
    return outer.at(line, column if quoted else column + 1)
