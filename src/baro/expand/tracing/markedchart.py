"""A chart that is rendered again with marked values, to see where they go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import Struct

from baro.expand.charts.subcharts import whole_defaults
from baro.expand.ports import HelmEngine
from baro.expand.sources.prepared import PreparedSource
from baro.expand.tracing.valuetrace import Appearance
from baro.expand.tracing.variants import (
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
from baro.expand.values.valuestext import merged
from baro.model.expansion import Rendering
from baro.model.fieldpath import MISSING, FieldPath, get, leaves
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.secret import redact

MOST_LEAVES = 400
"""Leaves that are changed one by one for one answer."""
BATCH = 32
"""Variants that are rendered at once."""


class _Field(Struct, frozen=True):
    """A field of a rendered object; `inside` is a path in the text that it holds."""

    document: DocumentKey
    path: FieldPath
    inside: FieldPath = ()

    def value(self, documents: Documents) -> Any:
        """Return what a render has there."""
        return value_at(documents, self.document, self.path, self.inside)


@dataclass(eq=False)
class MarkedChart:
    """One Helm source, and how its objects change with its values.

    `made` are its objects in the target state. `reasons` collects what could not be
    told.
    """

    prepared: PreparedSource
    engine: HelmEngine
    made: Sequence[Manifest] = ()
    reasons: list[str] = field(default_factory=list)

    @property
    def rendering(self) -> Rendering:
        """Return what is known of the source."""
        return self.prepared.rendering

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Return what templates see: the charts' defaults below the user's values.

        Handed to Helm in place of the user's, they make the same objects.
        """
        chart = self.rendering.chart
        defaults = whole_defaults(chart) if chart is not None else {}
        return merged(defaults, self.rendering.values)

    @cached_property
    def _twice(
        self,
    ) -> tuple[Documents | None, frozenset[tuple[DocumentKey, FieldPath]]]:
        """Render the plain values twice: what differs is random, and set aside."""
        return render_twice(self.prepared, self.engine)

    @property
    def renders(self) -> bool:
        """Tell whether the chart renders with its plain values."""
        return self._twice[0] is not None

    @property
    def _base(self) -> Documents:
        return self._twice[0] or {}

    def appearances(self, below: Mapping[FieldPath, Any]) -> Iterator[Appearance]:
        """Yield the fields that some values make; `below` holds them by their path."""
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
        self, paths: Sequence[FieldPath], below: Mapping[FieldPath, Any]
    ) -> Iterator[Appearance]:
        """Change values one by one and see what differs."""
        if len(paths) > MOST_LEAVES:
            self.reasons.append(f"more than {MOST_LEAVES} values below this path")
            return
        base = self._base
        for start in range(0, len(paths), BATCH):
            group = paths[start : start + BATCH]
            variants = [
                with_leaves(self.values, {p: changed(below[p], n)})
                for n, p in enumerate(group)
            ]
            rendered = render_variants(self.prepared, self.engine, variants)
            for path, after in zip(group, rendered, strict=True):
                if after is None:
                    self.reasons.append(f"the chart refuses another {path[-1]}")
                    continue
                for change in changes(base, after):
                    if (change.document, change.path) not in self._twice[1]:
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
        base = self._base
        source = base.get(document) or after[document]
        there = _standing(base, document, path)
        return Appearance(
            subject=self._name(ObjectRef.of(source.body)),
            path=there,
            value=get(redact(source.body), path) if path else None,
            printed=printed,
            template=source.text.at() if source.text is not None else None,
        )

    @cached_property
    def _known(self) -> Mapping[tuple[str, str, str], Sequence[ObjectRef]]:
        known: defaultdict[tuple[str, str, str], list[ObjectRef]] = defaultdict(list)
        for manifest in self.made:
            ref = manifest.ref
            known[ref.group, ref.kind, ref.name].append(ref)
        return known

    def _name(self, ref: ObjectRef) -> ObjectRef:
        """Return an object's whole name: Argo CD puts it in the namespace."""
        for known in self._known.get((ref.group, ref.kind, ref.name), ()):
            if ref.namespace in ("", known.namespace):
                return known
        return ref

    def document(self, manifest: Manifest) -> DocumentKey | None:
        """Return the object of the plain render that a manifest is."""
        for key, printed in self._base.items():
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

    def makers(
        self, document: DocumentKey, path: FieldPath, inside: FieldPath = ()
    ) -> list[FieldPath]:
        """Return the values that make a field: those printed there, else a branch.

        Of those printed the longest comes first: it says most of the field. A field
        that is a list of texts leads to the list.
        """
        field = _Field(document, path, inside)
        value = field.value(self._base)
        known = dict(leaves(self.values))
        texts = [p for p in known if p and isinstance(known[p], str)]
        printed = self._printed_in(field, _likely(texts, known, value), known)
        if printed:
            whole = isinstance(value, list)
            return [*dict.fromkeys(_list_of(p) if whole else p for p in printed)]
        own = [p for p, _ in leaves(self.rendering.values) if p]
        others = [p for p in known if p and p not in set(own)]
        plain = [p for p in others if not isinstance(known[p], str)]
        return self._deciding(field, [*own, *plain][:MOST_LEAVES], known)

    def _printed_in(
        self,
        field: _Field,
        groups: Iterable[Sequence[FieldPath]],
        known: Mapping[FieldPath, Any],
    ) -> list[FieldPath]:
        """Mark many values at once.

        A group that the chart refuses, or that takes the field away (a key is made of
        one of them), is cut in two.
        """
        waiting, renders = [list(group) for group in groups], 0
        while waiting and renders < BATCH:
            group = waiting.pop(0)
            if not group:
                continue
            renders += 1
            marked = {p: changed(known[p], n) for n, p in enumerate(group)}
            variant = with_leaves(self.values, marked)
            (after,) = render_variants(self.prepared, self.engine, [variant])
            value = MISSING if after is None else field.value(after)
            if value is MISSING:
                middle = len(group) // 2
                halves = [group[:middle], group[middle:]] if middle else []
                waiting = [*halves, *waiting]
                continue
            found = [p for n, p in enumerate(group) if mark(n) in str(value)]
            if found:
                return found
        return []

    def _deciding(
        self,
        field: _Field,
        paths: Sequence[FieldPath],
        known: Mapping[FieldPath, Any],
    ) -> list[FieldPath]:
        if (field.document, field.path) in self._twice[1]:
            return []
        before = field.value(self._base)
        found: list[FieldPath] = []
        removing: list[FieldPath] = []
        for start in range(0, len(paths), BATCH):
            group = paths[start : start + BATCH]
            variants = [
                with_leaves(self.values, {p: changed(known[p], n)})
                for n, p in enumerate(group)
            ]
            rendered = render_variants(self.prepared, self.engine, variants)
            for leaf, after in zip(group, rendered, strict=True):
                value = before if after is None else field.value(after)
                if value is MISSING:
                    removing.append(leaf)
                elif value != before:
                    found.append(leaf)
        return [*found, *removing]


def _likely(
    paths: Sequence[FieldPath], known: Mapping[FieldPath, Any], value: object
) -> tuple[list[FieldPath], list[FieldPath]]:
    """Part the values into those that a field's text has, longest first; and others.

    Few are marked at once where few can be meant: a chart refuses some marks.
    """
    text = str(value)
    held = [p for p in paths if known[p] and (known[p] in text or text in known[p])]
    held.sort(key=lambda path: -len(known[path]))
    return held, [path for path in paths if path not in set(held)]


def _list_of(path: FieldPath) -> FieldPath:
    return path[:-1] if isinstance(path[-1], int) else path


def _standing(base: Documents, document: DocumentKey, path: FieldPath) -> FieldPath:
    """Return the nearest ancestor that is there without the change."""
    while path and value_at(base, document, path) is MISSING:
        path = path[:-1]
    return path
