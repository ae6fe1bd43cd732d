"""Which line made this field, and which fields this line makes.

The engine has no hooks, so the chart is rendered again with marked values: a mark that
is printed ties a field to a value. Values that act through a branch are changed one by
one.
"""

# Only what somebody asks about is traced; nothing here runs during a check.

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from baro.expand.feeds import Feed, feeds_of, rendered_field
from baro.expand.ports import HelmEngine
from baro.expand.prepared import PreparedSource
from baro.expand.valuestext import merged
from baro.expand.valuetrace import Appearance, Setter, ValueTrace
from baro.expand.variants import (
    DocumentKey,
    Documents,
    changed,
    changes,
    holders,
    mark,
    render_twice,
    render_variants,
    value_at,
    with_leaves,
)
from baro.model.expansion import ClusterRegistration, LayerKind, Rendering
from baro.model.fieldpath import MISSING, FieldPath, get, leaves
from baro.model.manifest import Manifest
from baro.model.origin import Link
from baro.model.ref import ObjectRef
from baro.model.secret import redact

MOST_LEAVES = 400
"""Leaves that are changed one by one for one answer."""
BATCH = 32
"""Variants that are rendered at once."""


@dataclass(eq=False)
class Tracer:
    """Traces the values of one Helm source.

    `clusters` are asked where a label or annotation was written.
    """

    prepared: PreparedSource
    engine: HelmEngine
    clusters: Sequence[ClusterRegistration] = ()
    _base: Documents | None = None
    _noise: frozenset[tuple[DocumentKey, FieldPath]] = frozenset()
    _ready: bool = False
    _reasons: list[str] = field(default_factory=list)

    @property
    def rendering(self) -> Rendering:
        """Return what is known of the source."""
        return self.prepared.rendering

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return what templates see: the chart's defaults below the user's values.

        Handed to Helm in place of the user's, they make the same objects.
        """
        chart = self.rendering.chart
        defaults = chart.defaults if chart is not None else {}
        return merged(defaults, self.rendering.values)

    def value(self, path: FieldPath) -> ValueTrace:
        """Say who sets a values path, and where it appears."""
        value = get(self.values, path, MISSING)
        setters = tuple(self._setters(path))
        if value is MISSING or not self._prepare():
            return ValueTrace(path, None, setters, unsettled=tuple(self._reasons))
        below = {(*path, *inner): leaf for inner, leaf in leaves(value)}
        found = list(self._appearances(below))
        return ValueTrace(
            path=path,
            value=value,
            setters=setters,
            appearances=_without_twins(found),
            unread=not found and not self._reasons,
            unsettled=tuple(self._reasons),
        )

    def field(self, manifest: Manifest, path: FieldPath) -> tuple[ValueTrace, ...]:
        """Say which values make a field of a rendered object, the nearest first."""
        if not self._prepare() or self._base is None:
            return ()
        document = self._document(manifest)
        if document is None:
            return ()
        return tuple(
            ValueTrace(leaf, get(self.values, leaf), tuple(self._setters(leaf)))
            for leaf in self._makers(document, path)
        )

    def _prepare(self) -> bool:
        """Render the plain values twice: what differs is random, and set aside."""
        if not self._ready:
            self._ready = True
            self._base, self._noise = render_twice(self.prepared, self.engine)
        if self._base is None and not self._reasons:
            self._reasons.append("the chart does not render with these values")
        return self._base is not None

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
        chart = self.rendering.chart
        if chart is None or get(chart.defaults, path, MISSING) is MISSING:
            return
        where = chart.text.locate(path) if chart.text is not None else None
        yield Setter("chart default", get(chart.defaults, path), where)

    def _appearances(self, below: dict[FieldPath, Any]) -> Iterator[Appearance]:
        paths = list(below)
        marked = {p: changed(below[p], n) for n, p in enumerate(paths)}
        variant = with_leaves(self.values, marked)
        (after,) = render_variants(self.prepared, self.engine, [variant])
        left = paths
        if after is not None:
            seen: set[FieldPath] = set()
            for number, path in enumerate(paths):
                for document, at in holders(after, mark(number)):
                    seen.add(path)
                    yield self._appearance(document, at, after, printed=True)
            left = [path for path in paths if path not in seen]
        yield from self._branches(left, below)

    def _branches(
        self, paths: Sequence[FieldPath], below: dict[FieldPath, Any]
    ) -> Iterator[Appearance]:
        """Change values one by one and see what differs."""
        if len(paths) > MOST_LEAVES:
            self._reasons.append(f"more than {MOST_LEAVES} values below this path")
            return
        base = self._base or {}
        for start in range(0, len(paths), BATCH):
            group = paths[start : start + BATCH]
            variants = [
                with_leaves(self.values, {p: changed(below[p], n)})
                for n, p in enumerate(group)
            ]
            rendered = render_variants(self.prepared, self.engine, variants)
            for path, after in zip(group, rendered, strict=True):
                if after is None:
                    self._reasons.append(f"the chart refuses another {path[-1]}")
                    continue
                for change in changes(base, after):
                    if (change.document, change.path) not in self._noise:
                        yield self._appearance(
                            change.document, change.path, after, printed=False
                        )

    def _appearance(
        self,
        document: DocumentKey,
        path: FieldPath,
        after: Documents,
        *,
        printed: bool,
    ) -> Appearance:
        """Return a field as it is without the change."""
        base = self._base or {}
        source = base.get(document) or after[document]
        there = _standing(base, document, path)
        return Appearance(
            subject=ObjectRef.of(source.body),
            path=there,
            value=get(redact(source.body), path) if path else None,
            printed=printed,
            template=source.text.at() if source.text is not None else None,
        )

    def _document(self, manifest: Manifest) -> DocumentKey | None:
        for key, printed in (self._base or {}).items():
            ref = ObjectRef.of(printed.body)
            same = (ref.kind, ref.name, ref.group) == (
                manifest.ref.kind,
                manifest.ref.name,
                manifest.ref.group,
            )
            namespace = ref.namespace or manifest.ref.namespace
            if same and namespace == manifest.ref.namespace:
                return key
        return None

    def _makers(self, document: DocumentKey, path: FieldPath) -> list[FieldPath]:
        """Return the values that make a field: those printed there, else a branch."""
        known = dict(leaves(self.values))
        paths = [p for p in known if p and isinstance(known[p], str)]
        printed = self._printed_at(document, path, paths, known)
        if printed:
            return printed
        own = [p for p, _ in leaves(self.rendering.values) if p]
        others = [p for p in known if p and p not in set(own)]
        plain = [p for p in others if not isinstance(known[p], str)]
        return self._deciding(document, path, [*own, *plain][:MOST_LEAVES], known)

    def _printed_at(
        self,
        document: DocumentKey,
        path: FieldPath,
        paths: Sequence[FieldPath],
        known: dict[FieldPath, Any],
    ) -> list[FieldPath]:
        """Mark many values at once; a group that the chart refuses is cut in two."""
        waiting, renders = [list(paths)], 0
        while waiting and renders < BATCH:
            group = waiting.pop(0)
            if not group:
                continue
            renders += 1
            marked = {p: changed(known[p], n) for n, p in enumerate(group)}
            variant = with_leaves(self.values, marked)
            (after,) = render_variants(self.prepared, self.engine, [variant])
            if after is None:
                middle = len(group) // 2
                waiting += [group[:middle], group[middle:]] if middle else []
                continue
            text = str(value_at(after, document, path))
            found = [p for n, p in enumerate(group) if mark(n) in text]
            if found:
                return found
        return []

    def _deciding(
        self,
        document: DocumentKey,
        path: FieldPath,
        paths: Sequence[FieldPath],
        known: dict[FieldPath, Any],
    ) -> list[FieldPath]:
        before = value_at(self._base or {}, document, path)
        found: list[FieldPath] = []
        for start in range(0, len(paths), BATCH):
            group = paths[start : start + BATCH]
            variants = [
                with_leaves(self.values, {p: changed(known[p], n)})
                for n, p in enumerate(group)
            ]
            rendered = render_variants(self.prepared, self.engine, variants)
            for leaf, after in zip(group, rendered, strict=True):
                if after is not None and value_at(after, document, path) != before:
                    found.append(leaf)
        return found


def _standing(base: Documents, document: DocumentKey, path: FieldPath) -> FieldPath:
    """Return the nearest ancestor that is there without the change."""
    while path and value_at(base, document, path) is MISSING:
        path = path[:-1]
    return path


def _without_twins(found: Sequence[Appearance]) -> tuple[Appearance, ...]:
    kept: dict[tuple[ObjectRef, FieldPath], Appearance] = {}
    for appearance in found:
        kept.setdefault((appearance.subject, appearance.path), appearance)
    return tuple(kept.values())


def trace_value(
    prepared: PreparedSource,
    engine: HelmEngine,
    path: FieldPath,
    clusters: Sequence[ClusterRegistration] = (),
) -> ValueTrace:
    """Say who sets a values path of a source, and where it appears."""
    return Tracer(prepared, engine, clusters).value(path)


def trace_field(
    prepared: PreparedSource,
    engine: HelmEngine,
    manifest: Manifest,
    path: FieldPath,
    clusters: Sequence[ClusterRegistration] = (),
) -> tuple[ValueTrace, ...]:
    """Say which values make a field of an object that a source rendered."""
    return Tracer(prepared, engine, clusters).field(manifest, path)


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
