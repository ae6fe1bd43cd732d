"""The routing table as a picture: one HTML page, no scripts, nothing from outside."""

from collections.abc import Sequence
from itertools import pairwise

import jinja2
from msgspec import Struct

from baro.report.messages.route_words import words
from baro.report.messages.routing import sentence, shown_host
from baro.report.plaintext import harmless
from baro.report.route_answers import config_error
from baro.report.route_table import Row, outside
from baro.routing.platform import ClusterRoutes

_COLUMNS = ("host", "path", "ingress", "service", "workload")
_WIDE = 270
_GAP = 56
_HIGH = 34
_STEP = 46
_TOP = 44
_LONGEST = 34


class Box(Struct, frozen=True):
    """One node of the picture, in pixels."""

    x: int
    y: int
    text: str
    title: str
    kind: str


class Line(Struct, frozen=True):
    """A curve from the right side of one box to the left side of another."""

    path: str
    kind: str


def render(
    table: Sequence[Row], clusters: Sequence[ClusterRoutes], language: str
) -> str:
    """Return the page."""
    said = words(language)
    boxes, lines = _layout(table)
    error = config_error(clusters)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True)
    page = environment.from_string(_PAGE).render(
        title=said["title"],
        language=language,
        heads=[
            (column * (_WIDE + _GAP) + 4, said[name])
            for column, name in enumerate(_COLUMNS)
        ],
        boxes=boxes,
        lines=lines,
        wide=len(_COLUMNS) * (_WIDE + _GAP) - _GAP + 8,
        high=max((box.y for box in boxes), default=0) + _HIGH + 20,
        box_wide=_WIDE,
        box_high=_HIGH,
        said=said,
        rows=table,
        shown_host=shown_host,
        outside=[line for line in outside(clusters, language) if line],
        error=sentence(error, language) if error is not None else "",
        lost=[
            (row, loser.ingress, sentence(loser.why, language))
            for row in table
            for loser in row.shadowed
        ],
    )
    return harmless(page)


def _layout(table: Sequence[Row]) -> tuple[list[Box], list[Line]]:
    """Give each node its place: columns by kind, rows by first appearance."""
    boxes: dict[tuple[int, str], Box] = {}
    used = [0] * len(_COLUMNS)
    lines: dict[Line, None] = {}

    def place(column: int, text: str, row: int, kind: str, key: str = "") -> Box:
        name = (column, key or text)
        if name not in boxes:
            y = max(_TOP + row * _STEP, used[column])
            used[column] = y + _STEP
            short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
            boxes[name] = Box(column * (_WIDE + _GAP) + 4, y, short, text, kind)
        return boxes[name]

    for number, row in enumerate(table):
        kind = "redirect" if row.redirect else "lost" if row.shadowed else "plain"
        steps = [
            place(0, shown_host(row.host), number, "host"),
            place(1, row.path, number, kind, f"{row.cluster} {row.host} {row.path}"),
            place(2, row.ingress, number, "plain"),
        ]
        if row.redirect:
            steps.append(place(3, f"→ {row.redirect}", number, "redirect"))
        elif row.service:
            steps.append(place(3, f"{row.service}:{row.port}", number, "plain"))
            if row.workload:
                key = f"{row.service} {row.workload}"
                steps.append(place(4, row.workload, number, "plain", key))
        for left, right in pairwise(steps):
            lines[_curve(left, right, kind)] = None
    return list(boxes.values()), list(lines)


def _curve(left: Box, right: Box, kind: str) -> Line:
    x1, y1 = left.x + _WIDE, left.y + _HIGH // 2
    x2, y2 = right.x, right.y + _HIGH // 2
    middle = (x1 + x2) // 2
    return Line(f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}", kind)


_PAGE = """<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2430; --soft: #667085; --edge: #98a2b3;
  --paper: #ffffff; --box: #f4f6f9; --host: #e3edff; --bad: #b42318; --go: #b54708; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #98a2b3;
  --edge: #667085; --paper: #12161c; --box: #1d242e; --host: #1c2f4d; --bad: #f97066;
  --go: #fdb022; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); margin: 2rem; }
h1 { font-size: 1.4rem; }
.scroll { overflow-x: auto; }
svg text { font: 12px ui-monospace, monospace; fill: var(--ink); }
svg .head { font: 600 12px system-ui, sans-serif; fill: var(--soft); }
rect { fill: var(--box); stroke: var(--edge); rx: 6px; }
rect.host { fill: var(--host); }
rect.lost { stroke: var(--bad); stroke-width: 2; }
rect.redirect { stroke: var(--go); stroke-dasharray: 4 3; }
path { fill: none; stroke: var(--edge); stroke-width: 1.5; }
path.lost { stroke: var(--bad); }
path.redirect { stroke: var(--go); stroke-dasharray: 4 3; }
table { border-collapse: collapse; margin-top: 1.5rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td { font-family: ui-monospace, monospace; font-size: 12px; }
tr + tr td { border-top: 1px solid var(--box); }
.bad { color: var(--bad); }
</style>
<h1>{{ title }}</h1>
{% if error %}
<p class="bad">{{ said["config-error"].format(reason=error) }}</p>
{% endif %}
<div class="scroll">
<svg width="{{ wide }}" height="{{ high }}" role="img" aria-label="{{ title }}">
{% for x, text in heads %}
<text class="head" x="{{ x }}" y="20">{{ text }}</text>
{% endfor %}
{% for line in lines %}
<path class="{{ line.kind }}" d="{{ line.path }}"/>
{% endfor %}
{% for box in boxes %}
<g><title>{{ box.title }}</title>
<rect class="{{ box.kind }}" x="{{ box.x }}" y="{{ box.y }}"
  width="{{ box_wide }}" height="{{ box_high }}"/>
<text x="{{ box.x + 10 }}" y="{{ box.y + 21 }}">{{ box.text }}</text></g>
{% endfor %}
</svg>
</div>
{% for row, ingress, why in lost %}
<p class="bad">{{ shown_host(row.host) }}{{ row.path }}:
{{ said["shadowed"].format(ingress=ingress, why=why) }}</p>
{% endfor %}
<table>
<tr><th>{{ said["host"] }}<th>{{ said["path"] }}<th>{{ said["upstream"] }}
<th>{{ said["ingress"] }}<th>{{ said["service"] }}<th>{{ said["application"] }}</tr>
{% for row in rows %}
<tr><td>{{ shown_host(row.host) }}<td>{{ row.path }}
<td>{{ row.redirect or row.upstream or said["as-is"] }}
<td>{{ row.ingress }}<td>{{ row.service }}<td>{{ row.application }}</tr>
{% endfor %}
</table>
{% for line in outside %}
<p>{{ line }}</p>
{% endfor %}
"""
