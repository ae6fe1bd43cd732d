"""The line that somebody can edit, for any field of the target state.

A field of a rendered object leads to a value, a value to a file or to the spec of an
Application, that to an ApplicationSet, and so on until a line in a file is reached.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from baro.expand.assemble import Assembled
from baro.expand.tracing.trace import Tracer
from baro.expand.tracing.valuetrace import ValueTrace
from baro.model.expansion import LayerKind, Rendering
from baro.model.fieldpath import MISSING, FieldPath, dotted, get, parse
from baro.model.finding import Evidence, Finding, shown
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef
from baro.model.text import Location

DEEPEST = 12
"""Steps from a field to its line."""
MOST = 24
"""Fields that are traced for the findings of one run."""

_WITHIN_TEXT = " > "
"""Evidence about a document inside a ConfigMap: `data['a.yaml'] > app.baseUrl`."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where a value was written: the line, the path there, and the value."""

    location: Location
    path: FieldPath
    value: Any


@dataclass(eq=False)
class Provenance:
    """Finds lines; renders charts anew where it must, each answer once."""

    assembled: Assembled
    _tracers: dict[tuple[ObjectRef, FieldPath], Tracer | None] = field(
        default_factory=dict
    )
    _known: dict[tuple[int, FieldPath, str], Written | None] = field(
        default_factory=dict
    )

    def written(
        self, manifest: Manifest, path: FieldPath, about: str = ""
    ) -> Written | None:
        """Return where the field at `path` was written, None where no line is known.

        `about` is a text that the value must share something with, for fields that
        are made of many values.
        """
        key = (id(manifest), path, about)
        if key not in self._known:
            self._known[key] = self._follow(manifest, path, about, DEEPEST)
        return self._known[key]

    def _follow(
        self, manifest: Manifest, path: FieldPath, about: str, left: int
    ) -> Written | None:
        origin = manifest.origin
        if left == 0:
            return None
        match origin.kind:
            case OriginKind.FILE | OriginKind.CONFIGURED:
                place = origin.locate(path)
                value = get(manifest.body, path)
                return Written(place, path, value) if place is not None else None
            case OriginKind.GENERATED if origin.owner is not None:
                inner = (*origin.within, *path)
                return self._follow(origin.owner, inner, about, left - 1)
            case OriginKind.TEMPLATE:
                return self._through_chart(manifest, path, about, left)
            case _:
                return None

    def _through_chart(
        self, manifest: Manifest, path: FieldPath, about: str, left: int
    ) -> Written | None:
        tracer = self._tracer(manifest)
        if tracer is None:
            return None
        for trace in _matching(tracer.field(manifest, path), about):
            for setter in trace.setters:
                layer = setter.layer
                if setter.location is not None and setter.location.line is not None:
                    return Written(setter.location, trace.path, setter.value)
                if layer is not None and layer.application is not None:
                    inner = trace.path if layer.kind is LayerKind.OBJECT else ()
                    found = self._follow(
                        layer.application, (*layer.within, *inner), about, left - 1
                    )
                    if found is not None:
                        return found
        return None

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
        """Yield the findings, each with the line to edit in front of its evidence."""
        left = MOST
        for finding in findings:
            first = finding.evidence[0]
            if left and (first.location is None or first.location.line is None):
                left -= 1
                line = self._line(first)
                if line is not None:
                    yield replace(finding, evidence=(line, *finding.evidence))
                    continue
            yield finding

    def _line(self, evidence: Evidence) -> Evidence | None:
        if evidence.subject is None:
            return None
        manifest = self.assembled.snapshot.get(evidence.subject)
        outer, inside, _ = evidence.path.partition(_WITHIN_TEXT)
        try:
            path = parse(outer)
        except ValueError:
            return None
        if manifest is None or get(manifest.body, path, MISSING) is MISSING:
            return None
        found = self.written(manifest, path, evidence.value if inside else "")
        if found is None or found.location.line is None:
            return None
        subject = manifest.application or evidence.subject
        return Evidence(found.location, dotted(found.path), shown(found.value), subject)


def _matching(traces: Sequence[ValueTrace], about: str) -> Iterator[ValueTrace]:
    """Yield the values that a text is about; all where it is about nothing."""
    for trace in traces:
        text = str(trace.value)
        if not about or (text and (text in about or about in text)):
            yield trace
