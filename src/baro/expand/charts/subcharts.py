"""Where in a chart's values those of its sub-charts stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from baro.expand.values.valuestext import merged
from baro.model.expansion import ChartContent


def placed(
    chart: ChartContent, at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], ChartContent]]:
    """Yield a chart and the charts below it, outer ones first, each with its place.

    A sub-chart's place is its name, or every alias that Chart.yaml gives it.
    """
    yield at, chart
    for sub in chart.subcharts.values():
        for name in _names(chart, sub.name):
            yield from placed(sub, (*at, name))


def whole_defaults(chart: ChartContent) -> Mapping[str, Any]:
    """Return the defaults of a chart and of all below it; the outer ones win."""
    whole: dict[str, Any] = {}
    for at, each in placed(chart):
        below: Mapping[str, Any] = each.defaults
        for step in reversed(at):
            below = {step: below}
        whole = merged(below, whole)
    return whole


def _names(chart: ChartContent, name: str) -> list[str]:
    # Helm: pkg/chart/v2/util/dependencies.go, processDependencyEnabled
    listed = chart.metadata.get("dependencies")
    entries = [e for e in listed if isinstance(e, Mapping)] if listed else []
    named = [str(e.get("alias") or name) for e in entries if e.get("name") == name]
    return named or [name]
