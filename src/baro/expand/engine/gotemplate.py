"""Go templates of ApplicationSets, as Argo CD evaluates them, on Helm's engine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.engine.missingkey import Options, variants
from baro.expand.engine.rewriting import insisting, rewritten
from baro.expand.engine.sheet import Ask, Column, Sheet
from baro.expand.engine.typedparams import is_typed, typed_paths
from baro.expand.ports import TemplateFailure

EVALUATIONS = 1_000
"""Evaluations of one rendering; small beside its own cost, large beside a failure."""

Portion = tuple[list[Column], Sequence[int]]


class Backend(Struct, frozen=True):
    """What evaluates: `ask` renders one chart, `every` solves all portions.

    `strict` tells that it can fail over a missing key.
    """

    ask: Ask
    every: Callable[[Callable[[Portion], None], Sequence[Portion]], None]
    strict: bool = True


def evaluate(
    templates: Sequence[str],
    params: Sequence[Mapping[str, Any]],
    options: Sequence[str],
    backend: Backend,
) -> list[list[str | TemplateFailure]]:
    """Return, for each parameter set, each template's text or failure."""
    # Argo CD: applicationset/utils/utils.go, Replace
    sheet = Sheet(
        params=params,
        paths=typed_paths(params),
        options=Options.of(options),
        ask=backend.ask,
        cells=[list(templates) for _ in params],
    )
    columns = list(_columns(sheet, templates))
    if sheet.options.missing == "error" and not backend.strict:
        columns = [replace(c, template=insisting(c.template)) for c in columns]
    portions = list(_portions(sheet, columns))
    backend.every(lambda portion: sheet.solve(*portion), portions)
    return sheet.cells


def _columns(sheet: Sheet, templates: Sequence[str]) -> Iterator[Column]:
    """Yield the columns that need an engine, and fill the others."""
    rows = range(len(sheet.params))
    for index, text in enumerate(templates):
        template = rewritten(text)
        column = Column(index, template)
        if sheet.options.refused:
            sheet.fail(column, rows, sheet.options.refused)
        elif template.broken:
            sheet.fail(column, rows, sheet.unparsed(column))
        elif "{{" in text:
            typed = is_typed(template.chains, sheet.paths, sheet.options.missing)
            yield Column(index, template, typed)


def _portions(sheet: Sheet, columns: Sequence[Column]) -> Iterator[Portion]:
    """Yield what to solve at once: columns of one sort, and rows."""
    rows = range(len(sheet.params))
    together = [column for column in columns if not column.template.alone]
    split = sheet.options.missing == "default"
    typed = [column for column in together if column.typed]
    apart = [column for column in columns if column.template.alone]
    yield from _chunks([column for column in together if not column.typed], rows)
    if not split:
        yield from _chunks(typed, rows)
    for column in (*apart, *(typed if split else ())):
        if not column.typed or not split:
            yield from _chunks([column], rows)
            continue
        some = variants(column.template, sheet.params, rows, sheet.paths)
        for template, those in some:
            yield from _chunks([replace(column, template=template)], those)


def _chunks(columns: list[Column], rows: Sequence[int]) -> Iterator[Portion]:
    if columns:
        size = max(1, EVALUATIONS // len(columns))
        for start in range(0, len(rows), size):
            yield columns, rows[start : start + size]
