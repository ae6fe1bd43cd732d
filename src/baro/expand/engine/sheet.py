"""The cells of an evaluation: parameter sets down, templates across."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.errors import ToolError
from baro.expand.engine import missingkey
from baro.expand.engine.batch import batch, evaluated, pair, parsing
from baro.expand.engine.goerrors import (
    Broken,
    Unparsed,
    in_words_of_go,
    parse_error,
    understood,
)
from baro.expand.engine.messages import Answer, Refused, Render, Rendered
from baro.expand.engine.missingkey import Options
from baro.expand.engine.rewriting import Rewritten
from baro.expand.engine.typedparams import Path
from baro.expand.ports import UNDECIDED, TemplateFailure

ENOUGH = 2
"""Parameter sets over which a template may take the engine down before it is left."""

Ask = Callable[[Render, bytes], Answer]


class Column(Struct, frozen=True):
    """One template, and its place among those of the caller."""

    index: int
    template: Rewritten
    typed: bool = False


@dataclass(slots=True)
class Sheet:
    """The cells of one call, as they become known.

    The engine gives up at the first failure. So what failed is taken out, said in
    Go's words, and the rest is asked again: of the other templates at once, of the
    same template with care, for one failure often follows another.
    """

    params: Sequence[Mapping[str, Any]]
    paths: frozenset[Path]
    options: Options
    ask: Ask
    cells: list[list[str | TemplateFailure]]
    lost: dict[int, list[str]] = field(default_factory=dict)

    def fail(self, column: Column, rows: Sequence[int], message: str) -> None:
        """Write a failure into the cells of some rows."""
        for row in rows:
            self.cells[row][column.index] = TemplateFailure(message)

    def solve(self, columns: Sequence[Column], rows: Sequence[int]) -> None:
        """Fill the cells where `columns` and `rows` cross."""
        left = [column for column in columns if not self._given_up(column, rows)]
        while left and rows:
            try:
                answer = self._render(left, rows)
            except ToolError as error:
                self._halve(left, rows, f"{UNDECIDED}{error}")
                return
            if isinstance(answer, Rendered):
                self._fill(left, rows, answer)
                return
            refusal = answer.message if isinstance(answer, Refused) else "no answer"
            match understood(refusal):
                case Unparsed(template):
                    self.fail(left[template], rows, self.unparsed(left[template]))
                    del left[template]
                case Broken() as broken:
                    self._take_out(left, rows, broken)
                case None:
                    self._halve(left, rows, refusal)
                    return

    def _render(self, columns: Sequence[Column], rows: Sequence[int]) -> Answer:
        question, chart = batch(
            [column.template for column in columns],
            [self.params[row] for row in rows],
            self.paths if any(column.typed for column in columns) else frozenset(),
            strict=self.options.missing == "error",
        )
        return self.ask(question, chart)

    def _fill(
        self, columns: Sequence[Column], rows: Sequence[int], answer: Rendered
    ) -> None:
        found = evaluated(answer, len(columns))
        for row, texts in zip(rows, found, strict=True):
            for column, text in zip(columns, texts, strict=True):
                self.cells[row][column.index] = text

    def unparsed(self, column: Column) -> str:
        """Return why a template does not parse."""
        try:
            answer = self.ask(*parsing(column.template))
        except ToolError as error:
            return f"{UNDECIDED}{error}"
        return parse_error(answer.message if isinstance(answer, Refused) else "")

    def _take_out(
        self, left: list[Column], rows: Sequence[int], broken: Broken
    ) -> None:
        """Mend a column for all rows, or fill it apart and leave it out."""
        column = left[broken.template]
        place, _ = pair(broken.line, len(left))
        by_default = self.options.missing == "default"
        if by_default:
            better = missingkey.mended_everywhere(column.template, broken)
            if better is not None:
                left[broken.template] = replace(column, template=better)
                return
        del left[broken.template]
        self._broken(column, rows[place], broken)
        self.solve([column], rows[:place])
        self._creep(column, rows[place + 1 :])

    def _broken(self, column: Column, row: int, broken: Broken) -> None:
        params = self.params[row]
        if self.options.missing == "default":
            here = missingkey.mended_here(column.template, broken, params)
            if here is not None:
                self.solve([replace(column, template=here)], [row])
                return
            message = missingkey.without_value(broken.message, broken.context, params)
            broken = replace(broken, message=message)
        self.fail(column, [row], in_words_of_go(broken, column.template))

    def _creep(self, column: Column, rows: Sequence[int]) -> None:
        at, size = 0, 1
        while at < len(rows):
            some = rows[at : at + size]
            self.solve([column], some)
            at += len(some)
            found = [self.cells[row][column.index] for row in some]
            failed = any(isinstance(cell, TemplateFailure) for cell in found)
            size = 1 if failed else size * 2

    def _halve(
        self, columns: Sequence[Column], rows: Sequence[int], reason: str
    ) -> None:
        """Find out who took the engine down, or what it says nothing clear about."""
        if len(columns) > 1:
            middle = len(columns) // 2
            self.solve(columns[:middle], rows)
            self.solve(columns[middle:], rows)
        elif len(rows) > 1:
            middle = (len(rows) + 1) // 2
            for some in (rows[:1], rows[1:middle], rows[middle:]):
                self.solve(columns, some)
        else:
            self.lost.setdefault(columns[0].index, []).append(reason)
            self.fail(columns[0], rows, reason)

    def _given_up(self, column: Column, rows: Sequence[int]) -> bool:
        reasons = self.lost.get(column.index, [])
        if len(reasons) < ENOUGH:
            return False
        self.fail(column, rows, reasons[-1])
        return True
