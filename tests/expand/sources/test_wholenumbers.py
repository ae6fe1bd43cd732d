"""Numbers that parameters set are whole in templates, as with `--set`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import HelmEngine
from tests.platforms import platform

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web, namespace: argocd}}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    targetRevision: main
    path: charts/web
    helm:
      valuesObject: {{file: 1000000, list: [7000000, x]}}
      parameters: {parameters}
  destination: {{server: https://kubernetes.default.svc, namespace: web}}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME}
data: {said: '{{ TEMPLATE }}'}
"""
FILES = {
    "charts/web/Chart.yaml": "{apiVersion: v2, name: web, version: 1.0.0}",
    "charts/web/values.yaml": "default: 1000000\n",
    "charts/web/charts/sub/Chart.yaml": "{apiVersion: v2, name: sub, version: 1.0.0}",
    "charts/web/charts/sub/templates/sub.yaml": CONFIG.replace("NAME", "sub").replace(
        "TEMPLATE", 'printf "%v %v" .Values.port .Values.global.port'
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    """Return Helm's engine, one for all tests here."""
    with NativeEngine(jobs=1) as native:
        yield native


# What `helm template` of Helm 4.3.1 prints, with `--set NAME=VALUE`.
@pytest.mark.parametrize(
    ("setting", "template", "said"),
    [
        ("port=1000000", ".Values.port", "1000000"),
        ("port=80", "typeOf .Values.port", "int64"),
        ("port=80", "eq .Values.port 80", "true"),
        ("port=80", 'printf "%d" .Values.port', "80"),
        ("port=-5", "typeOf .Values.port", "int64"),
        ("port=12345678901234567", ".Values.port", "12345678901234567"),
        ("port=1.5", "typeOf .Values.port", "string"),
        ("port=true", "typeOf .Values.port", "bool"),
        ("default=2000000", ".Values.default", "2000000"),
        ("file=2000000", ".Values.file", "2000000"),
        ("other=1", ".Values.file", "1e+06"),
        ("other=1", ".Values.default", "1e+06"),
        ("a.b.c=1000000", ".Values.a.b.c", "1000000"),
        ("ports={1000000,x}", ".Values.ports", "[1000000 x]"),
        ("ports[1]=1000000", ".Values.ports", "[<nil> 1000000]"),
        ("list[1]=1000000", ".Values.list", "[7e+06 1000000]"),
        ("hosts[1].port=1000000", "(index .Values.hosts 1).port", "1000000"),
        ("sub.port=1000000", ".Values.sub.port", "1000000"),
    ],
)
def test_a_parameter_is_printed_as_helm_prints_it(
    setting: str, template: str, said: str, tmp_path: Path, engine: HelmEngine
) -> None:
    """A whole number stays whole, and only those of parameters do."""
    found = _said(setting, template, tmp_path, engine)
    assert found["web"] == said


def test_a_subchart_has_them_whole_as_well(tmp_path: Path, engine: HelmEngine) -> None:
    """Its own values and the globals, of which it has a copy."""
    found = _said("sub.port=1000000", ".Values.sub.port", tmp_path, engine)
    assert found["sub"] == "1000000 <nil>"


def test_a_global_is_whole_everywhere(tmp_path: Path, engine: HelmEngine) -> None:
    """Globals of a sub-chart are a copy of its parent's."""
    found = _said("global.port=1000000", ".Values.global.port", tmp_path, engine)
    assert found == {"web": "1000000", "sub": "<nil> 1000000"}


def _said(
    setting: str, template: str, folder: Path, engine: HelmEngine
) -> dict[str, str]:
    name, _, value = setting.partition("=")
    parameters = f"[{{name: '{name}', value: '{value}'}}]"
    own = CONFIG.replace("NAME", "web").replace("TEMPLATE", template)
    files = {
        **FILES,
        "app.yaml": APPLICATION.format(parameters=parameters),
        "charts/web/templates/web.yaml": own,
    }
    if "sub" not in name and "global" not in name:
        files = {path: text for path, text in files.items() if "/sub/" not in path}
    snapshot = platform(files, folder, engine)
    return {
        one.ref.name: one.text("data", "said") for one in snapshot.of_kind("ConfigMap")
    }
