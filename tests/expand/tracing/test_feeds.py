"""Which parameters a templated field takes in, in both template languages."""

from typing import Any

import pytest

from baro.expand.tracing.feeds import feeds_of, rendered_field
from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import Location
from baro.model.valueslayer import LayerKind, ValuesLayer

SOURCE: FieldPath = ("spec", "source", "helm")
PARAMS = {
    "name": "hub",
    "server": "https://hub",
    "metadata": {
        "labels": {"env": "prod"},
        "annotations": {"domain": "example", "acme.io/path": "/x"},
    },
    "metadata.labels.env": "prod",
    "values.size": "big",
    "values": {"size": "big"},
}
CLUSTER = ClusterRegistration(
    "hub",
    "https://hub",
    location=Location("hub.yaml", 1),
    places={
        ("annotations", "domain"): Location("hub.yaml", 5),
        ("annotations", "acme.io/path"): Location("hub.yaml", 6),
        ("labels", "env"): Location("hub.yaml", 7),
    },
)


def layer(kind: LayerKind, field: str, written: Any, patch: str = "") -> ValuesLayer:
    """Return a layer of an Application that an ApplicationSet generated."""
    helm = {} if patch else {field: written}
    owner = Manifest(
        {
            "kind": "ApplicationSet",
            "spec": {
                "template": {"spec": {"source": {"helm": helm}}},
                "templatePatch": patch,
            },
        },
        Origin(OriginKind.FILE),
    )
    origin = Origin(
        OriginKind.GENERATED, owner=owner, within=("spec", "template"), params=PARAMS
    )
    application = Manifest({"kind": "Application"}, origin)
    return ValuesLayer(kind, {}, application=application, within=(*SOURCE, field))


@pytest.mark.parametrize(
    ("kind", "field", "written", "path", "found"),
    [
        (
            LayerKind.OBJECT,
            "valuesObject",
            {"a": {"b": "{{ .metadata.annotations.domain }}"}},
            ("a", "b"),
            ["metadata.annotations.domain=example hub.yaml:5"],
        ),
        (
            LayerKind.OBJECT,
            "valuesObject",
            {"a": '{{ index .metadata.annotations "acme.io/path" | quote }}'},
            ("a",),
            ["metadata.annotations.acme.io/path=/x hub.yaml:6"],
        ),
        (
            LayerKind.OBJECT,
            "valuesObject",
            {"a": "{{metadata.labels.env}}-{{values.size}}-{{name}}"},
            ("a",),
            [
                "metadata.labels.env=prod hub.yaml:7",
                "values.size=big",
                "name=hub hub.yaml:1",
            ],
        ),
        (
            LayerKind.INLINE,
            "values",
            "a: {{ .name }}\nb: {{ .metadata.labels.env }}\n",
            ("b",),
            ["metadata.labels.env=prod hub.yaml:7"],
        ),
        (
            LayerKind.FILE,
            "valueFiles",
            "$values/{{ .values.size }}.yaml",
            ("b",),
            ["values.size=big"],
        ),
        (LayerKind.OBJECT, "valuesObject", {"a": "plain"}, ("a",), []),
        (LayerKind.OBJECT, "valuesObject", {"a": "{{ .nobody }}"}, ("a",), []),
    ],
)
def test_feeds(
    kind: LayerKind, field: str, written: Any, path: FieldPath, found: list[str]
) -> None:
    """Each parameter has its value, and the line of the cluster that gave it."""
    links, feeds = feeds_of(layer(kind, field, written), path, [CLUSTER])
    assert [
        f"{feed.parameter}={feed.value} {feed.location or ''}".strip() for feed in feeds
    ] == found
    assert [link.what for link in links] == ["applicationset template", "file"]


def test_patch_may_set_what_the_template_lacks() -> None:
    """The parameters of templatePatch count where the template has no such field."""
    patched = layer(
        LayerKind.OBJECT, "valuesObject", None, "spec: {a: {{ .values.size }}}"
    )
    _, feeds = feeds_of(patched, ("a",), [])
    assert [feed.parameter for feed in feeds] == ["values.size"]


GENERATOR: FieldPath = ("spec", "generators", 0, "list", "template")


def _below(own: dict[str, Any], kind: OriginKind = OriginKind.FILE) -> Manifest:
    """Return an Application whose generator has a template of its own."""
    general = {"spec": {"source": {"helm": {"values": "a: {{ .name }}"}}}}
    owner = Manifest(
        {
            "kind": "ApplicationSet",
            "spec": {"generators": [{"list": {"template": own}}], "template": general},
        },
        Origin(kind),
    )
    origin = Origin(
        OriginKind.GENERATED,
        owner=owner,
        within=GENERATOR,
        params=PARAMS,
        beneath=("spec", "template"),
    )
    return Manifest({"kind": "Application"}, origin)


@pytest.mark.parametrize(
    ("own", "parameter"),
    [
        ({}, "name"),
        ({"spec": {"source": {"helm": {"values": "a: {{ .server }}"}}}}, "server"),
    ],
    ids=["left open", "given"],
)
def test_what_a_generator_leaves_open_is_fed_through_the_template(
    own: dict[str, Any], parameter: str
) -> None:
    """A template of a generator counts where it has the field."""
    values = ValuesLayer(
        LayerKind.INLINE, {}, application=_below(own), within=(*SOURCE, "values")
    )
    _, (feed,) = feeds_of(values, ("a",), [])
    assert feed.parameter == parameter


def test_what_a_chart_renders_is_followed_to_the_field_of_the_template() -> None:
    """Also where the generator has a template that lacks it."""
    below = _below({}, OriginKind.TEMPLATE)
    found = rendered_field(below, (*SOURCE, "values"))
    assert found == (below.origin.owner, ("spec", "template", *SOURCE, "values"))


def test_plain_application_has_no_feeds() -> None:
    """What stands in a file was fed by nobody."""
    application = Manifest({"kind": "Application"}, Origin(OriginKind.FILE))
    plain = ValuesLayer(LayerKind.OBJECT, {}, application=application)
    assert feeds_of(plain, ("a",), [CLUSTER])[1] == ()
    assert feeds_of(ValuesLayer(LayerKind.FILE, {}), ("a",), []) == ((), ())
    assert rendered_field(application, ("a",)) is None


def test_another_cluster_feeds_nothing() -> None:
    """Of two clusters of one name the server tells which it was."""
    other = ClusterRegistration("hub", "https://other", places=CLUSTER.places)
    written = {"a": "{{ .metadata.labels.env }}"}
    _, (feed,) = feeds_of(
        layer(LayerKind.OBJECT, "valuesObject", written), ("a",), [other]
    )
    assert (feed.value, feed.cluster, feed.location) == ("prod", "", None)


def test_field_is_followed_to_the_object_that_was_rendered() -> None:
    """A generated Application leads to the ApplicationSet's own field."""
    application = layer(LayerKind.OBJECT, "valuesObject", {}).application
    assert application is not None
    appset = application.origin.owner
    assert appset is not None
    rendered = Manifest(appset.body, Origin(OriginKind.TEMPLATE))
    generated = Origin(
        OriginKind.GENERATED, owner=rendered, within=("spec", "template")
    )
    child = Manifest({"kind": "Application"}, generated)
    assert rendered_field(child, ("spec", "a")) == (
        rendered,
        ("spec", "template", "spec", "a"),
    )
