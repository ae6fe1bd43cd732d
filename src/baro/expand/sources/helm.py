"""A Helm source: what `helm template` would be asked, and what it prints."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.charts.chart import Chart
from baro.expand.charts.chartstore import ChartStore
from baro.expand.charts.dependencies import completed
from baro.expand.charts.kubeversion import KubeVersionError, normal_version
from baro.expand.charts.wholenumbers import whole_numbers
from baro.expand.ports import RenderRequest
from baro.expand.sources.prepared import Destination, PreparedSource, stopped
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import StoppedError, refused
from baro.expand.values.layers import Values, gather
from baro.expand.values.valuefiles import ValuesSite
from baro.model.expansion import (
    FailureKind,
    Rendering,
)
from baro.model.tolerant import sequence

# As in Helm: pkg/chart/v2/util/validate_name.go
_RELEASE = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
_LONGEST_RELEASE = 53
_HELM_VERSIONS = ("", "v3", "v4")
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class HelmSite(Struct, frozen=True):
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
    found: dict[str, Any] = {}
    try:
        found |= {
            "release": _release(site),
            "namespace": _namespace(spec),
            "kube_version": kube_version(spec, "helm", site.destination),
        }
        values = gather(site.values)
        found |= {
            "layers": values.layers,
            "values": values.merged,
            "missing": values.missing,
        }
        chart = site.charts.folder(site.values.tree, site.values.path)
        found["chart"] = chart.content
        _check(spec, found["release"])
        chart = site.charts.whole(
            chart,
            partial(completed, chart, site.values.tree, site.values.path, site.charts),
        )
        found["chart"] = chart.content
        known = replace(rendering, **found)
        request = _request(site, known, chart, values)
    except StoppedError as error:
        known = replace(rendering, **found)
        return PreparedSource(stopped(known, error), site.destination)
    return PreparedSource(
        known,
        site.destination,
        request,
        tests=spec.helm.get("skipTests") is not True,
        crds=spec.helm.get("skipCrds") is not True,
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


def kube_version(spec: SourceSpec, tool: str, destination: Destination) -> str:
    """Return the Kubernetes version that a tool renders for.

    Raises:
        StoppedError: what the source says is none.
    """
    written = str(spec.section(tool).get("kubeVersion") or destination.kube_version)
    try:
        return normal_version(written)
    except KubeVersionError as error:
        raise refused(
            FailureKind.SPEC,
            f"could not parse kubernetes version {written}: {error}",
            spec.at(tool, "kubeVersion"),
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
    versions = tuple(map(str, sequence(site.spec.helm.get("apiVersions"))))
    return RenderRequest(
        chart=site.charts.packed(chart, whole_numbers(values.layers, values.merged)),
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
        return _JSON.encode(values)
    except ValueError as error:
        raise refused(
            FailureKind.VALUES,
            "error converting YAML to JSON: json: unsupported value: NaN or infinity",
        ) from error
