"""Which line of an ApplicationSet wrote a generator's parameter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.model.fieldpath import MISSING, FieldPath, get
from baro.model.manifest import Manifest

_GENERATORS: FieldPath = ("spec", "generators")


class Written(Struct, frozen=True):
    """The field that a parameter was written in, and the text there."""

    path: FieldPath
    text: str


def written(
    applicationset: Manifest, params: Mapping[str, Any], steps: FieldPath
) -> Written | None:
    """Return the one element of a list, or entry of `values`, that has a parameter.

    None where several could be meant: a line that may be wrong is worse than none.
    """
    found = [
        (*path, *steps)
        for path, block in _blocks(applicationset.body, _GENERATORS)
        for path, block in _holders(path, block, params)
        if get(block, steps, MISSING) is not MISSING
    ]
    if len(found) != 1:
        return None
    text = get(applicationset.body, found[0])
    return Written(found[0], text if isinstance(text, str) else "")


def _blocks(
    body: Mapping[str, Any], at: FieldPath
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """Yield every generator's block, those inside of others too."""
    listed = get(body, at)
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        for key, block in (entry if isinstance(entry, Mapping) else {}).items():
            if isinstance(block, Mapping):
                yield (*at, index, key), block
                yield from _blocks(body, (*at, index, key, "generators"))


def _holders(
    path: FieldPath, block: Mapping[str, Any], params: Mapping[str, Any]
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """Yield what in a block holds parameters: itself, or the elements that made it."""
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield path, {"values": block.get("values") or {}}
        return
    for index, element in enumerate(elements):
        if isinstance(element, Mapping) and _made(element, params):
            yield (*path, "elements", index), element


def _made(element: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Tell whether a parameter set may be made of a list's element."""
    return all(
        isinstance(value, Mapping | list) or params.get(key, MISSING) == value
        for key, value in element.items()
    )
