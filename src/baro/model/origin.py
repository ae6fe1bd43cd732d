"""Where a manifest or a value came from, as a chain that ends at a line to edit."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from baro.model.fieldpath import MISSING, FieldPath, dotted, get
from baro.model.ref import ObjectRef
from baro.model.text import Location, SourceText

if TYPE_CHECKING:
    from baro.model.manifest import Manifest


class OriginKind(StrEnum):
    """How an object came to be."""

    FILE = "file"
    """It stands in a file."""
    TEMPLATE = "chart template"
    """A Helm chart's template rendered it for a source of an Application."""
    KUSTOMIZE = "kustomize"
    """Kustomize built it for a source of an Application."""
    GENERATED = "applicationset template"
    """An ApplicationSet generated it."""
    CONFIGURED = "baro.yaml"
    """`baro.yaml` states it."""
    LIVE = "live"
    """The API server gave it."""


class Link(Struct, frozen=True):
    """One link of the chain, outermost cause last: what, whose, where, which value."""

    what: str
    subject: ObjectRef | None
    location: Location | None
    path: str
    value: str = ""


class Origin(Struct, frozen=True, eq=False):
    """Say where an object came from.

    `text` is the file or chart template it stands in, `document` which of its YAML
    documents (only for `FILE`). `owner` is the Application or ApplicationSet that
    produced it, and `within` where in the owner: `("spec", "template")` for a
    generated Application, `("spec", "sources", 1)` for a rendered object; without an
    owner, where in the document: `("items", 3)` of a List, `("roots", 0)`.
    `params` are the generator's parameters. `beneath` is where a generated
    Application's fields come from that do not stand at `within`: the ApplicationSet's
    template, where a generator has one of its own.
    """

    kind: OriginKind
    text: SourceText | None = None
    document: int = 0
    owner: Manifest | None = None
    within: FieldPath = ()
    params: Mapping[str, Any] | None = None
    beneath: FieldPath = ()

    def template_path(self, path: FieldPath = ()) -> FieldPath:
        """Return where in the owner a generated Application's field is written."""
        at = (*self.within, *path)
        if not self.beneath or self.owner is None:
            return at
        stands = get(self.owner.body, at, MISSING) is not MISSING
        return at if stands else (*self.beneath, *path)

    def template(self, path: FieldPath = ()) -> str:
        """Return the template that printed a generated Application's field.

        Empty for everything else, and where no template has the field.
        """
        if self.kind is not OriginKind.GENERATED or self.owner is None:
            return ""
        return str(get(self.owner.body, self.template_path(path), ""))

    def locate(self, path: FieldPath = ()) -> Location | None:
        """Return the line where the field at `path` was written, as near as known.

        A rendered object points at its template's file (no line); a generated
        Application at the field of the ApplicationSet's template.
        """
        match self.kind:
            case OriginKind.FILE | OriginKind.CONFIGURED:
                if self.text is None:
                    return None
                above = self.within if self.owner is None else ()
                return self.text.locate((*above, *path), self.document)
            case OriginKind.GENERATED:
                if self.owner is None:
                    return None
                return self.owner.origin.locate(self.template_path(path))
            case OriginKind.TEMPLATE | OriginKind.KUSTOMIZE:
                return self.text.at() if self.text is not None else None
            case OriginKind.LIVE:
                return None

    def written_in(self) -> SourceText | None:
        """Return the file in which the object, or the template of it, stands."""
        if self.kind is OriginKind.GENERATED:
            return self.owner.origin.written_in() if self.owner is not None else None
        known = (OriginKind.FILE, OriginKind.CONFIGURED)
        return self.text if self.kind in known else None

    def chain(self, path: FieldPath = ()) -> tuple[Link, ...]:
        """Return the way back from the field at `path`, nearest link first."""
        links: list[Link] = []
        origin: Origin | None = self
        while origin is not None:
            owner = origin.owner
            generated = origin.kind is OriginKind.GENERATED
            at = origin.template_path(path) if generated else ()
            written = get(owner.body, at) if owner is not None and at else ""
            links.append(
                Link(
                    what=str(origin.kind),
                    subject=owner.ref if owner is not None else None,
                    location=origin.locate(path),
                    path=dotted(at or path),
                    value=written if isinstance(written, str) else "",
                )
            )
            path = at if generated else origin.within
            origin = owner.origin if owner is not None else None
        return tuple(links)
