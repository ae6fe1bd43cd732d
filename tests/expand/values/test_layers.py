"""Every layer of values leads to a line that somebody can edit."""

from collections.abc import Mapping

import pytest

from baro.expand.charts.chartstore import ChartStore
from baro.expand.sources.source import Sources, prepare_application
from baro.model.fieldpath import parse
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import SourceText
from baro.model.valueslayer import ValuesLayer
from tests.fakes import FakeRepositories, tree_of

URL = "https://git.example/acme/platform"
HEAD = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  source:
    repoURL: https://git.example/acme/platform
    path: chart
    helm:
"""
FILES = {"chart/Chart.yaml": "{name: web, version: 1.0.0}"}


def layers(
    helm: str, files: Mapping[str, str] | None = None, *, generated: bool = False
) -> tuple[ValuesLayer, ...]:
    """Return the layers of an Application that stands in a file."""
    text = SourceText("app.yaml", HEAD + helm)
    body = text.documents[0].value
    application = Manifest(body, Origin(OriginKind.FILE, text))
    if generated:
        owner = Manifest({**body, "kind": "ApplicationSet"}, application.origin)
        origin = Origin(OriginKind.GENERATED, owner=owner, within=())
        application = Manifest(body, origin)
    repositories = FakeRepositories({(URL, ""): tree_of({**FILES, **(files or {})})})
    (source,) = prepare_application(application, Sources(repositories, ChartStore()))
    return source.rendering.layers


@pytest.mark.parametrize("generated", [False, True])
@pytest.mark.parametrize(
    ("helm", "path", "place"),
    [
        ("      valuesObject:\n        a:\n          b: 1\n", "a.b", "app.yaml:12:11"),
        ("      valuesObject: {a: {b: 1}}\n", "a.b", "app.yaml:10:26"),
        (
            "      values: |\n        # first\n        a:\n          b: 1\n",
            "a.b",
            "app.yaml:13:11",
        ),
        ("      values: >-\n        {a: {b: 1}}\n", "a.b", "app.yaml:11:14"),
        ("      values: |\n        a: 1\n", "none", "app.yaml:10:7"),
        ('      values: "a: 1"\n', "a", "app.yaml:10:7"),
        (
            "      parameters: [{name: x, value: y},\n        {name: a.b, value: z}]\n",
            "a.b",
            "app.yaml:11:9",
        ),
    ],
)
def test_layer_in_an_application(
    helm: str, path: str, place: str, *, generated: bool
) -> None:
    """The line is the Application's, or that of the template that generated it."""
    layer = layers(helm, generated=generated)[-1]
    assert str(layer.locate(parse(path))) == place


def test_layer_in_a_value_file() -> None:
    """The line is the file's; an absent value leads to what is nearest."""
    (layer,) = layers(
        "      valueFiles: [/env/prod.yaml]\n",
        {"env/prod.yaml": "# prod\na:\n  b: 1\n"},
    )
    assert str(layer.locate(("a", "b"))).startswith("env/prod.yaml:3:3")
    assert str(layer.locate(("a", "c"))).startswith("env/prod.yaml:2:1")


@pytest.mark.parametrize(
    ("override", "path", "line"),
    [
        ("helm:\n  valuesObject:\n    a:\n      b: 1\n", "a.b", 4),
        ("helm:\n  parameters:\n    - {name: a.b, value: x}\n", "a.b", 3),
    ],
)
def test_layer_that_the_repository_overrides(
    override: str, path: str, line: int
) -> None:
    """The line is that of `.argocd-source.yaml`."""
    layer = layers(
        "      valuesObject: {a: {b: 0}}\n", {"chart/.argocd-source.yaml": override}
    )[-1]
    location = layer.locate(parse(path))
    assert location is not None
    assert (location.file, location.line) == ("chart/.argocd-source.yaml", line)
