"""The whole routing table: text, JSON, Mermaid in Markdown, rows of a picture."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from baro.graph.relations.selects import selected, workloads_by_namespace
from baro.model.finding import Gap
from baro.model.snapshot import Snapshot
from baro.report.json_v1 import SCHEMA, encode, gap_v1
from baro.report.messages.route_words import words
from baro.report.messages.routing import sentence, shown_host
from baro.report.plaintext import harmless
from baro.report.route_answers import config_error
from baro.routing.answer import Loser, Place
from baro.routing.expectation import application_of
from baro.routing.platform import ASSUMED, ClusterRoutes
from baro.routing.table import RouteTable

_OPERATORS = frozenset("()[]{}*+?|^$\\")


class Row(Struct, frozen=True):
    """One place of the table, with the Application and workload behind it.

    `upstream` is the rewritten path as written, empty where the path stays.
    `is_literal` tells of a path that looks like a regular expression and is none.
    """

    cluster: str
    controller: str
    host: str
    path: str
    path_type: str
    ingress: str
    application: str
    service: str
    port: str
    upstream: str
    redirect: str
    workload: str
    is_literal: bool
    shadowed: tuple[Loser, ...]


def rows(snapshot: Snapshot, clusters: Sequence[ClusterRoutes]) -> list[Row]:
    """Return the table of every cluster, in the order of matching.

    The `/` that a host has only because nginx needs one is left out.
    """
    workloads = workloads_by_namespace(snapshot)
    services = {
        (m.cluster, m.ref.path): m for m in snapshot.of_kind("Service", group="")
    }

    def workload(cluster: str, service: str) -> str:
        found = services.get((cluster, service))
        if found is None:
            return ""
        return ", ".join(str(w.ref) for w in selected(found, workloads))

    found = [
        Row(
            cluster=routes.cluster,
            controller=f"{table.controller.name} {table.controller.version}".strip(),
            # nginx calls it `_`.
            host="" if place.host == "_" else place.host,
            path=place.path or "/",
            path_type=place.path_type,
            ingress=place.ingress,
            application=application_of(place.subject),
            service=place.service,
            port=place.port,
            upstream=place.rewrite,
            redirect=place.redirect,
            workload=workload(routes.cluster, place.service),
            is_literal=_is_literal(place, table),
            shadowed=place.shadowed,
        )
        for routes in clusters
        for table in routes.tables
        for place in table.places()
        if place.ingress and not place.is_default
    ]
    # A plain Prefix is two places of nginx, and one path of the Ingress.
    return list(dict.fromkeys(found))


def _is_literal(place: Place, table: RouteTable) -> bool:
    """Tell whether a path looks like a regular expression that nothing turns on."""
    return (
        table.controller.name == ASSUMED.name
        and not place.regex_mode
        and not _OPERATORS.isdisjoint(place.path)
    )


def to_text(
    table: Sequence[Row], clusters: Sequence[ClusterRoutes], language: str
) -> str:
    """Return the table as aligned columns, one host after the other."""
    said = words(language)
    lines = list(setting(table, clusters, language))
    host = None
    widths = [
        max((len(cell) for cell in column), default=0)
        for column in zip(*(_cells(row) for row in table), strict=True)
    ]
    for row in table:
        if (row.cluster, row.host) != host:
            host = (row.cluster, row.host)
            cluster = f"  ({row.cluster}, {row.controller})" if row.cluster else ""
            lines += ["", f"{shown_host(row.host)}{cluster}"]
        cells = _cells(row)
        padded = (f"{c:<{w}}" for c, w in zip(cells, widths, strict=True))
        lines.append(f"  {'  '.join(padded)}".rstrip())
        if row.is_literal:
            lines.append("    " + said["literal"])
        for loser in row.shadowed:
            why = sentence(loser.why, language)
            lines.append(
                "    " + said["shadowed"].format(ingress=loser.ingress, why=why)
            )
    lines += list(outside(clusters, language))
    return harmless("\n".join(lines).lstrip("\n")) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    target = f"=> {row.redirect}" if row.redirect else f"{row.service}:{row.port}"
    upstream = f"as {row.upstream}" if row.upstream and not row.redirect else ""
    return (row.path, f"-> {target}", upstream, row.ingress, row.application)


def setting(
    table: Sequence[Row], clusters: Sequence[ClusterRoutes], language: str
) -> Iterator[str]:
    """Yield what the table as a whole rests on."""
    said = words(language)
    if not table:
        yield said["nothing-routed"]
        return
    error = config_error(clusters)
    if error is not None:
        yield said["config-error"].format(reason=sentence(error, language))
    for routes in clusters:
        if routes.assumed:
            controller = routes.tables[0].controller
            name = f"{controller.name} {controller.version}".strip()
            yield said["assumed"].format(controller=name)
        if routes.foreign:
            yield said["foreign"].format(controllers=", ".join(routes.foreign))


def outside(clusters: Sequence[ClusterRoutes], language: str) -> Iterator[str]:
    """Yield what is not in the table, or not sure: an empty line, then each once."""
    said = words(language)
    found = [
        said[key].format(ingress=loser.ingress, why=sentence(loser.why, language))
        for routes in clusters
        for table in routes.tables
        for key, losers in (("left-out", table.left_out), ("remark", table.remarks))
        for loser in losers
    ]
    found += [
        said["doubt"].format(why=sentence(why, language))
        for routes in clusters
        for table in routes.tables
        for why in table.doubts
    ]
    if found:
        yield ""
        yield from dict.fromkeys(found)


def to_json(
    table: Sequence[Row], clusters: Sequence[ClusterRoutes], gaps: Iterable[Gap]
) -> str:
    """Return the table as JSON."""
    error = config_error(clusters)
    return encode(
        {
            "schema": SCHEMA,
            "command": "routes",
            "routes": [
                {
                    "cluster": row.cluster,
                    "controller": row.controller,
                    "host": row.host,
                    "path": row.path,
                    "pathType": row.path_type,
                    "ingress": row.ingress,
                    "application": row.application or None,
                    "service": row.service or None,
                    "port": row.port or None,
                    "upstreamPath": row.upstream or None,
                    "redirect": row.redirect or None,
                    "workload": row.workload or None,
                    "literal": row.is_literal,
                    "shadowed": [
                        {"ingress": loser.ingress, "why": sentence(loser.why)}
                        for loser in row.shadowed
                    ],
                }
                for row in table
            ],
            "notServed": [
                {"ingress": loser.ingress, "why": sentence(loser.why)}
                for routes in clusters
                for each in routes.tables
                for loser in each.left_out
            ],
            "notCertain": [
                sentence(why)
                for routes in clusters
                for each in routes.tables
                for why in each.doubts
            ],
            "configError": sentence(error) if error is not None else None,
            "gaps": [gap_v1(gap) for gap in gaps],
        }
    )


def to_markdown(
    table: Sequence[Row], clusters: Sequence[ClusterRoutes], language: str
) -> str:
    """Return a Mermaid picture and the table below it."""
    said = words(language)
    lines = [f"## {said['title']}", "", *setting(table, clusters, language)]
    if not table:
        return harmless("\n".join([*lines, *outside(clusters, language)])) + "\n"
    lines += ["```mermaid", "flowchart LR", *_mermaid(table), "```", ""]
    heads = ("host", "path", "upstream", "ingress", "service", "application")
    lines.append("| " + " | ".join(said[head] for head in heads) + " |")
    lines.append("|" + "---|" * len(heads))
    for row in table:
        target = _cell(row.upstream) or said["as-is"]
        if row.redirect:
            target = said["redirects"].format(location=_cell(row.redirect))
        before, after = (
            map(_cell, (shown_host(row.host), row.path)),
            map(_cell, (row.ingress, row.service, row.application)),
        )
        lines.append("| " + " | ".join([*before, target, *after]) + " |")
    lines += [f"\n{line}" for line in outside(clusters, language) if line]
    return harmless("\n".join(lines)) + "\n"


def _cell(text: str) -> str:
    return f"`{text.replace('|', '&#124;')}`" if text else ""


def _mermaid(table: Sequence[Row]) -> Iterator[str]:
    names: dict[tuple[str, str], str] = {}

    def node(kind: str, text: str) -> str:
        key = (kind, text)
        fresh = key not in names
        name = names.setdefault(key, f"{kind}{len(names)}")
        if not fresh:
            return name
        quoted = text.replace('"', "#quot;").replace("<", "#lt;")
        return f'{name}["{quoted}"]'

    for row in table:
        steps = [node("h", shown_host(row.host)), node("p", f"{row.host}{row.path}")]
        steps.append(node("i", row.ingress))
        if row.redirect:
            steps.append(node("r", row.redirect))
        else:
            steps.append(node("s", f"{row.service}:{row.port}"))
            if row.workload:
                steps.append(node("w", row.workload))
        yield "  " + " --> ".join(steps)
