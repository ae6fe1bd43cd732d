"""Values traced to lines, and lines to fields."""

from collections.abc import Iterator, Mapping

import pytest

from baro.expand.charts.chartstore import ChartStore
from baro.expand.engine.native import NativeEngine
from baro.expand.sources.prepared import PreparedSource
from baro.expand.sources.source import Sources, prepare_application, render_prepared
from baro.expand.tracing.trace import Tracer, trace_back
from baro.expand.tracing.unread import SAMPLES, UnreadValues
from baro.expand.tracing.valuetrace import ValueTrace
from baro.expand.tracing.variants import changed, mark, with_leaves
from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import dotted, parse
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import Location, SourceText
from tests.fakes import FakeEngine, FakeRepositories, tree_of

URL = "https://git.example/acme/platform"
FILES = {
    "chart/Chart.yaml": "{apiVersion: v2, name: web, version: 1.0.0}",
    "chart/values.yaml": """\
image: {name: nginx, tag: "1"}
replicas: 1
mode: plain
ingress: {host: "", path: /}
resources: {}
password: ""
args: [--one, --two]
""",
    "chart/values.schema.json": '{"properties": {"mode": {"enum": ["plain", "extra"]}}}'
    "",
    "chart/templates/a.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-{{ .Values.image.name }}}
data:
  image: "{{ .Values.image.name }}:{{ .Values.image.tag | upper }}"
  replicas: {{ .Values.replicas | quote }}
  random: {{ randAlphaNum 8 }}
  resources: {{ with .Values.resources }}{{ toJson . | quote }}{{ end }}
  args: {{ join " " .Values.args }}
  url: https://{{ .Values.ingress.host }}{{ .Values.ingress.path }}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: {{ .Values.password | quote }}}
{{ if eq .Values.mode "extra" }}
---
{apiVersion: v1, kind: Service, metadata: {name: extra}}
{{ end }}
""",
    "values/base.yaml": "replicas: 2\nmode: extra\nresources: {cpux: 1, memx: 2Gi}\n",
    "values/prod.yaml": """\
replicas: 3
typo:
  colour: red
  flag: true
password: hunter2
image: {tag: rc}
""",
}
SPEC = {
    "source": {
        "repoURL": URL,
        "path": "chart",
        "helm": {
            "valueFiles": ["/values/base.yaml", "/values/prod.yaml"],
            "valuesObject": {"ingress": {"host": "shop.example"}},
        },
    },
    "destination": {"namespace": "shop"},
}


def application(spec: Mapping[str, object], origin: Origin | None = None) -> Manifest:
    """Return an Application with a spec."""
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": spec,
    }
    return Manifest(body, origin or Origin(OriginKind.CONFIGURED))


def prepared(app: Manifest, files: Mapping[str, str] = FILES) -> PreparedSource:
    """Return its first source."""
    repositories = FakeRepositories({(URL, ""): tree_of(files)})
    return prepare_application(app, Sources(repositories, ChartStore()))[0]


@pytest.fixture(scope="module")
def engine() -> Iterator[NativeEngine]:
    """Return Helm's own engine."""
    with NativeEngine(jobs=1) as native:
        yield native


@pytest.fixture(scope="module")
def tracer(engine: NativeEngine) -> Tracer:
    """Return a tracer of the Application above."""
    return Tracer(prepared(application(SPEC)), engine)


def setters(trace: ValueTrace) -> list[str]:
    """Return who sets a value, the strongest first."""
    return [f"{s.what} {s.value} {s.location or ''}".strip() for s in trace.setters]


def places(trace: ValueTrace) -> list[str]:
    """Return where a value appears; `~` marks a field that it only decides."""
    return [
        ("" if a.printed else "~")
        + f"{a.subject} {dotted(a.path)} {a.value or ''}".strip()
        for a in trace.appearances
    ]


@pytest.mark.parametrize(
    ("path", "who", "where"),
    [
        (
            "replicas",
            [
                "value file 3 values/prod.yaml:1:1",
                "value file 2 values/base.yaml:1:1",
                "chart default 1 chart/values.yaml:2:1",
            ],
            ["~ConfigMap web-nginx data.replicas 3"],
        ),
        (
            "ingress.host",
            [
                "valuesObject shop.example",
                "chart default  chart/values.yaml:4:11",
            ],
            ["ConfigMap web-nginx data.url https://shop.example/"],
        ),
        (
            "image.name",
            ["chart default nginx chart/values.yaml:1:9"],
            [
                "ConfigMap web-nginx data.image nginx:RC",
                "ConfigMap web-nginx metadata.name web-nginx",
            ],
        ),
        (
            "image.tag",
            [
                "value file rc values/prod.yaml:6:9",
                "chart default 1 chart/values.yaml:1:22",
            ],
            ["~ConfigMap web-nginx data.image nginx:RC"],
        ),
        (
            "mode",
            [
                "value file extra values/base.yaml:2:1",
                "chart default plain chart/values.yaml:3:1",
            ],
            ["~Service extra"],
        ),
        (
            "args[1]",
            ["chart default --two chart/values.yaml:7:15"],
            ["ConfigMap web-nginx data.args --one --two"],
        ),
        (
            "resources.memx",
            ["value file 2Gi values/base.yaml:3:22"],
            ['ConfigMap web-nginx data.resources {"cpux":1,"memx":"2Gi"}'],
        ),
    ],
)
def test_value_is_traced(
    tracer: Tracer, path: str, who: list[str], where: list[str]
) -> None:
    """Every layer that sets a value is named, and every field that it makes."""
    trace = tracer.value(parse(path))
    assert setters(trace) == who
    assert sorted(places(trace)) == sorted(where)
    assert not trace.unread


def test_value_that_changes_nothing_is_unread(tracer: Tracer) -> None:
    """Random fields do not hide that nobody reads it."""
    trace = tracer.value(parse("typo"))
    assert trace.unread
    assert trace.appearances == ()
    assert setters(trace) == [
        "value file {'colour': 'red', 'flag': True} values/prod.yaml:2:1"
    ]


def test_secret_is_not_shown(tracer: Tracer) -> None:
    """Where a value ends in a Secret, the Secret's digest is shown."""
    (place,) = places(tracer.value(parse("password")))
    assert place.startswith("Secret s stringData.password redacted-")


def test_value_that_nobody_sets(tracer: Tracer) -> None:
    """There is nothing to say, and it is said so."""
    trace = tracer.value(parse("no.such.value"))
    assert (trace.setters, trace.appearances, trace.unread) == ((), (), False)


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        ("data.url", ["ingress.path", "ingress.host"]),
        ("data.replicas", ["replicas"]),
        ("data.args", ["args[0]", "args[1]"]),
        ("data.image", ["image.name"]),
        ("metadata.name", ["image.name"]),
    ],
)
def test_field_is_traced(tracer: Tracer, field: str, paths: list[str]) -> None:
    """A field names the values that are printed in it, else those that decide it."""
    (rendering,) = render_prepared([tracer.prepared], tracer.engine)
    manifest = rendering.manifests[0]
    found = [dotted(trace.path) for trace in tracer.field(manifest, parse(field))]
    assert sorted(found) == sorted(paths)


def test_parameter_leads_to_the_cluster_annotation(engine: NativeEngine) -> None:
    """A value that an ApplicationSet templated names the annotation and its line."""
    appset = Manifest(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "ApplicationSet",
            "metadata": {"name": "all", "namespace": "argocd"},
            "spec": {
                "template": {
                    "spec": {
                        "source": {
                            "helm": {
                                "valuesObject": {
                                    "ingress": {
                                        "host": "shop.{{.metadata.annotations.domain}}"
                                    }
                                }
                            }
                        }
                    }
                }
            },
        },
        Origin(OriginKind.FILE, SourceText("appset.yaml", "spec: {template: {}}")),
    )
    params = {
        "name": "hub",
        "metadata": {"annotations": {"domain": "example"}},
    }
    origin = Origin(
        OriginKind.GENERATED, owner=appset, within=("spec", "template"), params=params
    )
    place = Location("clusters/hub.yaml", 7)
    cluster = ClusterRegistration(
        "hub", "https://hub", places={("annotations", "domain"): place}
    )
    source = prepared(application(SPEC, origin))
    trace = Tracer(source, engine, [cluster]).value(parse("ingress.host"))
    (feed,) = trace.setters[0].feeds
    assert (feed.parameter, feed.value) == ("metadata.annotations.domain", "example")
    assert (feed.cluster, feed.location) == ("hub", place)
    links = [(link.what, link.value) for link in trace.setters[0].links]
    assert links[0] == (
        "applicationset template",
        "shop.{{.metadata.annotations.domain}}",
    )


def test_value_of_a_rendered_application_leads_to_its_parent(
    engine: NativeEngine,
) -> None:
    """An Application that a chart renders is traced on in that chart's values."""
    child = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: child, namespace: argocd}
spec:
  source:
    repoURL: https://git.example/acme/platform
    path: chart
    helm: {valuesObject: {ingress: {host: {{ .Values.host }}}}}
  destination: {namespace: shop}
"""
    files = {
        **FILES,
        "parent/Chart.yaml": "{apiVersion: v2, name: parent, version: 1.0.0}",
        "parent/templates/a.yaml": child,
        "parent/prod.yaml": "a: 1\nhost: shop.example\n",
    }
    helm = {"valueFiles": ["prod.yaml"]}
    spec = {"source": {"repoURL": URL, "path": "parent", "helm": helm}}
    parent = prepared(application(spec), files)
    (rendering,) = render_prepared([parent], engine)
    trace = Tracer(prepared(rendering.manifests[0], files), engine).value(
        parse("ingress.host")
    )
    (above,) = trace_back(trace.setters[0], lambda _: [parent], engine)
    assert setters(above) == ["value file shop.example parent/prod.yaml:2:1"]


def test_unread_values_are_found(engine: NativeEngine) -> None:
    """Keys that no template names and no render shows; the others are left alone."""
    source = prepared(application(SPEC))
    (rendering,) = render_prepared([source], engine)
    (found,) = UnreadValues(engine).find([(source, rendering)])
    assert [dotted(path) for path in found.unread] == ["typo.colour", "typo.flag"]


def test_key_is_confirmed_in_a_few_sources_only(engine: NativeEngine) -> None:
    """What is unread in some Applications of a chart is not rendered for in all."""
    source = prepared(application(SPEC))
    (rendering,) = render_prepared([source], engine)
    finder = UnreadValues(engine)
    pairs = [(source, rendering)] * (SAMPLES + 1)
    found = list(finder.find(pairs))
    assert {f.unread for f in found} == {(("typo", "colour"), ("typo", "flag"))}
    silent = FakeEngine()
    finder.engine = silent
    (again,) = finder.find([(source, rendering)])
    assert again.unread == found[0].unread
    assert silent.asked == []


def test_what_was_not_rendered_has_no_unread_values(engine: NativeEngine) -> None:
    """Nothing is claimed about values that never met their chart."""
    files = {**FILES, "chart/templates/a.yaml": "{{ fail `no` }}"}
    source = prepared(application(SPEC), files)
    (rendering,) = render_prepared([source], engine)
    assert rendering.failure is not None
    (found,) = UnreadValues(engine).find([(source, rendering)])
    assert found.unread == ()


def test_what_does_not_render_is_not_traced(engine: NativeEngine) -> None:
    """The setters are known all the same, and why nothing else is."""
    files = {**FILES, "chart/templates/a.yaml": "{{ fail `no` }}"}
    tracer = Tracer(prepared(application(SPEC), files), engine)
    trace = tracer.value(parse("replicas"))
    assert trace.unsettled == ("the chart does not render with these values",)
    assert len(trace.setters) == 3
    assert not trace.unread


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (True, False),
        (3, 4),
        ("a", f"a{mark(1)}"),
        ([], [mark(1)]),
        ({}, {mark(1): mark(1)}),
        (None, mark(1)),
    ],
)
def test_change_keeps_the_kind(value: object, other: object) -> None:
    """A changed value is of the same kind, and tells which one it is."""
    assert changed(value, 1) == other


def test_leaves_are_replaced_in_a_copy() -> None:
    """The values themselves stay as they are; paths that are not there are made."""
    values = {"a": {"b": [1, 2]}}
    assert with_leaves(values, {("a", "b", 1): 3, ("c", "d"): 4}) == {
        "a": {"b": [1, 3]},
        "c": {"d": 4},
    }
    assert values == {"a": {"b": [1, 2]}}


SUB_CHARTS = {
    "chart/Chart.yaml": """\
apiVersion: v2
name: web
version: 1.0.0
dependencies: [{name: db, alias: store, version: 1.0.0}]
""",
    "chart/values.yaml": "store: {user: web}\nhosts: [a, b]\nports: [80]\n",
    "chart/templates/a.yaml": """\
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, \
data: {hosts: {{ join "," .Values.hosts | quote }}}}
""",
    "chart/charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 1.0.0}",
    "chart/charts/db/values.yaml": "user: nobody\nport: 5432\n",
    "chart/charts/db/templates/a.yaml": """\
{apiVersion: v1, kind: ConfigMap, metadata: {name: db}, \
data: {user: {{ .Values.user }}, port: {{ .Values.port | quote }}}}
""",
}


@pytest.mark.parametrize(
    ("path", "who", "where"),
    [
        (
            "store.port",
            ["default of db 5432 chart/charts/db/values.yaml:2:1"],
            ["~ConfigMap shop/db data.port 5432"],
        ),
        (
            "store.user",
            [
                "chart default web chart/values.yaml:1:9",
                "default of db nobody chart/charts/db/values.yaml:1:1",
            ],
            ["ConfigMap shop/db data.user web"],
        ),
        (
            "hosts[0]",
            ["value file u values.yaml:1:9", "chart default a chart/values.yaml:2:9"],
            ["ConfigMap shop/web data.hosts u,c"],
        ),
        (
            "hosts[1]",
            [
                "parameter c",
                "value file v values.yaml:1:12",
                "chart default b chart/values.yaml:2:12",
            ],
            ["ConfigMap shop/web data.hosts u,c"],
        ),
        (
            "ports[0]",
            ["parameter None", "chart default 80 chart/values.yaml:3:9"],
            [],
        ),
    ],
)
def test_value_of_a_sub_chart_is_traced(
    engine: NativeEngine, path: str, who: list[str], where: list[str]
) -> None:
    """By its alias, to the sub-chart's own line; objects have their namespace.

    A parameter that sets one element of a list leaves the others to the value files;
    of a list that only the chart has, it makes null of those before.
    """
    parameters = [{"name": n, "value": "c"} for n in ("hosts[1]", "ports[1]")]
    helm = {"valueFiles": ["/values.yaml"], "parameters": parameters}
    files = {**SUB_CHARTS, "values.yaml": "hosts: [u, v]\n"}
    spec = {
        "source": {"repoURL": URL, "path": "chart", "helm": helm},
        "destination": {"namespace": "shop"},
    }
    source = prepared(application(spec), files)
    (rendering,) = render_prepared([source], engine)

    trace = Tracer(source, engine, made=rendering.manifests).value(parse(path))

    assert setters(trace) == who
    assert places(trace) == where
