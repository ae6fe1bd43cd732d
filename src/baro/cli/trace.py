"""`baro trace`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from baro.cli import options
from baro.cli.named import application_named
from baro.cli.output import write
from baro.cli.state import target_state
from baro.errors import InputError
from baro.expand.charts.subcharts import whole_defaults
from baro.expand.tracing.provenance import Provenance
from baro.expand.tracing.trace import Tracer
from baro.expand.tracing.valuetrace import Appearance, Setter, ValueTrace
from baro.model import fieldpath
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import shown
from baro.model.valueslayer import LayerKind
from baro.report.json_v1 import encode, location_v1, subject_v1
from baro.report.plaintext import flat


@click.command("trace", short_help="Say which line sets a value, and where it ends up.")
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("app")
@click.argument("values_path")
@options.platform_flags
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="Form of the answer.",
)
@options.output_file
def command(path: Path, app: str, values_path: str, **given: Any) -> int:
    """Trace a Helm value of Application APP, such as `ingress.path`.

    Says which line sets VALUES_PATH, what that line overrides, which cluster
    annotation fed it, and which fields of which objects it makes.
    """
    try:
        wanted = fieldpath.parse(values_path)
    except ValueError as error:
        raise InputError(str(error), hint="write it like ingress.hosts[0]") from error
    flags = options.flags((path,), given)
    with target_state(flags, account=False) as target:
        ref = application_named(target.snapshot, app)
        tracers = list(
            target.assembled.tracers(lambda rendering: rendering.application.ref == ref)
        )
        if not tracers:
            raise InputError(
                f"{ref} has no source that Helm renders",
                hint=f"`baro render {path} --app {app}` shows what it renders",
            )
        provenance = Provenance(target.assembled)
        traces = [
            (tracer, _completed(tracer.value(wanted), provenance)) for tracer in tracers
        ]
    found = [pair for pair in traces if pair[1].setters or pair[1].appearances]
    if not found:
        raise InputError(
            f"nothing sets {values_path} in {ref}, and its chart has no such value",
            hint=_near(wanted, tracers),
        )
    form = _json if given["form"] == "json" else _text
    write(form(app, found), given["output_file"])
    return 0


def _completed(trace: ValueTrace, provenance: Provenance) -> ValueTrace:
    """Give setters without a line the line behind the templates that wrote them."""
    return replace(
        trace,
        setters=tuple(
            _with_line(setter, trace.path, provenance) for setter in trace.setters
        ),
    )


def _with_line(setter: Setter, path: FieldPath, provenance: Provenance) -> Setter:
    layer = setter.layer
    if setter.location is not None and setter.location.line is not None:
        return setter
    if layer is None or layer.application is None:
        return setter
    inner = path if layer.kind is LayerKind.OBJECT else ()
    found = provenance.written(layer.application, (*layer.within, *inner))
    return setter if found is None else replace(setter, location=found.location)


def _near(wanted: FieldPath, tracers: Sequence[Tracer]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on error

    known = {
        dotted(leaf)
        for tracer in tracers
        for values in (
            tracer.rendering.values,
            whole_defaults(tracer.rendering.chart) if tracer.rendering.chart else {},
        )
        for leaf, _ in fieldpath.leaves(values)
    }
    near = get_close_matches(dotted(wanted)[:200], known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else "`baro render` shows them"


def _text(app: str, traces: Sequence[tuple[Tracer, ValueTrace]]) -> str:
    lines: list[str] = []
    for tracer, trace in traces:
        if lines:
            lines.append("")
        lines.extend(_lines(app, tracer, trace))
    return "\n".join(map(flat, lines)) + "\n"


def _lines(app: str, tracer: Tracer, trace: ValueTrace) -> Iterator[str]:
    chart = tracer.rendering.chart
    named = f", chart {chart.name} {chart.version}" if chart is not None else ""
    yield f"{dotted(trace.path)} = {_brief(trace.value)}  ({app}{named})"
    for number, setter in enumerate(trace.setters):
        yield ""
        yield from _setter(setter, "overrides" if number else "set by")
    yield ""
    if trace.appearances:
        yield "makes"
        following = [*trace.appearances[1:], None]
        for appearance, after in zip(trace.appearances, following, strict=True):
            yield _appearance(appearance, trace.value)
            template = appearance.template
            if template is not None and (after is None or after.template != template):
                yield f"              {template}"
    elif trace.unread:
        yield "makes nothing: no template reads it"
    for reason in trace.unsettled:
        yield f"not told: {reason}"


def _setter(setter: Setter, word: str) -> Iterator[str]:
    place = setter.location or "(no file)"
    yield f"{word:<10}{place}  {setter.what}: {_brief(setter.value)}"
    layer = setter.layer
    if layer is not None and layer.entry not in ("", layer.kind):
        yield f"          written as {layer.entry}"
    for link in setter.links:
        if link.value:
            yield f"          template of {link.subject}: {_brief(link.value)}"
    for feed in setter.feeds:
        where = f"  {feed.location}" if feed.location is not None else ""
        whose = f" of cluster {feed.cluster}" if feed.cluster else ""
        yield f"          fed by {feed.parameter} = {_brief(feed.value)}{whose}{where}"


def _appearance(appearance: Appearance, traced: object) -> str:
    path, start = dotted(appearance.path), f"          {appearance.subject}  "
    if not path:
        return f"{start}decides whether it exists"
    if appearance.printed:
        return f"{start}{path}: {_brief(appearance.value, traced)}"
    return f"{start}decides {path}: {_brief(appearance.value)}"


def _brief(value: object, about: object = None) -> str:
    """Return a value as one line: of a text of many, that with `about`, or the first.

    Says which line of how many it is.
    """
    if value is None:
        return "null"
    lines = value.strip().splitlines() if isinstance(value, str) else []
    if len(lines) <= 1:
        return shown(value)
    wanted = about if isinstance(about, str) and about.strip() else lines[0]
    number = next((n for n, line in enumerate(lines) if wanted in line), 0)
    return f"{shown(lines[number].strip())}  (line {number + 1} of {len(lines)})"


def _json(app: str, traces: Sequence[tuple[Tracer, ValueTrace]]) -> str:
    return encode(
        {
            "schema": "baro/v1",
            "command": "trace",
            "application": app,
            "traces": [_trace(tracer, trace) for tracer, trace in traces],
        }
    )


def _trace(tracer: Tracer, trace: ValueTrace) -> dict[str, Any]:
    chart = tracer.rendering.chart
    return {
        "source": dotted(tracer.rendering.within),
        "chart": chart.name if chart else None,
        "version": chart.version if chart else None,
        "path": dotted(trace.path),
        "value": trace.value,
        "setters": [
            {
                "what": setter.what,
                "value": setter.value,
                "entry": setter.layer.entry if setter.layer else None,
                **location_v1(setter.location),
                "chain": [
                    {
                        "what": link.what,
                        "subject": str(link.subject) if link.subject else None,
                        "path": link.path,
                        "value": link.value or None,
                        **location_v1(link.location),
                    }
                    for link in setter.links
                ],
                "feeds": [
                    {
                        "parameter": feed.parameter,
                        "value": feed.value,
                        "cluster": feed.cluster or None,
                        **location_v1(feed.location),
                    }
                    for feed in setter.feeds
                ],
            }
            for setter in trace.setters
        ],
        "makes": [
            {
                "subject": subject_v1(appearance.subject),
                "path": dotted(appearance.path),
                "value": appearance.value,
                "printed": appearance.printed,
                "template": location_v1(appearance.template)["file"],
            }
            for appearance in trace.appearances
        ],
        "unread": trace.unread,
        "notTold": list(trace.unsettled),
    }
