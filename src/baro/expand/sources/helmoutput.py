"""What a Helm source printed: objects, or the line to blame."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from baro.expand.ports import RenderedFile, RenderOutcome
from baro.expand.sources.prepared import PreparedSource, Printed, stopped
from baro.expand.sources.split import (
    OutputError,
    Piece,
    explode,
    pieces,
    printed_by_helm,
    read_object,
)
from baro.expand.stop import StoppedError, refused
from baro.model.expansion import ChartContent, Failure, FailureKind, Rendering
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.origin import OriginKind
from baro.model.schema import violations
from baro.model.text import Location, SourceText
from baro.model.tolerant import maps

_PLACE = re.compile(r"([^\s(\":]+):(\d+)(?::(\d+))?")


def finish_helm(
    prepared: PreparedSource, outcome: RenderOutcome
) -> tuple[Rendering, tuple[Printed, ...]]:
    """Return the rendering that an outcome completes, and the printed objects."""
    rendering = prepared.rendering
    if outcome.lost:
        gap = Gap(
            f"source {rendering.application.ref.path}",
            f"the chart was not rendered: {outcome.lost}",
            "a chart that ends",
        )
        return stopped(rendering, StoppedError(gap)), ()
    if outcome.failure is not None:
        return replace(rendering, failure=_blamed(rendering, outcome.failure)), ()
    files = [*(outcome.crds if prepared.crds else ()), *outcome.files]
    try:
        printed = tuple(_objects(rendering, files, prepared))
    except StoppedError as error:
        return stopped(rendering, error), ()
    if outcome.unchecked:
        gap = Gap(
            f"values of {rendering.application.ref.path}",
            f"not held against the chart's schema: {outcome.unchecked}",
            "a schema that refers to nothing but itself",
        )
        return stopped(rendering, StoppedError(gap)), printed
    return rendering, printed


def _objects(
    rendering: Rendering, files: list[RenderedFile], prepared: PreparedSource
) -> Iterator[Printed]:
    for file in files:
        name = posixpath.basename(file.path)
        if name.startswith("_") or name.endswith("NOTES.txt"):
            continue
        text = template_of(rendering.chart, file.path)
        for number, body in enumerate(_documents(file, text)):
            if body is None or not printed_by_helm(body, tests=prepared.tests):
                continue
            if not body.get("kind"):
                raise _kindless(file, number, body, text)
            for inner in explode(body):
                yield Printed(inner, OriginKind.TEMPLATE, text)


def _documents(
    file: RenderedFile, text: SourceText | None
) -> Iterator[Mapping[str, Any] | None]:
    """Yield what each document of a file holds."""
    if file.bodies is not None:
        yield from file.bodies
        return
    for piece in pieces(file.text):
        try:
            yield read_object(piece)
        except OutputError as error:
            raise _unreadable(file, piece, error, text) from error


def template_of(chart: ChartContent | None, path: str) -> SourceText | None:
    """Return the template that printed `chart/charts/sub/templates/a.yaml`."""
    if chart is None:
        return None
    inner = path.partition("/")[2]
    known = chart.templates.get(inner)
    return known if known is not None else chart.templates.get(_unaliased(chart, inner))


def _unaliased(chart: ChartContent, path: str) -> str:
    """Return a path with every alias of a sub-chart replaced by its name."""
    parts = path.split("/")
    current: ChartContent | None = chart
    for index in range(0, len(parts) - 2, 2):
        if parts[index] != "charts" or current is None:
            break
        for entry in maps(current.metadata.get("dependencies")):
            if entry.get("alias") == parts[index + 1]:
                parts[index + 1] = str(entry.get("name"))
                break
        current = current.subcharts.get(parts[index + 1])
    return "/".join(parts)


def _unreadable(
    file: RenderedFile, piece: Piece, error: OutputError, text: SourceText | None
) -> StoppedError:
    line = error.line or piece.line
    lines = file.text.splitlines()
    return refused(
        FailureKind.OUTPUT,
        f"YAML parse error on {file.path}: {error.message}",
        template=file.path,
        line=line,
        text=lines[line - 1] if 0 < line <= len(lines) else "",
    ).at(_template_line(text, lines, line))


def _kindless(
    file: RenderedFile, number: int, body: Mapping[str, Any], text: SourceText | None
) -> StoppedError:
    piece = list(pieces(file.text))[number]
    shown = json.dumps(body, separators=(",", ":"), sort_keys=True, default=str)
    return refused(
        FailureKind.OUTPUT,
        f"failed to unmarshal manifest: Object 'Kind' is missing in '{shown[:2000]}'",
        template=file.path,
        line=piece.line,
        text=piece.text.partition("\n")[0],
    ).at(_template_line(text, file.text.splitlines(), piece.line))


def _template_line(
    text: SourceText | None, lines: list[str], line: int
) -> Location | None:
    """Return the template's line that printed a line, as near as its words tell.

    The printed line, or the nearest one above it, that stands in the template once.
    """
    if text is None:
        return None
    written = [each.strip() for each in text.text.splitlines()]
    for printed in reversed(lines[:line]):
        words = printed.strip()
        if words and written.count(words) == 1:
            return text.at(written.index(words) + 1)
    return text.at()


def _blamed(rendering: Rendering, failure: Failure) -> Failure:
    """Name the line to edit: the value's for a schema, else the template's."""
    if failure.kind is FailureKind.SCHEMA and not failure.path:
        failure = replace(failure, path=_refused_value(rendering, failure.message))
    if failure.location is not None:
        return failure
    return replace(failure, location=_place(rendering, failure))


def _place(rendering: Rendering, failure: Failure) -> Location | None:
    path = failure.path if failure.kind is FailureKind.SCHEMA else ()
    while path:
        setters = rendering.setter(path)
        if setters:
            return setters[0].locate(path)
        path = path[:-1]
    chart = rendering.chart
    if failure.path and chart is not None and chart.text is not None:
        return chart.text.locate(failure.path)
    for file, line, column in _PLACE.findall(failure.message):
        text = template_of(chart, file)
        if text is not None:
            return text.at(int(line), int(column) + 1 if column else None)
    return rendering.application.origin.locate(rendering.within)


def _refused_value(rendering: Rendering, message: str) -> FieldPath:
    """Return the path of the first value that a schema refuses."""
    first = next(violations(message), None)
    if first is None:
        return ()
    within: FieldPath = ()
    chart = rendering.chart
    if chart is not None and first.chart != chart.name:
        within = (first.chart,) if first.chart in chart.subcharts else ()
    return (*within, *first.path, *first.extra[:1])
