"""`helmCharts` of a kustomization, rendered beforehand by the engine itself.

As `kustomize build --enable-helm` does, which Argo CD runs where its
`kustomize.buildOptions` say so.
"""

# Kustomize: api/internal/builtins/HelmChartInflationGenerator.go,
# api/types/helmchartargs.go

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.expand.charts.chart import Chart
from baro.expand.charts.chartstore import ChartStore
from baro.expand.ports import (
    HelmEngine,
    RenderOutcome,
    RenderRequest,
    Tree,
)
from baro.expand.sources.kustomizeroots import Kustomization, words
from baro.expand.sources.split import (
    OutputError,
    explode,
    hook_events,
    pieces,
    printed_by_helm,
    read_object,
)
from baro.expand.stop import StoppedError, reading, refused, unknown
from baro.expand.values.valuestext import ValuesTextError, merged, values_of
from baro.model.expansion import FailureKind
from baro.model.text import Location

_HOME = "charts"
_RELEASE = "release-name"
"""What `helm template` calls a release that nobody named."""
_MERGES = ("merge", "override", "replace")


class Charts(Struct, frozen=True):
    """Where charts come from, and what they are rendered by and for."""

    store: ChartStore
    engine: HelmEngine | None = None
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


def inflated(
    kustomization: Kustomization, tree: Tree, charts: Charts, namespace: str
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a kustomization with files in the place of its charts, and these files.

    `namespace` is that of the kustomization that is built.

    Raises:
        StoppedError: Kustomize or Helm refuses a chart, or it is not here.
    """
    body = dict(kustomization.body)
    entries = body.pop("helmCharts")
    made: dict[str, bytes] = {}
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        written = _Entry(kustomization, index, entry if isinstance(entry, dict) else {})
        try:
            objects = list(_rendered(written, tree, charts, namespace))
        except StoppedError as error:
            raise error.at(error.cause.location or written.place) from error
        if objects:
            text = "\n---\n".join(json.dumps(each) for each in objects)
            name = f".helm-chart-{index}.yaml"
            made[posixpath.normpath(posixpath.join(kustomization.folder, name))] = (
                text.encode()
            )
            # Kustomize runs generators after it has read all resources.
            known = body.get("resources")
            body["resources"] = [*(known if isinstance(known, list) else ()), name]
    return body, made


class _Entry(Struct, frozen=True):
    """One chart of a kustomization."""

    kustomization: Kustomization
    index: int
    body: Mapping[str, Any]

    @property
    def place(self) -> Location | None:
        """Return where it is written."""
        text = self.kustomization.text
        return text.locate(("helmCharts", self.index)) if text is not None else None

    def word(self, key: str) -> str:
        """Return a text, empty where there is none."""
        return str(self.body.get(key) or "")

    def path(self, name: str) -> str:
        """Return a path of the tree, from one that counts from the kustomization."""
        return posixpath.normpath(posixpath.join(self.kustomization.folder, name))

    @property
    def home(self) -> str:
        """Return the folder of charts that are there already."""
        globals_ = self.kustomization.body.get("helmGlobals")
        home = globals_.get("chartHome") if isinstance(globals_, Mapping) else None
        home = str(home or _HOME)
        if self.word("version") and self.word("repo"):
            home = f"{home}/{self.word('name')}-{self.word('version')}"
        return self.path(home)


def _rendered(
    entry: _Entry, tree: Tree, charts: Charts, namespace: str
) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a chart prints."""
    if not entry.word("name"):
        raise refused(FailureKind.RENDER, "chart name cannot be empty")
    chart, beside = _chart(entry, tree, charts.store)
    if charts.engine is None:
        raise unknown(f"chart {entry.word('name')}", "there is no engine to render it")
    own = entry.kustomization.body.get("namespace")
    request = RenderRequest(
        chart=charts.store.packed(chart),
        values=json.dumps(_values(entry, tree, beside)),
        release=entry.word("releaseName") or _RELEASE,
        namespace=entry.word("namespace") or str(own or "") or namespace or "default",
        kube_version=entry.word("kubeVersion") or charts.kube_version,
        api_versions=tuple(words(entry.body.get("apiVersions"))) or charts.api_versions,
    )
    (outcome,) = charts.engine.render((request,))
    yield from _printed(entry, outcome)


def _chart(
    entry: _Entry, tree: Tree, store: ChartStore
) -> tuple[Chart, Mapping[str, Any]]:
    """Return the chart, and the values that stand in it."""
    name, repository = entry.word("name"), entry.word("repo").rstrip("/")
    folder = f"{entry.home}/{name}"
    if tree.is_dir(folder):
        chart = store.folder(tree, folder)
    elif repository:
        chart = store.find(repository, name, entry.word("version")).chart
    else:
        message = f"no repo specified for pull, no chart found at '{folder}'"
        raise refused(FailureKind.RENDER, message)
    return chart, chart.content.defaults


def _values(entry: _Entry, tree: Tree, beside: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values that Helm is given beside the chart's own."""
    file = entry.word("valuesFile")
    values = _file(entry, tree, file) if file else beside
    inline = entry.body.get("valuesInline")
    how = entry.word("valuesMerge") or "override"
    if how not in _MERGES:
        message = f"valuesMerge must be one of [{' '.join(_MERGES)}]"
        raise refused(FailureKind.RENDER, message)
    if isinstance(inline, Mapping) and inline:
        if how == "replace":
            values = inline
        else:
            pair = (values, inline) if how == "override" else (inline, values)
            values = _overridden(*pair)
    for name in words(entry.body.get("additionalValuesFiles")):
        values = merged(values, _file(entry, tree, name))
    return values


def _overridden(
    weaker: Mapping[str, Any], stronger: Mapping[str, Any]
) -> dict[str, Any]:
    """Return two maps as one; where the stronger has null, the key goes."""
    # As in kustomize: kyaml/yaml/merge2/merge2.go
    result = dict(weaker)
    for key, value in stronger.items():
        known = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(known, Mapping):
            result[key] = _overridden(known, value)
        else:
            result[key] = value
    return result


def _file(entry: _Entry, tree: Tree, name: str) -> Mapping[str, Any]:
    path = entry.path(name)
    if path.startswith("../") or not tree.is_file(path):
        message = (
            f"evalsymlink failure on '{path}' : lstat {path}: no such file or directory"
        )
        raise refused(FailureKind.RENDER, message)
    with reading(path):
        text = tree.text(path)
    try:
        return values_of(text)
    except ValuesTextError as error:
        message = f"failed to parse {path}: {error}"
        raise refused(FailureKind.RENDER, message).at(text.at(error.line)) from error


def _printed(entry: _Entry, outcome: RenderOutcome) -> Iterator[Mapping[str, Any]]:
    name = entry.word("name")
    if outcome.lost:
        reason = f"the chart was not rendered: {outcome.lost}"
        raise unknown(f"chart {name}", reason, "a chart that ends")
    if outcome.unchecked:
        reason = f"its values are not held against its schema: {outcome.unchecked}"
        raise unknown(f"chart {name}", reason)
    if outcome.failure is not None:
        raise refused(FailureKind.RENDER, f"chart {name}: {outcome.failure.message}")
    tests = entry.body.get("skipTests") is not True
    hooks = entry.body.get("skipHooks") is not True
    crds = outcome.crds if entry.body.get("includeCRDs") is True else ()
    for file in (*crds, *outcome.files):
        base = posixpath.basename(file.path)
        if base.startswith("_") or base.endswith("NOTES.txt"):
            continue
        for piece in pieces(file.text):
            try:
                body = read_object(piece)
            except OutputError as error:
                message = f"chart {name}: {file.path}: {error.message}"
                raise refused(FailureKind.RENDER, message) from error
            if body is None or not printed_by_helm(body, tests=tests):
                continue
            if hooks or hook_events(body) is None:
                yield from explode(body)
