"""Helm values as people wrote them: files and layers, each with its lines."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from baro.model.blocktext import place_within
from baro.model.fieldpath import MISSING, FieldPath, get, leaves
from baro.model.text import Location, SourceText

if TYPE_CHECKING:
    from baro.model.manifest import Manifest


class ValuesFile(Struct, frozen=True, eq=False):
    """A value file that some Application names, read once."""

    text: SourceText
    values: Mapping[str, Any]
    duplicates: tuple[tuple[FieldPath, Location], ...] = ()


class LayerKind(StrEnum):
    """Where values come from, weakest first, as Helm merges them."""

    DEFAULTS = "chart defaults"
    FILE = "value file"
    OBJECT = "valuesObject"
    INLINE = "values"
    PARAMETER = "parameter"
    STRING_PARAMETER = "string parameter"
    FILE_PARAMETER = "file parameter"


_PARAMETERS = frozenset(
    (LayerKind.PARAMETER, LayerKind.STRING_PARAMETER, LayerKind.FILE_PARAMETER)
)


class ValuesLayer(Struct, frozen=True, eq=False):
    """One layer of Helm values, before it is merged.

    `text` is the file it stands in (None for valuesObject and parameters, unless an
    `.argocd-source.yaml` sets them), `under` where in that file its values begin;
    `within` where in the Application it is written or named:
    `("spec", "sources", 1, "helm", "valueFiles", 0)`; `entry` as written there.
    """

    kind: LayerKind
    values: Mapping[str, Any]
    text: SourceText | None = None
    application: Manifest | None = None
    within: FieldPath = ()
    entry: str = ""
    under: FieldPath = ()

    def sets(self, path: FieldPath) -> bool:
        """Tell whether the layer has a value at `path`."""
        return get(self.values, path, MISSING) is not MISSING

    def pads(self, path: FieldPath) -> bool:
        """Tell whether `path` is an element before the one that a parameter sets.

        It keeps what weaker layers have there; where they have nothing it is null.
        """
        if self.kind not in _PARAMETERS or get(self.values, path) is not None:
            return False
        return any(leaf is not None for _, leaf in leaves(self.values))

    def locate(self, path: FieldPath) -> Location | None:
        """Return the line that sets the value at `path` in this layer."""
        if self.text is not None:
            return self.text.locate((*self.under, *path))
        if self.application is None:
            return None
        if self.kind is LayerKind.OBJECT:
            return self.application.origin.locate((*self.within, *path))
        location = self.application.origin.locate(self.within)
        if self.kind is LayerKind.INLINE and location is not None:
            return self._in_block(self.application, location, path)
        return location

    def _in_block(
        self, application: Manifest, location: Location, path: FieldPath
    ) -> Location:
        """Return the line inside a block of text (`values: |`) that names the key."""
        text = application.origin.written_in()
        if text is None:
            return location
        return place_within(text, location, application.text(*self.within), path)
