"""Go templates of ApplicationSets, evaluated by Helm's engine in batches.

Each template is a partial of a chart in memory, the parameters are its values, and a
driver includes one in every line with one parameter set. The engine gives up at the
first failure, so what failed is taken out, said in Go's words, and the rest repeated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import msgspec

from baro.errors import ToolError
from baro.expand.chartfiles import pack
from baro.expand.engine.functions import HELPERS
from baro.expand.engine.goerrors import (
    Broken,
    Unparsed,
    in_words_of_go,
    offset,
    parse_error,
    understood,
)
from baro.expand.engine.messages import Answer, Refused, Render, Rendered
from baro.expand.engine.rewriting import Rewritten, guarded, rewritten
from baro.expand.engine.typedparams import TypedParams, is_typed, typed_paths
from baro.expand.ports import TemplateFailure

EVALUATIONS = 1_000
"""Evaluations of one rendering; small beside its own cost, large beside a failure."""
ENOUGH = 2
"""Parameter sets over which a template may take the engine down before it is left."""

Cell = str | TemplateFailure
Ask = Callable[[Render, bytes], Answer]

_CHART = b"{apiVersion: v2, name: c, version: 0.0.0}"
_OPTIONS = frozenset(("default", "invalid", "zero", "error"))


@dataclass(frozen=True, slots=True)
class Options:
    """What `goTemplateOptions` ask for; the last `missingkey` counts."""

    missing: str = "default"
    refused: str = ""

    @classmethod
    def of(cls, options: Sequence[str]) -> "Options":
        """Read the options; `refused` is Go's panic over the first unknown one."""
        missing = "default"
        for option in options:
            key, _, value = option.partition("=")
            if not option:
                return cls(refused="empty option string")
            if key != "missingkey" or value not in _OPTIONS:
                return cls(refused=f"unrecognized option: {option}")
            missing = "default" if value == "invalid" else value
        return cls(missing)


@dataclass(frozen=True, slots=True)
class Column:
    """One template, and its place among those of the caller."""

    index: int
    template: Rewritten
    typed: bool = False


@dataclass(slots=True)
class Sheet:
    """The cells of one call, as they become known; columns are templates."""

    params: Sequence[Mapping[str, Any]]
    paths: frozenset[tuple[str, ...]]
    options: Options
    ask: Ask
    cells: list[list[Cell]]
    lost: dict[int, list[str]] = field(default_factory=dict)

    def set(self, column: Column, rows: Sequence[int], cell: Cell) -> None:
        """Write one cell for all `rows`."""
        for row in rows:
            self.cells[row][column.index] = cell

    def solve(self, columns: Sequence[Column], rows: Sequence[int]) -> None:
        """Fill the cells where `columns` and `rows` cross."""
        columns = [column for column in columns if not self._given_up(column, rows)]
        if not columns or not rows:
            return
        try:
            answer = self._render(columns, rows)
        except ToolError as error:
            self._halve(columns, rows, str(error))
            return
        if isinstance(answer, Rendered):
            self._fill(columns, rows, answer)
            return
        refusal = answer.message if isinstance(answer, Refused) else "no answer"
        match understood(refusal):
            case Unparsed(template):
                column = columns[template]
                self.set(column, rows, self._unparsed(column))
                self.solve(_without(columns, column), rows)
            case Broken() as broken:
                self._repeat(columns, rows, broken)
            case None:
                self._halve(columns, rows, refusal)

    def _render(self, columns: Sequence[Column], rows: Sequence[int]) -> Answer:
        typed = TypedParams(
            [self.params[row] for row in rows],
            self.paths if any(column.typed for column in columns) else frozenset(),
        )
        lines = [
            f'{{{{ include "c/templates/_{place}.tpl" (index $P {row}) | toJson }}}}'
            for row in range(len(rows))
            for place in range(len(columns))
        ]
        files = {
            "Chart.yaml": _CHART,
            **typed.files,
            "templates/d.yaml": "\n".join((typed.driver, *lines)).encode(),
        }
        for place, column in enumerate(columns):
            text = column.template.text
            files[f"templates/_{place}.tpl"] = text.encode("utf-8", "replace")
        if any(column.template.changes for column in columns):
            files["templates/_h.tpl"] = HELPERS.encode()
        content = pack("c", files)
        question = Render(
            digest=sha256(content).hexdigest(),
            content=None,
            values=typed.values,
            release="r",
            namespace="n",
            kube_version="v1.30.0",
            strict=self.options.missing == "error",
            share=not typed.files,
        )
        return self.ask(question, content)

    def _fill(
        self, columns: Sequence[Column], rows: Sequence[int], answer: Rendered
    ) -> None:
        (_, text), *_ = answer.files
        lines = text.strip().split("\n")
        values: list[str] = msgspec.json.decode(f"[{','.join(lines)}]")
        width = len(columns)
        for place, row in enumerate(rows):
            found = values[place * width : (place + 1) * width]
            for column, value in zip(columns, found, strict=True):
                self.cells[row][column.index] = value

    def _unparsed(self, column: Column) -> TemplateFailure:
        alone = pack(
            "c",
            {
                "Chart.yaml": _CHART,
                "templates/d.yaml": b"{{ tpl .Values.t . }}",
                "templates/_h.tpl": HELPERS.encode(),
            },
        )
        question = Render(
            digest=sha256(alone).hexdigest(),
            content=None,
            values=msgspec.json.encode({"t": column.template.text}).decode(),
            release="r",
            namespace="n",
            kube_version="v1.30.0",
        )
        try:
            answer = self.ask(question, alone)
        except ToolError as error:
            return TemplateFailure(str(error))
        message = answer.message if isinstance(answer, Refused) else "does not parse"
        return TemplateFailure(parse_error(message))

    def _repeat(
        self, columns: Sequence[Column], rows: Sequence[int], broken: Broken
    ) -> None:
        column = columns[broken.template]
        missing = "nil pointer evaluating interface {}."
        if self.options.missing == "default" and broken.message.startswith(missing):
            at = offset(column.template.text, broken.at)
            guard = guarded(column.template, at, broken.context)
            if guard is not None:
                mended = replace(column, template=guard)
                again = [mended if other is column else other for other in columns]
                self.solve(again, rows)
                return
        failure = TemplateFailure(in_words_of_go(broken, column.template))
        place = (broken.line - 2) // len(columns)
        self.set(column, [rows[place]], failure)
        if len(columns) > 1:
            self.solve(_without(columns, column), rows)
        self.solve([column], rows[:place])
        self._creep(column, rows[place + 1 :])

    def _creep(self, column: Column, rows: Sequence[int]) -> None:
        """Fill a column in which one failure may follow another: carefully first."""
        at, size = 0, 1
        while at < len(rows):
            some = rows[at : at + size]
            self.solve([column], some)
            at += len(some)
            failed = any(
                isinstance(self.cells[row][column.index], TemplateFailure)
                for row in some
            )
            size = 1 if failed else size * 2

    def _halve(
        self, columns: Sequence[Column], rows: Sequence[int], reason: str
    ) -> None:
        if len(columns) > 1:
            middle = len(columns) // 2
            self.solve(columns[:middle], rows)
            self.solve(columns[middle:], rows)
        elif len(rows) > 1:
            self.solve(columns, rows[:1])
            middle = (len(rows) + 1) // 2
            self.solve(columns, rows[1:middle])
            self.solve(columns, rows[middle:])
        else:
            self.lost.setdefault(columns[0].index, []).append(reason)
            self.set(columns[0], rows, TemplateFailure(reason))

    def _given_up(self, column: Column, rows: Sequence[int]) -> bool:
        reasons = self.lost.get(column.index, [])
        if len(reasons) < ENOUGH:
            return False
        self.set(column, rows, TemplateFailure(reasons[-1]))
        return True


def _without(columns: Sequence[Column], column: Column) -> list[Column]:
    return [other for other in columns if other is not column]


def sheet(
    templates: Sequence[str],
    params: Sequence[Mapping[str, Any]],
    options: Sequence[str],
    ask: Ask,
) -> tuple[Sheet, list[Column]]:
    """Return the cells that are known without an engine, and the columns to solve."""
    asked = Options.of(options)
    cells: list[list[Cell]] = [list(templates) for _ in params]
    paths = typed_paths(params)
    result = Sheet(params, paths, asked, ask, cells)
    everywhere = range(len(params))
    columns: list[Column] = []
    for index, template in enumerate(templates):
        column = Column(index, rewritten(template))
        if asked.refused:
            result.set(column, everywhere, TemplateFailure(asked.refused))
        elif column.template.undefined is not None:
            name, line = column.template.undefined
            text = f'template: base:{line}: function "{name}" not defined'
            result.set(column, everywhere, TemplateFailure(text))
        elif "{{" in template:
            typed = is_typed(column.template.chains, paths, asked.missing)
            columns.append(replace(column, typed=typed))
    return result, columns


def portions(
    columns: Sequence[Column], rows: int
) -> Iterator[tuple[list[Column], range]]:
    """Yield what to solve at once: columns of one sort, and rows."""
    together = [c for c in columns if not c.template.alone]
    groups = [
        [c for c in together if not c.typed],
        [c for c in together if c.typed],
        *([c] for c in columns if c.template.alone),
    ]
    for group in groups:
        if group:
            size = max(1, EVALUATIONS // len(group))
            for start in range(0, rows, size):
                yield group, range(start, min(rows, start + size))
