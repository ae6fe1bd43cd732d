"""What is wrong in a ConfigMap is found at the line of the values that make it.

Each case breaks a platform whose Backstage is on a path of the other's host. The line
is the one that `baro trace` names for the value.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Baro

EXAMPLES = Path(__file__).parents[2] / "examples"
ADDONS = "packages/addons/values.yaml"
INGRESS = "packages/backstage-kr/values.yaml"
BASE_URL = "baseUrl: 'https://{{ .metadata.annotations.domain }}/kr'"
CALLBACK = "'https://{{ .metadata.annotations.domain }}/kr/api/auth/oidc/handler/frame'"
COOKIES = 'nginx.ingress.kubernetes.io/proxy-cookie-path: "~/ /kr"'


def findings(baro: Baro, folder: Path, rule: str) -> list[list[str]]:
    """Return the evidence of a rule's findings, as the lines that it points at."""
    ran = baro("check", folder, "--select", rule, "--format", "json", "--exit-zero")
    return [
        [_line(folder, evidence) for evidence in finding["evidence"]]
        for finding in json.loads(ran.out)["findings"]
    ]


def _line(folder: Path, evidence: dict[str, Any]) -> str:
    place = Path(evidence["file"])
    name = place.relative_to(folder).as_posix()
    if evidence["line"] is None:
        return name
    text = place.read_text(encoding="utf-8").splitlines()[evidence["line"] - 1]
    return f"{name}: {text.strip()}"


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """Return a copy of the platform that may be broken."""
    return Path(shutil.copytree(EXAMPLES / "platform-path", tmp_path / "platform"))


def edit(platform: Path, name: str, old: str, new: str) -> None:
    """Replace a text that is there in a file."""
    file = platform / name
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")


def traced(baro: Baro, platform: Path, app: str, path: str) -> str:
    """Return the line that `baro trace` names for a value."""
    ran = baro("trace", platform, app, path, "--format", "json")
    return _line(platform, json.loads(ran.out)["traces"][0]["setters"][0])


def test_wrong_base_url_leads_to_its_values(baro: Baro, platform: Path) -> None:
    """Each to its own line; and to the path that the Ingress serves."""
    wrong = BASE_URL.replace("/kr'", "'")
    edit(platform, ADDONS, BASE_URL, wrong)

    app, backend = findings(baro, platform, "base-url-mismatch")

    assert app[:2] == [f"{ADDONS}: {wrong}", f"{INGRESS}: path: /kr(/|$)(.*)"]
    assert backend[:2] == app[:2]
    value = "backstage.appConfig.app.baseUrl"
    assert traced(baro, platform, "backstage-kr-hub", value) == app[0]


def test_missing_redirect_uri_leads_to_the_list(baro: Baro, platform: Path) -> None:
    """To the list to add to, and to the base URL that asks for it."""
    edit(platform, ADDONS, f"- {CALLBACK}", "")

    (lines,) = findings(baro, platform, "missing-redirect-uri")

    assert lines[:2] == [f"{ADDONS}: redirectUris:", f"{ADDONS}: {BASE_URL}"]


def test_shared_cookie_leads_to_both_base_urls(baro: Baro, platform: Path) -> None:
    """The one on the path first."""
    edit(platform, INGRESS, COOKIES, "")

    (lines,) = findings(baro, platform, "shared-session-cookie")

    one = BASE_URL.replace("/kr'", "'")
    assert lines[:2] == [f"{ADDONS}: {BASE_URL}", f"{ADDONS}: {one}"]


def test_cookie_kept_apart_does_not_depend_on_the_base_url(
    baro: Baro, platform: Path
) -> None:
    """The Ingress moves the cookies, wherever the instance thinks that it lives."""
    edit(platform, ADDONS, BASE_URL, BASE_URL.replace("/kr'", "'"))

    assert findings(baro, platform, "shared-session-cookie") == []


VALUES = """\
extra: 1
config: |
  app:
    baseUrl: https://shop.example
  backend:
    baseUrl: https://other.example
"""
CHART = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config}
data:
  app-config.yaml: |
    {{- .Values.config | nindent 4 }}
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec:
  template:
    metadata: {labels: {app: b}}
    spec: {containers: [], volumes: [{name: c, configMap: {name: app-config}}]}
---
{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {selector: {app: b}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: b}
spec:
  rules:
    - host: shop.example
      http: {paths: [{path: /, backend: {service: {name: b}}}]}
"""


def _application(helm: str) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  project: default
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
  source:
    repoURL: https://git.example/acme/platform
    path: chart
{helm}"""


OWN = """\
        template:
          metadata: {labels: {tier: web}}
          spec: {project: '', destination: {}, source: {repoURL: ''}}
"""


def _applicationset(own: str = "") -> str:
    """Return an ApplicationSet; `own` is a template of its generator."""
    helm = "    helm:\n      values: |\n" + _indented(VALUES, 8)
    application = _application(helm).partition("spec:\n")[2]
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shops, namespace: argocd}}
spec:
  goTemplate: true
  generators:
    - list:
        elements: [{{}}]
{own}  template:
    metadata: {{name: shop}}
    spec:
{_indented(application, 4)}"""


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (
            {
                "apps/shop.yaml": _application(
                    "    helm: {valueFiles: [/values.yaml]}"
                ),
                "values.yaml": VALUES,
            },
            "values.yaml",
        ),
        (
            {
                "apps/shop.yaml": _application(
                    "    helm:\n      values: |\n" + _indented(VALUES, 8)
                )
            },
            "apps/shop.yaml",
        ),
        (
            {
                "apps/shop.yaml": _application(
                    "    helm:\n      valuesObject:\n" + _indented(VALUES, 8)
                )
            },
            "apps/shop.yaml",
        ),
        ({"apps/shop.yaml": _applicationset()}, "apps/shop.yaml"),
        ({"apps/shop.yaml": _applicationset(OWN)}, "apps/shop.yaml"),
        (
            {
                "apps/shop.yaml": _application("").replace("chart", "plain"),
                "plain/config.yaml": "apiVersion: v1\nkind: ConfigMap\n"
                "metadata: {name: app-config}\n"
                "data:\n  app-config.yaml: |\n    # theirs\n"
                + _indented(VALUES.partition("|\n")[2], 2),
                "plain/workload.yaml": WORKLOAD,
            },
            "plain/config.yaml",
        ),
    ],
    ids=[
        "value file",
        "values",
        "valuesObject",
        "a template",
        "a template below that of a generator",
        "a file",
    ],
)
def test_text_in_a_block_leads_to_the_line_in_it(
    baro: Baro, tmp_path: Path, files: dict[str, str], name: str
) -> None:
    """A configuration that the values hold as a text is a place of lines, too."""
    everything = {
        "baro.yaml": "repositories: {https://git.example/acme/platform: .}\n",
        "chart/Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0}\n",
        "chart/values.yaml": "config: ''\n",
        "chart/templates/config.yaml": CHART,
        "chart/templates/workload.yaml": WORKLOAD,
        **files,
    }
    for file, text in everything.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")

    (lines,) = findings(baro, tmp_path, "base-url-mismatch")

    assert lines[0] == f"{name}: baseUrl: https://other.example"
