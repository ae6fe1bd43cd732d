"""Whatever stands in a repository, a source ends in a rendering, never in a crash."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baro.expand.charts.chartstore import ChartStore
from baro.expand.ports import RenderedFile, RenderOutcome
from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.sources.source import (
    SourceOptions,
    Sources,
    prepare_application,
    render_prepared,
)
from baro.expand.sources.sourcespec import OVERRIDES
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from tests.expand.sources.cases import PLATFORM
from tests.fakes import FakeEngine, FakeRepositories, tree_of

WORDS = st.sampled_from(
    ["", "a", "c", "$values/a", "../..", "/abs", "https://x", "a[0]", "*", "{a", "\0"]
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(0, 1), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["name", "value", "path", "count", "files", "patch"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=4,
)


def some(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return maps with some of the keys, and anything in them."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, JUNK))


HELM = some(
    *("valueFiles", "values", "valuesObject", "parameters", "fileParameters"),
    *("releaseName", "namespace", "kubeVersion", "apiVersions", "version"),
)
KUSTOMIZE = some(
    *("namePrefix", "images", "replicas", "commonLabels", "commonAnnotations"),
    *("patches", "components", "namespace"),
)
KUSTOMIZATION = some(
    *("resources", "components", "patches", "images", "replicas", "commonLabels"),
    *("labels", "buildMetadata", "configMapGenerator", "secretGenerator", "crds"),
)
TOOLS = st.one_of(
    st.fixed_dictionaries({"helm": st.one_of(HELM, JUNK)}),
    st.fixed_dictionaries({"kustomize": st.one_of(KUSTOMIZE, JUNK)}),
    st.fixed_dictionaries({"directory": some("recurse", "include", "exclude")}),
    some("ref", "chart", "repoURL", "targetRevision", "plugin", "path"),
)
CHART = st.one_of(
    some("apiVersion", "name", "version", "dependencies"),
    st.fixed_dictionaries(
        {"name": st.just("c"), "version": st.just("1.0.0"), "dependencies": JUNK}
    ),
)


class EchoKustomize(Kustomize, frozen=True):
    """Builds the same object of anything."""

    def build(self, files: object, path: str) -> str:
        """Return an object."""
        assert files
        return f"kind: A\nmetadata: {{name: {json.dumps(path)}}}\n"


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    folder=st.sampled_from(["c", "k", "d", "none"]),
    tool=TOOLS,
    second=st.one_of(st.none(), JUNK, some("repoURL", "ref", "path")),
    chart=CHART,
    values=JUNK,
    kustomization=KUSTOMIZATION,
    override=st.one_of(st.none(), TOOLS, JUNK),
    destination=JUNK,
    printed=st.one_of(JUNK, st.just("{{ ---\n a: b: c")),
)
def test_source_never_crashes(  # noqa: PLR0913 - each is one thing that may be wrong
    *,
    folder: str,
    tool: dict[str, Any],
    second: Any,
    chart: Any,
    values: Any,
    kustomization: Any,
    override: Any,
    destination: Any,
    printed: Any,
) -> None:
    """Every field may hold anything."""
    files = {
        "c/Chart.yaml": json.dumps(chart),
        "c/values.yaml": json.dumps(values),
        "c/templates/a.yaml": "",
        "k/kustomization.yaml": json.dumps(kustomization),
        "d/a.yaml": json.dumps(values),
    }
    if override is not None:
        files[f"{folder}/{OVERRIDES}"] = json.dumps(override)
    source = {"repoURL": PLATFORM, "path": folder, **tool}
    spec = {"source": source} if second is None else {"sources": [source, second]}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web"},
        "spec": {**spec, "destination": destination},
    }
    text = printed if isinstance(printed, str) else json.dumps(printed)
    engine = FakeEngine([RenderOutcome((RenderedFile("c/templates/a.yaml", text),))])
    sources = Sources(
        FakeRepositories({(PLATFORM, ""): tree_of(files)}),
        ChartStore(),
        SourceOptions(kustomize=EchoKustomize(("nothing",))),
    )
    application = Manifest(body, Origin(OriginKind.CONFIGURED))
    for rendering in render_prepared(prepare_application(application, sources), engine):
        assert rendering.failure is None or not rendering.manifests
