"""Which line made this field, and which fields this line makes.

The engine has no hooks, so the chart is rendered again with marked values: a mark that
is printed ties a field to a value. Values that act through a branch are changed one by
one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from baro.expand.charts.subcharts import placed
from baro.expand.ports import HelmEngine
from baro.expand.sources.prepared import PreparedSource
from baro.expand.tracing.feeds import Feed, feeds_of, rendered_field
from baro.expand.tracing.markedchart import MarkedChart
from baro.expand.tracing.valuetrace import Appearance, Setter, ValueTrace
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import ChartContent, Rendering
from baro.model.fieldpath import MISSING, FieldPath, get, leaves
from baro.model.manifest import Manifest
from baro.model.origin import Link
from baro.model.ref import ObjectRef
from baro.model.valueslayer import LayerKind

_DOES_NOT_RENDER = "the chart does not render with these values"


@dataclass(eq=False)
class Tracer:
    """Traces the values of one Helm source.

    `clusters` are asked where a label or annotation was written, `made` are the
    objects of the source in the target state.
    """

    prepared: PreparedSource
    engine: HelmEngine
    clusters: Sequence[ClusterRegistration] = ()
    made: Sequence[Manifest] = ()

    @cached_property
    def _chart(self) -> MarkedChart:
        return MarkedChart(self.prepared, self.engine, self.made)

    @property
    def rendering(self) -> Rendering:
        """Return what is known of the source."""
        return self.prepared.rendering

    def value(self, path: FieldPath) -> ValueTrace:
        """Say who sets a values path, and where it appears."""
        chart = self._chart
        chart.reasons.clear()
        value = get(chart.values, path, MISSING)
        setters = tuple(self._setters(path))
        if value is MISSING:
            return ValueTrace(path, None, setters)
        if not chart.renders:
            return ValueTrace(path, value, setters, unsettled=(_DOES_NOT_RENDER,))
        below = {(*path, *inner): leaf for inner, leaf in leaves(value)}
        found = list(chart.appearances(below))
        return ValueTrace(
            path=path,
            value=value,
            setters=setters,
            appearances=_without_twins(found),
            unread=not found and not chart.reasons,
            unsettled=tuple(chart.reasons),
        )

    def field(
        self, manifest: Manifest, path: FieldPath, inside: FieldPath = ()
    ) -> tuple[ValueTrace, ...]:
        """Say which values make a field of a rendered object, the nearest first.

        `inside` is a path in the YAML or JSON text that the field holds.
        """
        document = self._chart.document(manifest)
        if document is None:
            return ()
        return tuple(
            ValueTrace(leaf, get(self._chart.values, leaf), tuple(self._setters(leaf)))
            for leaf in self._chart.makers(document, path, inside)
        )

    def _setters(self, path: FieldPath) -> Iterator[Setter]:
        for layer in self.rendering.setter(path):
            links: tuple[Link, ...] = ()
            feeds: tuple[Feed, ...] = ()
            rendered: tuple[Manifest, FieldPath] | None = None
            if layer.application is not None:
                links, feeds = feeds_of(layer, path, self.clusters)
                inner = path if layer.kind is LayerKind.OBJECT else ()
                rendered = rendered_field(layer.application, (*layer.within, *inner))
            yield Setter(
                what=str(layer.kind),
                value=get(layer.values, path),
                location=layer.locate(path),
                layer=layer,
                links=links,
                feeds=feeds,
                rendered=rendered,
            )
        if self.rendering.chart is not None:
            yield from _defaults(self.rendering.chart, path)


def _defaults(chart: ChartContent, path: FieldPath) -> Iterator[Setter]:
    """Yield the chart's own default, then those of the sub-charts that it is for."""
    for at, each in placed(chart):
        inner = path[len(at) :]
        if path[: len(at)] != at:
            continue
        value = get(each.defaults, inner, MISSING)
        if value is not MISSING and (inner or value):
            where = each.text.locate(inner) if each.text is not None else None
            what = "chart default" if each is chart else f"default of {each.name}"
            yield Setter(what, value, where)


def _without_twins(found: Sequence[Appearance]) -> tuple[Appearance, ...]:
    kept: dict[tuple[ObjectRef, FieldPath], Appearance] = {}
    for appearance in found:
        kept.setdefault((appearance.subject, appearance.path), appearance)
    return tuple(kept.values())


def trace_back(
    setter: Setter,
    prepare: Callable[[Manifest], Sequence[PreparedSource]],
    engine: HelmEngine,
    clusters: Sequence[ClusterRegistration] = (),
) -> tuple[ValueTrace, ...]:
    """Go on where a setter was itself rendered: which values made that field.

    `prepare` gives the sources of the Application that rendered it.
    """
    if setter.rendered is None:
        return ()
    manifest, path = setter.rendered
    owner = manifest.origin.owner
    if owner is None:
        return ()
    for prepared in prepare(owner):
        if prepared.rendering.within == manifest.origin.within:
            return Tracer(prepared, engine, clusters).field(manifest, path)
    return ()
