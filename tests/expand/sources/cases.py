"""A case of a table: files, an Application, and what comes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from baro.expand.charts.chartstore import ChartStore, Shelf
from baro.expand.ports import HelmEngine
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.prepared import Destination
from baro.expand.sources.source import (
    SourceOptions,
    Sources,
    prepare_application,
    render_prepared,
)
from baro.model.expansion import Rendering
from baro.model.fieldpath import dotted
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import SourceText
from tests.fakes import FakeRepositories, tree_of

PLATFORM = "https://git.example/acme/platform"


@dataclass(frozen=True)
class Case:
    """One row; `expect` maps what is compared to what it must be."""

    name: str
    expect: Mapping[str, Any]
    spec: Mapping[str, Any]
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    repositories: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    charts: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: int = 0
    version: str = "3.5"
    kube_version: str = "v1.30.2"


def cases(folder: Path) -> Iterator[tuple[str, Case]]:
    """Yield the cases of every table of a folder, with an id."""
    for table in sorted(folder.glob("*.yaml")):
        for row in yaml.safe_load(table.read_text(encoding="utf-8")):
            yield f"{table.stem}: {row['name']}", Case(**row)


def render(case: Case, engine: HelmEngine) -> Rendering:
    """Render the case's source."""
    trees: dict[tuple[str, str], Any] = {
        (PLATFORM, ""): tree_of(case.files, repository=PLATFORM)
    }
    for address, files in case.repositories.items():
        url, _, revision = address.partition(" ")
        commit = f"{len(trees)}" * 40
        trees[url, revision] = tree_of(files, url, commit)
    shelves = [Shelf(tree_of(case.charts))] if case.charts else []
    major, minor = map(int, case.version.split("."))
    options = SourceOptions((major, minor), kustomize=Kustomize.installed())
    sources = Sources(FakeRepositories(trees), ChartStore(shelves), options, engine)
    destination = Destination("hub", case.kube_version)
    prepared = prepare_application(application(case), sources, destination)
    return list(render_prepared(prepared, engine))[case.source]


def application(case: Case) -> Manifest:
    """Return the case's Application, as it stands in `app.yaml`."""
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd", **case.metadata},
        "spec": {
            "destination": {"name": "hub", "namespace": "shop"},
            "project": "default",
            **case.spec,
        },
    }
    text = SourceText("app.yaml", yaml.safe_dump(body, sort_keys=False))
    return Manifest(body, Origin(OriginKind.FILE, text))


def told(rendering: Rendering, case: Case) -> dict[str, Any]:
    """Return what a case may expect of its rendering."""
    failure = rendering.failure
    written = application(case)
    return {
        "type": str(rendering.type),
        "release": rendering.release,
        "namespace": rendering.namespace,
        "kubeVersion": rendering.kube_version,
        "values": rendering.values,
        "failure": failure and f"{failure.kind}: {failure.message}",
        "blamed": failure and _line(failure.location, written),
        "gaps": [f"{gap.subject}: {gap.reason}" for gap in rendering.gaps],
        "closes": [gap.closes_with for gap in rendering.gaps],
        "missing": [
            f"{m.entry} -> {m.path}{' (ignored)' if m.ignored else ''}"
            for m in rendering.missing
        ],
        "nearest": [m.nearest for m in rendering.missing],
        "layers": [
            f"{layer.kind} {layer.entry} {dotted(layer.within)}".strip()
            for layer in rendering.layers
        ],
        "objects": [
            f"{m.ref}{' < ' + m.origin.text.file if m.origin.text else ''}"
            for m in rendering.manifests
        ],
        "bodies": [dict(m.body) for m in rendering.manifests],
        "revision": rendering.revision and rendering.revision.commit[:4],
        "chart": rendering.chart
        and f"{rendering.chart.name} {rendering.chart.version}",
    }


def _line(location: Any, written: Manifest) -> str | None:
    """Return a place as `file: the text of its line`."""
    if location is None:
        return None
    if location.file != "app.yaml" or written.origin.text is None:
        return str(location)
    lines = written.origin.text.text.splitlines()
    return f"app.yaml: {lines[location.line - 1].strip()}"
