"""A Helm source: what `helm template` would be asked, and what it prints."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from baro.expand.chart import Chart
from baro.expand.chartstore import ChartStore
from baro.expand.dependencies import completed
from baro.expand.kubeversion import KubeVersionError, normal_version
from baro.expand.ports import RenderedFile, RenderOutcome, RenderRequest
from baro.expand.prepared import Destination, PreparedSource, Printed
from baro.expand.sourcespec import SourceSpec
from baro.expand.split import (
    OutputError,
    Piece,
    explode,
    pieces,
    printed_by_helm,
    read_object,
)
from baro.expand.stop import StoppedError, refused
from baro.expand.values import Values, ValuesSite, gather
from baro.model.expansion import (
    ChartContent,
    Failure,
    FailureKind,
    Rendering,
)
from baro.model.finding import Gap
from baro.model.origin import OriginKind
from baro.model.text import Location, SourceText

# As in Helm: pkg/chart/v2/util/validate_name.go
_RELEASE = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
_LONGEST_RELEASE = 53
_HELM_VERSIONS = ("", "v3", "v4")
_PLACE = re.compile(r"([^\s(\"]+):(\d+)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class HelmSite:
    """A Helm source and where it stands; `name` is the Application's instance name."""

    values: ValuesSite
    charts: ChartStore
    destination: Destination
    name: str

    @property
    def spec(self) -> SourceSpec:
        """Return the source's spec."""
        return self.values.spec


def prepare_helm(site: HelmSite, rendering: Rendering) -> PreparedSource:
    """Return a source with the request for the engine.

    What stops it is in the rendering, together with all that was known before.
    """
    spec = site.spec
    known = rendering
    try:
        known = replace(
            known,
            release=_release(site),
            namespace=_namespace(spec),
            kube_version=_kube_version(site),
        )
        values = gather(site.values)
        known = replace(
            known, layers=values.layers, values=values.merged, missing=values.missing
        )
        chart = site.charts.folder(site.values.tree, site.values.path)
        known = replace(known, chart=chart.content)
        _check(spec, known.release)
        chart = site.charts.whole(
            chart,
            partial(completed, chart, site.values.tree, site.values.path, site.charts),
        )
        known = replace(known, chart=chart.content)
        request = _request(site, known, chart, values)
    except StoppedError as error:
        return PreparedSource(stopped(known, error), site.destination)
    return PreparedSource(
        known,
        site.destination,
        request,
        tests=spec.helm.get("skipTests") is not True,
        crds=spec.helm.get("skipCrds") is not True,
    )


def stopped(rendering: Rendering, error: StoppedError) -> Rendering:
    """Return a rendering that ended early; the line to blame is looked up."""
    cause = error.cause
    if isinstance(cause, Gap):
        location = cause.location or rendering.application.origin.locate(
            rendering.within
        )
        gap = replace(cause, location=location, ref=rendering.application.ref)
        return replace(rendering, gaps=(*rendering.gaps, gap))
    location = cause.location or rendering.application.origin.locate(
        cause.path or rendering.within
    )
    missing = cause.fields.get("missing", rendering.missing)
    return replace(
        rendering, failure=replace(cause, location=location), missing=missing
    )


def _release(site: HelmSite) -> str:
    written = site.spec.helm.get("releaseName")
    if isinstance(written, str) and written:
        return written
    # Argo CD: util/argo/argo.go, ParseInstanceName
    return site.name.rpartition("_")[2]


def _namespace(spec: SourceSpec) -> str:
    written = spec.helm.get("namespace")
    if isinstance(written, str) and written:
        return written
    return spec.application.text("spec", "destination", "namespace")


def _kube_version(site: HelmSite) -> str:
    written = str(site.spec.helm.get("kubeVersion") or site.destination.kube_version)
    try:
        return normal_version(written)
    except KubeVersionError as error:
        raise refused(
            FailureKind.SPEC,
            f"could not parse kubernetes version {written}: {error}",
            site.spec.at("helm", "kubeVersion"),
        ) from error


def _check(spec: SourceSpec, release: str) -> None:
    version = str(spec.helm.get("version") or "")
    if version not in _HELM_VERSIONS:
        raise refused(
            FailureKind.SPEC,
            "error initializing helm app object: helm version "
            f"'{version}' is not supported",
            spec.at("helm", "version"),
        )
    if len(release) > _LONGEST_RELEASE or not re.fullmatch(_RELEASE, release):
        field = ("helm", "releaseName") if spec.helm.get("releaseName") else ()
        raise refused(
            FailureKind.SPEC,
            f'release name check failed: release name "{release}": invalid release '
            f"name, must match regex {_RELEASE} and the length must not be longer "
            f"than {_LONGEST_RELEASE}",
            spec.at(*field) if field else ("metadata", "name"),
            release=release,
        )


def _request(
    site: HelmSite, rendering: Rendering, chart: Chart, values: Values
) -> RenderRequest:
    written = site.spec.helm.get("apiVersions")
    versions = tuple(map(str, written)) if isinstance(written, list) else ()
    return RenderRequest(
        chart=site.charts.packed(chart),
        values=json_values(values.merged),
        release=rendering.release,
        namespace=rendering.namespace,
        kube_version=rendering.kube_version,
        api_versions=versions or site.destination.api_versions,
        skip_schema=site.spec.helm.get("skipSchemaValidation") is True,
    )


def json_values(values: Mapping[str, Any]) -> str:
    """Return values as JSON text.

    Raises:
        StoppedError: a number is none in JSON.
    """
    try:
        return json.dumps(values, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise refused(
            FailureKind.VALUES,
            "error converting YAML to JSON: json: unsupported value: NaN or infinity",
        ) from error


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
        located = replace(outcome.failure, location=_blamed(rendering, outcome.failure))
        return replace(rendering, failure=located), ()
    files = [*(outcome.crds if prepared.crds else ()), *outcome.files]
    try:
        printed = tuple(_objects(rendering, files, prepared))
    except StoppedError as error:
        return stopped(rendering, error), ()
    return rendering, printed


def _objects(
    rendering: Rendering, files: list[RenderedFile], prepared: PreparedSource
) -> Iterator[Printed]:
    for file in files:
        name = posixpath.basename(file.path)
        if name.startswith("_") or name.endswith("NOTES.txt"):
            continue
        text = template_of(rendering.chart, file.path)
        for piece in pieces(file.text):
            try:
                body = read_object(piece)
            except OutputError as error:
                raise _unreadable(file, piece, error, text) from error
            if body is None or not printed_by_helm(body, tests=prepared.tests):
                continue
            if not body.get("kind"):
                raise _kindless(file, piece, body, text)
            for inner in explode(body):
                yield Printed(inner, OriginKind.TEMPLATE, text)


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
        for entry in current.metadata.get("dependencies") or ():
            if isinstance(entry, Mapping) and entry.get("alias") == parts[index + 1]:
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
    file: RenderedFile, piece: Piece, body: Mapping[str, Any], text: SourceText | None
) -> StoppedError:
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


def _blamed(rendering: Rendering, failure: Failure) -> Location | None:
    """Return the line to edit: the value's for a schema, else the template's."""
    if failure.location is not None:
        return failure.location
    if failure.kind is FailureKind.SCHEMA:
        setters = rendering.setter(failure.path)
        if setters:
            return setters[0].locate(failure.path)
        if rendering.chart is not None and rendering.chart.text is not None:
            return rendering.chart.text.locate(failure.path)
    for path, line, column in _PLACE.findall(failure.message):
        text = template_of(rendering.chart, path)
        if text is not None:
            return text.at(int(line), int(column) + 1 if column else None)
    return rendering.application.origin.locate(rendering.within)
