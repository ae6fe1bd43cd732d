"""The line that somebody can edit, for any field of the target state.

A field of a rendered object leads to a value, a value to a file or to the spec of an
Application, that to an ApplicationSet, and so on until a line in a file is reached.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.assemble import Assembled
from baro.expand.tracing.trace import Tracer
from baro.expand.tracing.valuetrace import Setter
from baro.model.blocktext import place_within, value_within
from baro.model.expansion import Rendering
from baro.model.fieldpath import MISSING, FieldPath, dotted, get, parse
from baro.model.finding import Evidence, Finding, shown
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef
from baro.model.text import Location, SourceText
from baro.model.valueslayer import LayerKind, ValuesLayer

DEEPEST = 12
"""Steps from a field to its line."""
MOST = 24
"""Fields that are traced for the findings of one run."""

_WITHIN_TEXT = " > "
"""Evidence about a document inside a ConfigMap: `data['a.yaml'] > app.baseUrl`."""


class Written(Struct, frozen=True):
    """Where a value was written: the line, the path there, and the value.

    `inside` is the path in the text that stands at `path`, where that is meant.
    """

    location: Location
    path: FieldPath
    value: Any
    inside: FieldPath = ()

    def evidence(self, subject: ObjectRef) -> Evidence:
        """Return it as what proves a finding."""
        path, value = dotted(self.path), self.value
        if self.inside:
            path = f"{path}{_WITHIN_TEXT}{dotted(self.inside)}"
            value = value_within(value, self.inside)
        return Evidence(self.location, path, shown(value), subject)


@dataclass(eq=False)
class Provenance:
    """Finds lines; renders charts anew where it must, each answer once."""

    assembled: Assembled
    _tracers: dict[tuple[ObjectRef, FieldPath], Tracer | None] = field(
        default_factory=dict
    )
    _known: dict[tuple[int, FieldPath, FieldPath], Written | None] = field(
        default_factory=dict
    )

    def written(
        self, manifest: Manifest, path: FieldPath, inside: FieldPath = ()
    ) -> Written | None:
        """Return where the field at `path` was written, None where no line is known.

        `inside` is a path in the YAML or JSON text that the field holds.
        """
        key = (id(manifest), path, inside)
        if key not in self._known:
            self._known[key] = self._follow(manifest, path, inside, DEEPEST)
        return self._known[key]

    def _follow(
        self, manifest: Manifest, path: FieldPath, inside: FieldPath, left: int
    ) -> Written | None:
        origin = manifest.origin
        if left == 0:
            return None
        match origin.kind:
            case OriginKind.FILE | OriginKind.CONFIGURED:
                value, text = get(manifest.body, path), origin.written_in()
                return _written(origin.locate(path), path, value, inside, text)
            case OriginKind.GENERATED if origin.owner is not None:
                inner = origin.template_path(path)
                return self._follow(origin.owner, inner, inside, left - 1)
            case OriginKind.TEMPLATE:
                return self._through_chart(manifest, path, inside, left)
            case _:
                return None

    def _through_chart(
        self, manifest: Manifest, path: FieldPath, inside: FieldPath, left: int
    ) -> Written | None:
        tracer = self._tracer(manifest)
        if tracer is None:
            return None
        for trace in tracer.field(manifest, path, inside):
            for setter in trace.setters:
                found = self._set(setter, trace.path, inside, left)
                if found is not None:
                    return found
        return None

    def _set(
        self, setter: Setter, path: FieldPath, inside: FieldPath, left: int
    ) -> Written | None:
        """Return where a setter of the values at `path` was written."""
        layer, place = setter.layer, setter.location
        if value_within(setter.value, inside) is MISSING:
            inside = ()  # The template made the text, and the value is a part of it.
        if place is not None and place.line is not None:
            return _written(place, path, setter.value, inside, _text_of(layer))
        if layer is None or layer.application is None:
            return None
        if layer.kind is LayerKind.OBJECT:
            inner = (*layer.within, *path)
            return self._follow(layer.application, inner, inside, left - 1)
        # A block of values is a text, and the value stands in it.
        block = path if layer.kind is LayerKind.INLINE else ()
        return self._follow(layer.application, layer.within, block, left - 1)

    def _tracer(self, manifest: Manifest) -> Tracer | None:
        owner, within = manifest.origin.owner, manifest.origin.within
        if owner is None:
            return None
        key = (owner.ref, within)

        def wanted(rendering: Rendering) -> bool:
            return (rendering.application.ref, rendering.within) == key

        if key not in self._tracers:
            self._tracers[key] = next(self.assembled.tracers(wanted), None)
        return self._tracers[key]

    def traced(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        """Yield the findings, each with lines to edit for the fields that have none.

        A line stands for its field, and fields without one come last.
        """
        left = MOST
        for finding in findings:
            open_ones = [e for e in finding.evidence if _without_line(e)]
            lines = {e: line for e in open_ones[:left] if (line := self._line(e))}
            left -= len(open_ones[:left])
            told = [lines.get(e, e) for e in finding.evidence]
            told.sort(key=_without_line)
            evidence = tuple(dict.fromkeys((*told, *lines)))
            yield replace(finding, evidence=evidence) if lines else finding

    def _line(self, evidence: Evidence) -> Evidence | None:
        if evidence.subject is None:
            return None
        manifest = self.assembled.snapshot.get(evidence.subject)
        outer, _, inner = evidence.path.partition(_WITHIN_TEXT)
        try:
            path, inside = parse(outer), parse(inner)
        except ValueError:
            return None
        if manifest is None or not path or get(manifest.body, path, MISSING) is MISSING:
            return None
        found = self.written(manifest, path, inside)
        if found is None or found.location.line is None:
            return None
        return found.evidence(manifest.application or evidence.subject)


def _without_line(evidence: Evidence) -> bool:
    return evidence.location is None or evidence.location.line is None


def _text_of(layer: ValuesLayer | None) -> SourceText | None:
    """Return the file in which a layer of values stands."""
    if layer is None or layer.text is not None or layer.application is None:
        return layer.text if layer is not None else None
    return layer.application.origin.written_in()


def _written(
    place: Location | None,
    path: FieldPath,
    value: Any,
    inside: FieldPath,
    text: SourceText | None,
) -> Written | None:
    """Return a place; the line in the block of text, where the value is one."""
    if place is None:
        return None
    if not inside or value_within(value, inside) is MISSING:
        return Written(place, path, value)
    if text is not None:
        place = place_within(text, place, value, inside)
    return Written(place, path, value, inside)
