"""Helm's engine as a library, with the checks that `helm template` makes around it.

Import this in a worker process only.
"""

import json
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from helm_python import Chart, _native, errors

from baro.expand.charts.chartfiles import ChartFilesError, pack
from baro.expand.engine.messages import Render, Rendered
from baro.expand.engine.refusal import SCHEMA_HEADER, worded
from baro.expand.engine.shelf import Shelf
from baro.model.expansion import FailureKind

_COMPARISON = pack(
    "c",
    {
        "Chart.yaml": b"{apiVersion: v2, name: c, version: 0.0.0}",
        "templates/a.yaml": b"{{ semverCompare .Values.constraint .Values.version }}",
    },
)


class Refusal(Exception):  # noqa: N818 - Helm refuses; nothing went wrong here
    """Helm would not render; kind and text."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        """Keep the text, in order and bounded."""
        super().__init__(message)
        self.kind = kind
        self.message = worded(message)


def version() -> str:
    """Return the version of Helm, such as `v4.2.3`."""
    return _native.helm_sdk_version()


def render(shelf: Shelf, question: Render) -> Rendered:
    """Render a chart as `helm template --include-crds` would, notes left out.

    A schema that refers to something outside is not looked at: nothing is fetched.

    Raises:
        Refusal: Helm would print an error instead.
    """
    if question.skip_schema:
        return _render(shelf, question)
    bare = msgspec.structs.replace(question, skip_schema=True)
    reference = shelf.outside(question.digest)
    if reference:
        unchecked = f"its schema refers to {reference}"
        return msgspec.structs.replace(_render(shelf, bare), unchecked=unchecked)
    # A schema sees the chart and the values, and nothing else.
    values = question.values.encode()
    checked = (question.digest, blake2b(values, digest_size=16).digest())
    if checked in shelf.valid:
        return _render(shelf, bare)
    rendered = _render(shelf, question)
    shelf.valid.add(checked)
    return rendered


def _render(shelf: Shelf, question: Render) -> Rendered:
    # Helm: pkg/cmd/install.go, runInstall
    chart = _chart(shelf, question)
    try:
        metadata = chart.metadata
        _check_chart(metadata)
        _check_dependencies(chart, metadata)
        _check_release(question.release)
        files = _files(chart, metadata, question)
        crds = [(crd["filename"], crd["data"]) for crd in chart.crds]
    finally:
        if not question.share:
            chart.close()
    return Rendered(files, crds)


def _chart(shelf: Shelf, question: Render) -> Chart:
    digest, stripped = question.digest, question.skip_schema
    try:
        if question.share:
            handle: Chart = shelf.handle(digest, Chart.load_archive, stripped=stripped)
            return handle
        return Chart.load_archive(shelf.archive(digest, stripped=stripped))
    except errors.HelmError as error:
        raise Refusal(FailureKind.CHART, error.detail) from error
    except ChartFilesError as error:
        raise Refusal(FailureKind.CHART, str(error)) from error


def _check_chart(metadata: dict[str, Any]) -> None:
    if metadata.get("apiVersion") not in {"v1", "v2"}:
        raise Refusal(FailureKind.CHART, "invalid chart apiVersion")
    kind = metadata.get("type") or ""
    if kind not in {"", "application"}:
        raise Refusal(FailureKind.CHART, f"{kind} charts are not installable")


def _check_dependencies(chart: Chart, metadata: dict[str, Any]) -> None:
    # Helm: pkg/action/install.go, CheckDependencies
    wanted = [entry["name"] for entry in metadata.get("dependencies") or ()]
    if not wanted:
        return
    present = {entry["name"] for entry in chart.dependencies}
    missing = [name for name in wanted if name not in present]
    if missing:
        raise Refusal(
            FailureKind.DEPENDENCY,
            "an error occurred while checking for chart dependencies. You may need to "
            "run 'helm dependency build' to fetch missing dependencies: found in "
            f"Chart.yaml, but missing in charts/ directory: {', '.join(missing)}",
        )


def _check_release(name: str) -> None:
    try:
        _native.call_status("helm_release_name_validate", name)
    except errors.HelmError as error:
        message = f'release name check failed: release name "{name}": {error.detail}'
        raise Refusal(FailureKind.RENDER, message) from error


def _files(
    chart: Chart, metadata: dict[str, Any], question: Render
) -> list[tuple[str, str]]:
    options = {
        "name": question.release,
        "namespace": question.namespace,
        "kube_version": question.kube_version,
        "api_versions": question.api_versions,
        "strict": question.strict,
    }
    constraint = metadata.get("kubeVersion") or ""
    try:
        output = _rendered(chart, question.values, options)
    except errors.HelmValuesError as error:
        raise _values_refusal(error.detail, metadata) from error
    except errors.HelmInvalidArgError as error:
        message = f"invalid kube version '{question.kube_version}': {error.detail}"
        raise Refusal(FailureKind.KUBE_VERSION, message) from error
    except errors.HelmError as error:
        # Helm looks at the constraint after the values and before the templates.
        _check_kube_version(constraint, question.kube_version)
        raise Refusal(FailureKind.RENDER, error.detail) from error
    _check_kube_version(constraint, question.kube_version)
    rendered: dict[str, str] = msgspec.json.decode(output)
    return [
        (path, text)
        for path, text in sorted(rendered.items())
        if text.strip() and not path.endswith("/NOTES.txt")
    ]


def _values_refusal(detail: str, metadata: dict[str, Any]) -> Refusal:
    if detail.startswith(SCHEMA_HEADER):
        return Refusal(FailureKind.SCHEMA, detail)
    if metadata.get("dependencies"):
        detail = f"chart dependencies processing failed: {detail}"
    return Refusal(FailureKind.VALUES, detail)


def _check_kube_version(constraint: str, kube_version: str) -> None:
    if constraint and not compatible(constraint, kube_version):
        raise Refusal(
            FailureKind.KUBE_VERSION,
            f"chart requires kubeVersion: {constraint} which is incompatible with "
            f"Kubernetes {kube_version}",
        )


@cache
def compatible(constraint: str, version_text: str) -> bool:
    """Tell whether a version meets a constraint; a malformed one is not met."""
    # Helm: pkg/chart/v2/util/compatible.go; `semverCompare` is the same library.
    values = json.dumps({"constraint": constraint, "version": version_text})
    chart = Chart.load_archive(_COMPARISON)
    try:
        output = _rendered(chart, values, {})
    except errors.HelmError:
        return False
    finally:
        chart.close()
    return "true" in output


def _rendered(chart: Chart, values: str, options: dict[str, Any]) -> str:
    # Chart.render() knows neither the Kubernetes version nor the strict mode.
    handle = chart._raw()  # noqa: SLF001
    return _native.call_string("helm_render", handle, values, json.dumps(options))
