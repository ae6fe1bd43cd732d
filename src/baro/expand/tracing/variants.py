"""A chart rendered again with some values changed, and what that changes."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.ports import HelmEngine, RenderRequest
from baro.expand.sources.helm import json_values
from baro.expand.sources.helmoutput import finish_helm
from baro.expand.sources.prepared import PreparedSource, Printed
from baro.expand.stop import StoppedError
from baro.model.blocktext import value_within
from baro.model.fieldpath import MISSING, FieldPath, get, leaves

DocumentKey = tuple[str, int]
"""The template's file, and which of its objects."""
Documents = Mapping[DocumentKey, Printed]

_MARK = "bq{:05d}qz"
_NOBODYS = "once-more.invalid/v1"


class Change(Struct, frozen=True):
    """A field that differs between two renders; MISSING where one has none.

    `path` is empty for an object that only one of them has.
    """

    document: DocumentKey
    path: FieldPath
    before: Any
    after: Any


def mark(number: int) -> str:
    """Return a text that no chart prints by itself, fit for names and labels."""
    return _MARK.format(number)


def changed(value: Any, number: int) -> Any:
    """Return another value of the same kind; texts and lists carry their mark."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + mark(number)
        case list():
            return [mark(number)]
        case Mapping():
            return {mark(number): mark(number)}
        case _:
            return mark(number)


def with_leaves(
    values: Mapping[str, Any], replaced: Mapping[FieldPath, Any]
) -> dict[str, Any]:
    """Return a copy of values with what stands at some paths replaced."""
    result = copy.deepcopy(dict(values))
    for path, value in replaced.items():
        target: Any = result
        for step in path[:-1]:
            if isinstance(target, dict):
                target = target.setdefault(step, {})
            else:
                target = target[step]
        target[path[-1]] = value
    return result


def render_variants(
    prepared: PreparedSource,
    engine: HelmEngine,
    variants: Iterable[Mapping[str, Any]],
) -> list[Documents | None]:
    """Render a source with other values; None where the chart refuses them.

    The chart's schema is not asked: it knows nothing of marks.
    """
    request = prepared.request
    if request is None:
        return [None for _ in variants]
    requests: list[RenderRequest] = []
    for values in variants:
        try:
            text = json_values(values)
        except StoppedError:
            text = request.values
        requests.append(replace(request, values=text, skip_schema=True))
    return _rendered(prepared, engine, requests)


def render_twice(
    prepared: PreparedSource, engine: HelmEngine
) -> tuple[Documents | None, frozenset[tuple[DocumentKey, FieldPath]]]:
    """Render a source as it is; and the fields that differ from render to render.

    Generated passwords and dates do. The second request asks for one more API version
    that nobody knows, so that an engine that remembers its answers works again.
    """
    if prepared.request is None:
        return None, frozenset()
    request = replace(prepared.request, skip_schema=True)
    other = replace(request, api_versions=(*request.api_versions, _NOBODYS))
    base, again = _rendered(prepared, engine, [request, other])
    if base is None or again is None:
        return base, frozenset()
    return base, frozenset((c.document, c.path) for c in changes(base, again))


def _rendered(
    prepared: PreparedSource, engine: HelmEngine, requests: Sequence[RenderRequest]
) -> list[Documents | None]:
    found: list[Documents | None] = []
    for outcome in engine.render(requests):
        rendering, printed = finish_helm(prepared, outcome)
        failed = outcome.lost or rendering.failure is not None
        found.append(None if failed else keyed(printed))
    return found


def keyed(printed: Sequence[Printed]) -> Documents:
    """Return objects by their template and their place in it.

    So an object is found again when a value changes its name.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    found: dict[DocumentKey, Printed] = {}
    for each in printed:
        file = each.text.file if each.text is not None else ""
        found[file, counts[file]] = each
        counts[file] += 1
    return found


def changes(before: Documents, after: Documents) -> Iterator[Change]:
    """Yield every field that differs."""
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield Change(
                key,
                (),
                MISSING if old is None else old.body,
                MISSING if new is None else new.body,
            )
            continue
        if old.body == new.body:
            continue
        were, are = dict(leaves(old.body)), dict(leaves(new.body))
        for path in (*were, *(path for path in are if path not in were)):
            one, other = were.get(path, MISSING), are.get(path, MISSING)
            if one is MISSING or other is MISSING or one != other:
                yield Change(key, path, one, other)


def holders(documents: Documents, text: str) -> Iterator[tuple[DocumentKey, FieldPath]]:
    """Yield the fields whose value, or whose key, holds a text."""
    for key, printed in documents.items():
        for path, value in leaves(printed.body):
            if isinstance(value, str) and text in value:
                yield key, path
                continue
            for depth, step in enumerate(path):
                if isinstance(step, str) and text in step:
                    yield key, path[: depth + 1]
                    break


def value_at(
    documents: Documents,
    document: DocumentKey,
    path: FieldPath,
    inside: FieldPath = (),
) -> Any:
    """Return what an object of a render has at a path; MISSING for nothing.

    `inside` is a path in the YAML or JSON text that stands there.
    """
    printed = documents.get(document)
    value = MISSING if printed is None else get(printed.body, path, MISSING)
    return value_within(value, inside) if inside else value
