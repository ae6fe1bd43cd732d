"""What an object of Argo CD's must look like, for each version of Argo CD."""

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from msgspec import Struct, field

Version = tuple[int, int]

_TABLE = "shapes.json"
"""Written by `tools/argocd_shapes.py` from Argo CD's CRDs."""


class Shape(Struct, frozen=True, eq=False):
    """What a value must be.

    `type` is OpenAPI's name, `integer,string` for either, empty for anything at all.
    `format` is that of integers: `int64`. `values` is what a map with free keys
    holds, `elements` what a list does. A field that is not named is passed over.
    """

    type: str = ""
    format: str = ""
    required: Sequence[str] = ()
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    elements: "Shape | None" = None
    values: "Shape | None" = None
    enum: Sequence[str] = ()
    pattern: str = ""
    shortest: int = 0
    longest: int | None = None


@lru_cache(maxsize=64)
def shape_of(kind: str, version: Version) -> Shape | None:
    """Return the shape of a kind; None for one that is not Argo CD's.

    A version that is not known is taken for the nearest older one, or the oldest.
    """
    known = _shapes()
    older = [each for each in known if each <= version]
    return known[max(older) if older else min(known)].get(kind)


@cache
def _shapes() -> Mapping[Version, Mapping[str, Shape]]:
    table = json.loads(resources.files(__package__).joinpath(_TABLE).read_bytes())
    shapes: list[Shape] = []
    for written in table["shapes"]:
        # A shape stands behind those that it consists of.
        shapes.append(_shape(written, shapes))
    return {
        _version(version): {kind: shapes[number] for kind, number in kinds.items()}
        for version, kinds in table["versions"].items()
    }


def _version(text: str) -> Version:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _shape(written: Mapping[str, Any], known: Sequence[Shape]) -> Shape:
    inner: dict[str, Any] = {
        "fields": {n: known[number] for n, number in written.get("fields", {}).items()}
    }
    for key in ("elements", "values"):
        if key in written:
            inner[key] = known[written[key]]
    return Shape(**{**written, **inner})
