"""Values that a user set and that nothing in the chart reads.

A value is suspected when no template names its key and none takes the map around it
whole; it is confirmed by changing all suspects at once and rendering again. Only
sources with suspects cost anything.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from msgspec.structs import replace

from baro.expand.ports import HelmEngine
from baro.expand.sources.prepared import PreparedSource
from baro.expand.tracing.variants import (
    DocumentKey,
    Documents,
    changed,
    changes,
    mark,
    render_twice,
    render_variants,
    with_leaves,
)
from baro.model.expansion import ChartContent, Rendering
from baro.model.fieldpath import FieldPath, get, leaves

SAMPLES = 3
"""Sources of one chart in which a key is confirmed; then it is unread in all."""
MOST_SUSPECTS = 400
"""Suspects of one source; more are not looked at."""
MOST_RENDERS = 24
"""Renders that one source may cost."""

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_VALUE = re.compile(r"\.Values((?:\.[A-Za-z0-9_-]+)+)(?![.\w-])")
_TAKES_WHOLE = re.compile(
    r"\b(?:to(?:Pretty|Raw)?(?:Json|Yaml|Toml)|range|include|template|tpl|dict|list"
    r"|merge\w*|mustMerge\w*|deepCopy|pick|omit|set|values|join|keys)\b|:="
)


@dataclass(eq=False)
class _Reading:
    """What the templates of one chart name; `read` grows as renders show more."""

    chart: ChartContent
    read: set[FieldPath] = field(default_factory=set)
    confirmed: Counter[FieldPath] = field(default_factory=Counter)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return every word of every template, sub-charts' included."""
        found: set[str] = set()
        for path, text in self.chart.templates.items():
            if "templates/" in path:
                found.update(_WORD.findall(text.text))
        return frozenset(found)

    @cached_property
    def whole(self) -> frozenset[tuple[str, ...]]:
        """Return the maps that some template takes whole, as paths in `.Values`."""
        found: set[tuple[str, ...]] = set()
        for text in self.chart.templates.values():
            for action in _ACTION.findall(text.text):
                if ".Values" in action and _TAKES_WHOLE.search(action):
                    for path in _VALUE.findall(action):
                        found.add(tuple(path[1:].split(".")))
        return frozenset(found)

    def suspects(self, values: Mapping[str, object]) -> Iterator[FieldPath]:
        """Yield the leaves that nothing seems to read."""
        for path, _ in leaves(values):
            names = [step for step in path if isinstance(step, str)]
            if not names or names[-1] in self.words or path in self.read:
                continue
            if not self._taken(names):
                yield path

    def _taken(self, names: Sequence[str]) -> bool:
        # A sub-chart sees its own values without its name in front of them.
        return any(
            tuple(names[start:end]) in self.whole
            for start in range(min(2, len(names)))
            for end in range(start + 1, len(names) + 1)
        )


@dataclass(eq=False)
class UnreadValues:
    """Finds unread values; remembers per chart what it has learnt."""

    engine: HelmEngine
    _charts: dict[str, _Reading] = field(default_factory=dict)

    def find(
        self, sources: Sequence[tuple[PreparedSource, Rendering]]
    ) -> Iterator[Rendering]:
        """Yield each rendering with `unread` filled in, in order.

        `sources` pairs what was asked with what came of it.
        """
        for prepared, rendering in sources:
            unread = self._unread(prepared, rendering)
            yield replace(rendering, unread=unread) if unread else rendering

    def _unread(
        self, prepared: PreparedSource, rendering: Rendering
    ) -> tuple[FieldPath, ...]:
        request, chart = prepared.request, rendering.chart
        if request is None or chart is None or rendering.failure is not None:
            return ()
        if rendering.gaps:
            return ()
        digest = request.chart.digest
        reading = self._charts.setdefault(digest, _Reading(chart))
        suspects = [*reading.suspects(rendering.values)]
        if not suspects or len(suspects) > MOST_SUSPECTS:
            return ()
        sure = [path for path in suspects if reading.confirmed[path] >= SAMPLES]
        open_ones = [path for path in suspects if path not in set(sure)]
        if open_ones:
            found = _confirm(prepared, self.engine, open_ones)
            reading.confirmed.update(found)
            reading.read.update(path for path in open_ones if path not in set(found))
            sure.extend(found)
        return tuple(path for path in suspects if path in set(sure))


def _confirm(
    prepared: PreparedSource, engine: HelmEngine, suspects: Sequence[FieldPath]
) -> list[FieldPath]:
    """Return the suspects whose change changes nothing."""
    values = prepared.rendering.values
    base, noise = render_twice(prepared, engine)
    if base is None:
        return []
    confirmed: list[FieldPath] = []
    waiting: list[list[FieldPath]] = [list(suspects)]
    renders = 0
    while waiting and renders < MOST_RENDERS:
        group = waiting.pop(0)
        renders += 1
        replaced = {p: changed(get(values, p), n) for n, p in enumerate(group)}
        (after,) = render_variants(prepared, engine, [with_leaves(values, replaced)])
        if after is not None and _same(base, after, noise):
            confirmed.extend(group)
        elif len(group) > 1:
            waiting += _narrowed(group, after)
    return confirmed


def _narrowed(group: list[FieldPath], after: Documents | None) -> list[list[FieldPath]]:
    """Leave out the suspects that were printed; cut the group where none was."""
    if after is not None:
        bodies = repr([printed.body for printed in after.values()])
        silent = [path for n, path in enumerate(group) if mark(n) not in bodies]
        if len(silent) < len(group):
            return [silent] if silent else []
    middle = len(group) // 2
    return [group[:middle], group[middle:]]


def _same(
    base: Documents, after: Documents, noise: frozenset[tuple[DocumentKey, FieldPath]]
) -> bool:
    return all(
        (change.document, change.path) in noise for change in changes(base, after)
    )
