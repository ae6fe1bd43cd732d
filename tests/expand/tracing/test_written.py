"""Which line of an ApplicationSet wrote a generator's parameter."""

from typing import Any

import pytest

from baro.expand.tracing.feeds import feeds_of
from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import parse
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import Location, SourceText
from baro.model.valueslayer import LayerKind, ValuesLayer

APPLICATIONSET = """\
kind: ApplicationSet
spec:
  generators:
    - matrix:
        generators:
          - clusters:
              values:
                region: '{{ .metadata.annotations.region }}'
          - list:
              elements:
                - app: web
                  colour: teal
                  size: {cpu: 1}
                - app: db
                  colour: pink
    - list:
        elements:
          - {app: cache, twice: a}
          - {app: cache, twice: a}
    - git:
        directories: [{path: '*'}]
        values: {flat: '{{path.basename}}'}
  template:
    spec: {source: {helm: {valuesObject: {}}}}
"""
CLUSTER = ClusterRegistration(
    "hub", "https://hub", places={("annotations", "region"): Location("hub.yaml", 5)}
)
WEB = {
    "name": "hub",
    "server": "https://hub",
    "metadata": {"annotations": {"region": "eu"}},
    "values": {"region": "eu"},
    "app": "web",
    "colour": "teal",
    "size": {"cpu": 1},
}


@pytest.mark.parametrize(
    ("text", "params", "found"),
    [
        pytest.param("{{ .colour }}", WEB, ["colour=teal a.yaml:12"], id="an element"),
        pytest.param(
            "{{ .size.cpu }}", WEB, ["size.cpu=1 a.yaml:13"], id="below an element"
        ),
        pytest.param(
            "{{ .values.region }}",
            WEB,
            [
                "values.region=eu a.yaml:8",
                "metadata.annotations.region=eu hub.yaml:5",
            ],
            id="an entry of values, and what is in it",
        ),
        pytest.param(
            "{{ .twice }}",
            {"app": "cache", "twice": "a"},
            ["twice=a"],
            id="two elements that may be meant",
        ),
        pytest.param(
            "{{ .colour }}",
            {"app": "web", "colour": "blue"},
            ["colour=blue"],
            id="no element has that value: something merged it",
        ),
        pytest.param(
            "{{values.flat}}",
            {"values.flat": "b", "path.basename": "b"},
            ["values.flat=b a.yaml:22", "path.basename=b"],
            id="flat keys",
        ),
    ],
)
def test_parameters_lead_to_their_lines(
    text: str, params: dict[str, Any], found: list[str]
) -> None:
    """Where exactly one line of the ApplicationSet can have written them."""
    source = SourceText("a.yaml", APPLICATIONSET)
    origin = Origin(OriginKind.FILE, source)
    body = source.documents[0].value
    body["spec"]["template"]["spec"]["source"]["helm"]["valuesObject"]["a"] = text
    application = Manifest(
        {"kind": "Application"},
        Origin(
            OriginKind.GENERATED,
            owner=Manifest(body, origin),
            within=("spec", "template"),
            params=params,
        ),
    )
    within = parse("spec.source.helm.valuesObject")
    layer = ValuesLayer(LayerKind.OBJECT, {}, application=application, within=within)

    _, feeds = feeds_of(layer, ("a",), [CLUSTER])

    assert [
        f"{feed.parameter}={feed.value} "
        + (f"{feed.location.file}:{feed.location.line}" if feed.location else "")
        for feed in feeds
    ] == [line if ":" in line else f"{line} " for line in found]
