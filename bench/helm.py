"""Measure Helm's engine: start, charts, schemas, templates; beside the program.

Charts are rendered with distinct values, so that nothing is remembered. The `helm`
program is run where there is one; ratios are of one run on one machine.
"""

import json
import os
import shutil
import time
from collections.abc import Sequence
from hashlib import sha256

from baro.expand.charts.chartfiles import pack
from baro.expand.engine.native import NativeEngine
from baro.expand.engine.program import ProgramEngine
from baro.expand.ports import ChartArchive, RenderRequest, StringMap
from bench.platforms import CHART

CHARTS = 500
BY_PROGRAM = 40
PARAMETERS = 10_000
CLUSTERS = 500
PROPERTIES = 4_000
TEMPLATES = (
    "{{ .name }}-{{ .metadata.labels.environment }}",
    "{{ .metadata.annotations.addons_repo_url }}",
    "{{ .metadata.annotations.addons_repo_revision }}",
    "apps/{{ .name | normalize }}/values.yaml",
    "{{ .server }}",
    '{{ default "main" .values.revision }}',
    '{{ if eq .metadata.labels.environment "prod" }}true{{ else }}false{{ end }}',
    "{{ .name | trunc 63 }}",
)


def main() -> None:
    """Print one line for each measurement."""
    schema = {"properties": {f"p{n}": {"type": "string"} for n in range(PROPERTIES)}}
    plain = archive(CHART)
    checked = archive({**CHART, "values.schema.json": json.dumps(schema)})
    with NativeEngine() as engine:
        started = time.perf_counter()
        version = engine.version
        show("start", 1, time.perf_counter() - started, version)
        each = render(engine, requests(plain, CHARTS))
        show("charts", CHARTS, each * CHARTS, f"{os.cpu_count()} cores")
        took = render(engine, requests(checked, 50)) * 50
        show("with a schema", 50, took, f"{PROPERTIES:,} properties")
        once = [request for request in requests(checked, 1) for _ in range(50)]
        again = render(engine, releases(once)) * 50
        show("other releases", 50, again, "of the same chart and values")
        show("again", CHARTS, render(engine, requests(plain, CHARTS)) * CHARTS, "known")
        for typed in (False, True):
            took = evaluate(engine, typed=typed)
            told = "a template takes the labels whole" if typed else "(at most 1.5 s)"
            show("templates", PARAMETERS * len(TEMPLATES), took, told)
    program = shutil.which("helm")
    if program is None:
        print("helm is not on PATH: the program was not measured")
        return
    with ProgramEngine(program, jobs=1) as other:
        slow = render(other, requests(plain, BY_PROGRAM))
        show("helm program", BY_PROGRAM, slow * BY_PROGRAM, f"{slow / each:.0f} x")


def show(what: str, count: int, seconds: float, note: str) -> None:
    """Print one measurement."""
    each = seconds / count * 1_000_000
    print(f"{what:<16}{count:>8,}  {seconds:7.3f} s  {each:12,.1f} us each   {note}")


def archive(files: dict[str, str]) -> ChartArchive:
    """Return a chart as the engine takes it."""
    content = pack("app", {path: text.encode() for path, text in files.items()})
    return ChartArchive(sha256(content).hexdigest(), content, has_dependencies=False)


def requests(chart: ChartArchive, count: int) -> list[RenderRequest]:
    """Return requests that differ in their values."""
    return [
        RenderRequest(
            chart=chart,
            values=json.dumps({"replicas": n, "env": {"N": str(n)}}),
            release="app",
            namespace="app",
            kube_version="v1.31.0",
        )
        for n in range(count)
    ]


def releases(same: Sequence[RenderRequest]) -> list[RenderRequest]:
    """Return requests that differ in their release."""
    return [
        RenderRequest(
            chart=request.chart,
            values=request.values,
            release=f"app-{n}",
            namespace="app",
            kube_version="v1.31.0",
        )
        for n, request in enumerate(same)
    ]


def render(
    engine: NativeEngine | ProgramEngine, asked: Sequence[RenderRequest]
) -> float:
    """Return the seconds that one rendering takes."""
    started = time.perf_counter()
    for outcome in engine.render(asked):
        if outcome.failure is not None or outcome.lost:
            raise SystemExit(f"a chart does not render: {outcome}")
    return (time.perf_counter() - started) / len(asked)


def evaluate(engine: NativeEngine, *, typed: bool) -> float:
    """Return the seconds that all evaluations take."""
    whole = '{{ index .metadata.labels "environment" }}'
    templates = (*TEMPLATES[:-1], whole if typed else TEMPLATES[-1])
    params = [
        {
            "name": f"app-{n}",
            "server": f"https://{n % CLUSTERS}.example",
            "metadata": {
                "labels": StringMap(environment="prod", cluster=str(n % CLUSTERS)),
                "annotations": StringMap(
                    addons_repo_url="https://git.example/acme/platform",
                    addons_repo_revision=f"v{n % CLUSTERS}",
                ),
            },
            "values": StringMap(revision="main"),
        }
        for n in range(PARAMETERS)
    ]
    started = time.perf_counter()
    rows = engine.evaluate(templates, params, ["missingkey=error"])
    took = time.perf_counter() - started
    if rows[7][0] != "app-7-prod":
        raise SystemExit(f"a template does not evaluate: {rows[7][0]}")
    return took


if __name__ == "__main__":
    main()
