"""From generator entries to parameter sets: fill in values, then filter."""

# Argo CD: applicationset/generators/generator_spec_processor.go,
# value_interpolation.go

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from baro.expand import generators
from baro.expand.applicationsets import mergo
from baro.expand.applicationsets.gotext import flattened, printed
from baro.expand.applicationsets.texts import Rendered
from baro.expand.generators import selector as selectors
from baro.expand.generators.generator import (
    Combination,
    Drafts,
    Generator,
    Params,
    Refusal,
    RefusedError,
    Result,
    Surroundings,
    Terminal,
)
from baro.expand.generators.nested import undecodable
from baro.expand.ports import StringMap, TemplateFailure
from baro.model.fieldpath import FieldPath

COMBINATIONS_UNTIL = 2
"""The depth at which only terminal generators are left."""
_STRING_MAPS_MATCH = (3, 4, 0)


@cache
def known_generators() -> Mapping[str, Generator]:
    """Return every generator of this package, in the order of Argo CD's struct."""
    found: list[Generator] = []
    for module in pkgutil.iter_modules(generators.__path__):
        loaded = importlib.import_module(f"{generators.__name__}.{module.name}")
        generator = getattr(loaded, "GENERATOR", None)
        if isinstance(generator, Terminal | Combination):
            found.append(generator)
    return {each.key: each for each in sorted(found, key=lambda each: each.order)}


class Entry(Struct, frozen=True):
    """One item of a `generators` list, its parameters put in already.

    `selector` is what to filter by: in a matrix the one before that.
    """

    body: Mapping[str, Any]
    selector: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any] | None) -> "Entry":
        """Take an item as it is written; what is null in YAML is empty in Go."""
        filled = body or {}
        return cls(filled, filled.get("selector"))


def relevant(body: Mapping[str, Any], depth: int) -> list[Generator]:
    """Return the generators that an item names; nested combinations end at depth 2."""
    return [
        generator
        for key, generator in known_generators().items()
        if body.get(key) is not None
        and (isinstance(generator, Terminal) or depth < COMBINATIONS_UNTIL)
    ]


def transform(
    generator: Generator,
    entries: Sequence[Entry],
    path: FieldPath,
    around: Surroundings,
    depth: int = 0,
) -> list[Result]:
    """Return the filtered parameter sets of each entry.

    The entries are one item with different parameters put in; equal bodies are
    generated once. `path` is the item's place.
    """
    if not entries:
        return []
    at = (*path, generator.key)
    first = entries[0]
    bodies = {id(entry.body): entry.body for entry in entries}
    specs = [body[generator.key] for body in bodies.values()]
    results: list[Result]
    if isinstance(generator, Terminal):
        drafts = [_drafts(generator, spec, at, around) for spec in specs]
        results = _valued(drafts, at, around)
    else:
        results = generator.combine(specs, at, around, depth)
    results = [_filtered(result, first.selector, at, around) for result in results]
    by_body = dict(zip(bodies, results, strict=True))
    answers = [by_body[id(entry.body)] for entry in entries]
    given = sum(len(answer) for answer in answers if not isinstance(answer, Refusal))
    around.account.count(generator.key, at, given, _shown_selector(generator, first))
    if any(isinstance(answer, Refusal) for answer in answers):
        around.account.refused(at)
    return answers


def _shown_selector(generator: Generator, entry: Entry) -> Mapping[str, Any]:
    own = entry.body[generator.key].get("selector") or {}
    return own or entry.selector or {}


def _drafts(
    generator: Terminal, spec: Mapping[str, Any], path: FieldPath, around: Surroundings
) -> Drafts:
    try:
        return generator.drafts(spec, path, around)
    except RefusedError as error:
        return Drafts(refusal=error.refusal)


def _valued(
    drafted: Sequence[Drafts], path: FieldPath, around: Surroundings
) -> list[Result]:
    """Render the `values` of all drafts, those with equal ones in one call."""
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for index, drafts in enumerate(drafted):
        # What is null in YAML is empty in Go.
        values = {name: text or "" for name, text in drafts.values.items()}
        groups.setdefault(tuple(sorted(values.items())), []).append(index)
    results: list[Result] = [[] for _ in drafted]
    for pairs, indexes in groups.items():
        names = [name for name, _ in pairs]
        params = [draft.params for i in indexes for draft in drafted[i].drafts]
        rows = around.texts.render([text for _, text in pairs], params)
        at = 0
        for index in indexes:
            count = len(drafted[index].drafts)
            results[index] = _completed(
                drafted[index], names, rows[at : at + count], path, around
            )
            at += count
    return results


def _completed(
    drafts: Drafts,
    names: Sequence[str],
    rows: Sequence[Sequence[Rendered]],
    path: FieldPath,
    around: Surroundings,
) -> Result:
    sets: list[Params] = []
    for draft, row in zip(drafts.drafts, rows, strict=True):
        texts: dict[str, str] = {}
        for name, text in zip(names, row, strict=True):
            if isinstance(text, TemplateFailure):
                return Refusal(
                    f"{draft.wrapping}failed to replace templated string: failed to "
                    f"replace templated string with rendered values: {text.message}",
                    (*path, "values", name),
                    around.locate((*path, "values", name)),
                )
            texts[name] = text
        if not texts:
            sets.append(draft.params)
        elif around.go_template:
            sets.append({**draft.params, "values": StringMap(texts)})
        else:
            flat = {f"values.{name}": text for name, text in texts.items()}
            sets.append({**draft.params, **flat})
    if drafts.refusal is not None:
        return drafts.refusal
    return [{drafts.together: sets}] if drafts.together else sets


def _filtered(
    result: Result,
    spec: Mapping[str, Any] | None,
    path: FieldPath,
    around: Surroundings,
) -> Result:
    if spec is None or isinstance(result, Refusal):
        return result
    try:
        selector = selectors.parse(spec)
    except selectors.SelectorError as error:
        at = (*path[:-1], "selector")
        message = f"error parsing label selector: {error}"
        return Refusal(message, at, around.locate(at))
    if not selector.requirements:
        return result
    maps_match = around.version >= _STRING_MAPS_MATCH
    return [
        params
        for params in result
        if selector.matches(_labels(params, string_maps=maps_match))
    ]


def _labels(params: Params, *, string_maps: bool) -> dict[str, str]:
    flat = flattened(params, opaque=() if string_maps else (StringMap,))
    return {key: printed(value) for key, value in flat.items()}


def children(
    entries: Sequence[Entry], path: FieldPath, around: Surroundings, depth: int
) -> list[Result]:
    """Return the parameter sets of one child of a combination, for each entry.

    `path` ends in `matrix`, `generators` and an index. Every refusal is worded as the
    combination reports it.
    """
    if not entries:
        return []
    prefix = "child generator returned an error on parameter generation: "
    first = entries[0]
    broken = undecodable(first.body, path, around)
    if broken is not None:
        return [broken for _ in entries]
    refused = _filtered([], first.selector, (*path, ""), around)
    if isinstance(refused, Refusal):
        return [refused.within(prefix) for _ in entries]
    found = relevant(first.body, depth)
    if not found:
        nothing = Refusal("child generator generated no parameters", path)
        return [nothing for _ in entries]
    answers = [transform(each, entries, path, around, depth) for each in found]
    results: list[Result] = []
    for row in zip(*answers, strict=True):
        refusal = next((each for each in row if isinstance(each, Refusal)), None)
        if refusal is not None:
            results.append(refusal.within(prefix))
        elif len(row) > 1:
            message = "found more than one generator in matrix.Generators"
            results.append(Refusal(message, path, around.locate(path)))
        else:
            results.append(row[0])
    return results


def merged(
    weaker: Params, stronger: Params, path: FieldPath, around: Surroundings
) -> Params | Refusal:
    """Return two nested parameter sets merged; a refusal where Argo CD panics."""
    try:
        return mergo.overridden(weaker, stronger)
    except mergo.GoPanicError as error:
        return Refusal(str(error), path, around.locate(path))
