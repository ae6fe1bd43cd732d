"""`baro.yaml` is read whole, or refused at the line that is wrong."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from baro.errors import InputError
from baro.expand.generators.transform import known_generators
from baro.expand.settings import OUTSIDE, settings_schema
from baro.expand.settings_file import read_settings
from baro.model import yamltext
from baro.model.text import SourceText

ROOT = Path(__file__).parents[2]
FULL = """\
repositories: {https://git.example/acme/platform: ., git@git.example:acme/apps: ../apps}
clusters:
  - name: hub
    labels: {environment: control-plane}
    annotations: {addons_repo_revision: main}
  - {name: spoke, server: "https://spoke.example:6443", project: addons}
externalSecrets:
  platform/config: {cluster_name: hub, repo.url: https://git.example/acme/platform}
  platform/plain: text
roots:
  - chart: packages/appset-chart
    releaseName: addons-appset
    valueFiles: [packages/bootstrap/values.yaml]
    values: {a: {b: 1}}
  - path: manifests
charts: [vendor/charts]
routes: [{url: "https://{domain}/x", upstreamPath: /x, status: 200}]
accept: [{rule: r, subject: Application/argocd/x, reason: fine, until: 2027-01-31}]
generators: {previews: {pullRequest: [{number: "7"}]}}
argocdVersion: v3.5.1
kubernetesVersion: "1.34"
argocdNamespace: gitops
argocdNewGitFileGlobbing: true
"""


def read(text: str) -> object:
    """Read a text as `baro.yaml`."""
    return read_settings(SourceText("baro.yaml", text))


def test_the_whole_shape() -> None:
    """Every key that there is can be read, and passes the published schema."""
    settings = read_settings(SourceText("baro.yaml", FULL))
    assert [c.name for c in settings.clusters] == ["hub", "spoke"]
    assert settings.clusters[0].server == "https://kubernetes.default.svc"
    assert settings.accept[0].until == "2027-01-31"
    assert settings.external_secrets["platform/plain"] == "text"
    (document,) = yamltext.read(FULL)
    Draft202012Validator(settings_schema()).validate(document.value)


def test_what_asks_the_outside() -> None:
    """Every generator is either stated in `baro.yaml` or worked out."""
    worked_out = {"list", "clusters", "git", "matrix", "merge"}
    assert set(known_generators()) == {*OUTSIDE, *worked_out}


@pytest.mark.parametrize("text", ["", "# nothing\n", "clusters:\n", "{}"])
def test_nothing_is_fine(text: str) -> None:
    """An empty file, and a key with everything below it commented out."""
    assert read(text) == read("")


WRONG = [
    pytest.param(
        "repositores: {}",
        "baro.yaml:1:1: unknown key 'repositores'",
        "did you mean repositories? ",
        id="an unknown key names the nearest one",
    ),
    pytest.param(
        "clusters:\n  - name: hub\n    annotation: {}\n",
        "baro.yaml:3:5: unknown key 'annotation'",
        "did you mean annotations? Known here: name, server, labels, ",
        id="an unknown key inside a list",
    ),
    pytest.param(
        "zzz: 1", "baro.yaml:1:1: unknown key 'zzz'", "known here: ", id="far off"
    ),
    pytest.param(
        "clusters: {hub: {}}",
        "baro.yaml:1:1: clusters: expected a list, got a map",
        "",
        id="a map for a list",
    ),
    pytest.param(
        "clusters:\n- name: hub\n  labels: {production: yes}\n",
        "baro.yaml:3:12: clusters[0].labels.production: expected text, got true",
        "put it in quotes",
        id="a yes that is no text",
    ),
    pytest.param(
        "clusters: [{server: https://a}]",
        "baro.yaml:1:12: clusters[0] needs a name",
        "",
        id="a cluster without a name",
    ),
    pytest.param(
        "clusters: [{name: a, server: a.example}]",
        "baro.yaml:1:22: not the address of an API server: 'a.example'",
        "write it as https://host:port",
        id="a server without a scheme",
    ),
    pytest.param(
        "externalSecrets: {a/b: 1}",
        "baro.yaml:1:19: externalSecrets.a/b: expected a map or text, got 1",
        "put it in quotes",
        id="a number for a remote key",
    ),
    pytest.param(
        "roots: [{}]",
        "baro.yaml:1:9: a root has either a chart or a path",
        "",
        id="a root without anything",
    ),
    pytest.param(
        "roots: [{chart: a, path: b}]",
        "baro.yaml:1:9: a root has either a chart or a path",
        "",
        id="a root with both",
    ),
    pytest.param(
        "routes: [{url: example.org}]",
        "baro.yaml:1:11: not a URL: 'example.org'",
        "write it as https://host/path; {domain} is filled in",
        id="a URL without a scheme",
    ),
    pytest.param(
        "routes: [{url: 'https://a:b/'}]",
        "baro.yaml:1:11: not a URL: 'https://a:b/'",
        "",
        id="a port that is none",
    ),
    pytest.param(
        "routes: [{url: 'https://a/', status: '200'}]",
        "baro.yaml:1:30: routes[0].status: expected a whole number, got text '200'",
        "",
        id="a number in quotes",
    ),
    pytest.param(
        "accept: [{rule: r, subject: a/s, reason: r, until: 31.01.2027}]",
        "baro.yaml:1:45: not a day: '31.01.2027'",
        "write 2027-01-31",
        id="a day in another form",
    ),
    pytest.param(
        "accept: [{rule: r, subject: a/s, reason: ' '}]",
        "baro.yaml:1:34: say why this is fine",
        "",
        id="a reason that says nothing",
    ),
    pytest.param(
        "argocdNewGitFileGlobbing: 'true'",
        "baro.yaml:1:1: argocdNewGitFileGlobbing: expected true or false, "
        "got text 'true'",
        "",
        id="a text that is no truth value",
    ),
    pytest.param(
        "argocdVersion: latest",
        "baro.yaml:1:1: not a version: 'latest'",
        "write 3.5.1",
        id="a version that is none",
    ),
    pytest.param(
        "argocdVersion: '2026-01-01'",
        "baro.yaml:1:1: not a version: '2026-01-01'",
        "write 3.5.1",
        id="a day for a version",
    ),
    pytest.param(
        "kubernetesVersion: '1'",
        "baro.yaml:1:1: not a version: '1'",
        "write 1.34.0",
        id="a version without its minor part",
    ),
    pytest.param(
        "argocdNamespace: ''",
        "baro.yaml:1:1: not a namespace: ''",
        "it has at most 63 small letters, digits and dashes",
        id="no namespace",
    ),
    pytest.param(
        "roots: [{chart: a, namespace: Argo CD}]",
        "baro.yaml:1:20: not a namespace: 'Argo CD'",
        "it has at most 63 small letters, digits and dashes",
        id="a namespace of a root that is none",
    ),
    pytest.param(
        "roots: [{path: a, releaseName: b}]",
        "baro.yaml:1:9: a path takes no values; only a chart does",
        "",
        id="manifests with a release's name",
    ),
    pytest.param(
        "generators: {previews: {pullrequest: []}}",
        "baro.yaml:1:25: no generator that asks the outside: 'pullrequest'",
        "did you mean pullRequest? Known here: pullRequest, scmProvider, ",
        id="a generator that is misspelt",
    ),
    pytest.param(
        "generators: {previews: {git: []}}",
        "baro.yaml:1:25: no generator that asks the outside: 'git'",
        "known here: pullRequest, ",
        id="a generator that asks nobody",
    ),
    pytest.param(
        "accept: [{rule: r, subject: portal, reason: fine}]",
        "baro.yaml:1:20: not an object: 'portal'",
        "write Kind/namespace/name; * stands for any text",
        id="a subject without a kind",
    ),
    pytest.param(
        "routes: [{url: 'https://a/', status: 2000}]",
        "baro.yaml:1:30: not a status of HTTP: 2000",
        "write one from 100 to 599",
        id="a status that there is not",
    ),
    pytest.param(
        "routes: [{url: 'https://a/', upstreamPath: api}]",
        "baro.yaml:1:30: not a path: 'api'",
        "it begins with a slash",
        id="a path that does not begin",
    ),
    pytest.param(
        "repositories: {'https://a/b': c, 'https://A/b.git': d}",
        "baro.yaml:1:34: https://A/b.git is https://a/b in another spelling, "
        "which is c",
        "keep one of the two",
        id="one repository at two places",
    ),
    pytest.param(
        "repositories: {https://a/b: ''}",
        "baro.yaml:1:16: needs a URL and a folder",
        "",
        id="a repository that is nowhere",
    ),
    pytest.param(
        "- a", "baro.yaml:1:1: expected a map, got a list", "", id="not even a map"
    ),
    pytest.param(
        "a: [", "baro.yaml:2:1: is not YAML: did not find expected", "", id="no YAML"
    ),
    pytest.param(
        "charts: []\n---\ncharts: []",
        "baro.yaml:3: has more than one document",
        "",
        id="two documents",
    ),
    pytest.param(
        "charts: []\ncharts: [a]",
        "baro.yaml:2:1: charts stands there twice",
        "the first one is in line 1",
        id="a key twice",
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), WRONG)
def test_mistakes(text: str, message: str, hint: str) -> None:
    """A mistake is told with its line, and with the way out."""
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value).startswith(message)
    assert caught.value.hint.startswith(hint)


def test_all_mistakes_are_told_at_once() -> None:
    """The first mistake is the message, the others are in the hint."""
    with pytest.raises(InputError) as caught:
        read("cluster: []\nchart: []\nroutes: 7\n")
    assert "Also baro.yaml:2:1: unknown key 'chart'" in caught.value.hint
    assert "Also baro.yaml:3:1: routes: expected a list, got 7" in caught.value.hint


def test_an_alias_bomb_is_refused() -> None:
    """Aliases cannot make a small file large."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="excessive aliasing"):
        read("\n".join(lines))


def test_the_schema_is_published() -> None:
    """The schema for editors is the one that the reader has."""
    published = ROOT / "docs" / "schema" / "baro.yaml.json"
    assert json.loads(published.read_text()) == settings_schema()


@pytest.mark.parametrize(
    "file",
    [pytest.param(f, id=f.parent.name) for f in ROOT.glob("examples/**/baro.yaml")],
)
def test_the_examples_follow_it(file: Path) -> None:
    """Every example's `baro.yaml` is right, by the reader and by the schema."""
    text = SourceText(str(file), file.read_text())
    read_settings(text)
    Draft202012Validator(settings_schema()).validate(text.documents[0].value)
