"""The expected routes of `baro.yaml`, filled in from the clusters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import HelmEngine
from baro.model.finding import Gap
from baro.model.snapshot import Snapshot
from tests.platforms import REPOSITORY, platform

HEAD = f"repositories: {{{REPOSITORY}: .}}\n"
STATED = """clusters:
  - name: hub
    server: https://hub.test
    annotations: {domain: hub.test}
  - name: edge
    server: https://edge.test
    annotations: {domain: edge.test, extra: x}
    labels: {domain: never.test, site: seoul}
"""
REGISTERED = """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: hub, namespace: argocd}
spec:
  secretStoreRef: {name: store, kind: ClusterSecretStore}
  target:
    name: hub
    template:
      metadata:
        labels: {argocd.argoproj.io/secret-type: cluster}
        annotations: {domain: '{{ .domain }}', zone: 'z.{{ .zone }}', fixed: f.test}
      data: {name: hub, server: https://hub.test}
  data:
    - {secretKey: domain, remoteRef: {key: platform/config, property: domain.name}}
    - {secretKey: zone, remoteRef: {key: platform/config, property: zone}}
"""
STORED = "is not known: ExternalSecret argocd/hub has it from a secret store"
KEY = "externalSecrets.platform/config"
BOTH = f"{KEY}.domain.name, {KEY}.zone"


@pytest.fixture(scope="module")
def engine() -> Iterator[HelmEngine]:
    """Start Helm's engine once."""
    with NativeEngine(jobs=1) as started:
        yield started


def _state(
    routes: str,
    folder: Path,
    engine: HelmEngine,
    config: str = STATED,
    made: str = "",
) -> Snapshot:
    files = {"baro.yaml": f"{HEAD}{config}routes: [{routes}]\n"}
    if made:
        files["clusters/hub.yaml"] = made
    return platform(files, folder, engine)


def _of_routes(state: Snapshot) -> list[Gap]:
    return [gap for gap in state.gaps if gap.subject.startswith("route ")]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("{url: 'https://fixed.test/'}", ["https://fixed.test/ @"]),
        (
            "{url: 'https://{domain}/'}",
            ["https://hub.test/ @hub", "https://edge.test/ @edge"],
        ),
        ("{url: 'https://{domain}/', cluster: hub}", ["https://hub.test/ @hub"]),
        ("{url: 'https://{extra}.{domain}/'}", ["https://x.edge.test/ @edge"]),
        ("{url: 'https://{site}.{cluster}/'}", ["https://seoul.edge/ @edge"]),
    ],
)
def test_a_placeholder_is_filled_for_each_cluster_that_has_it(
    route: str, expected: list[str], tmp_path: Path, engine: HelmEngine
) -> None:
    """An annotation goes before a label; `{cluster}` is the name."""
    state = _state(route, tmp_path, engine)
    assert [f"{r.url} @{r.cluster}" for r in state.routes] == expected
    assert not _of_routes(state)


def test_a_placeholder_that_no_cluster_has_is_a_gap(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """The URL stands as it is written, and the gap names the line."""
    state = _state("{url: 'https://{dmoain}/'}", tmp_path, engine)
    [route] = state.routes
    assert (route.url, route.unfilled, route.unknown) == (
        "https://{dmoain}/",
        "dmoain",
        "",
    )
    [gap] = _of_routes(state)
    assert gap.reason == "no cluster has an annotation or label for dmoain"
    assert str(gap.location).startswith(f"{tmp_path}/baro.yaml:")


@pytest.mark.parametrize(
    ("url", "unknown"),
    [
        (
            "https://{domain}/",
            f"the value of domain {STORED} (closes with: {KEY}.domain.name)",
        ),
        ("https://{zone}/", f"the value of zone {STORED} (closes with: {KEY}.zone)"),
        ("https://{fixed}/", ""),
        (
            "https://{none}/",
            f"no cluster that is known has none (closes with: {BOTH})",
        ),
    ],
)
def test_a_value_that_only_a_store_knows_leaves_the_route_unknown(
    url: str, unknown: str, tmp_path: Path, engine: HelmEngine
) -> None:
    """The route says which key of `baro.yaml` would tell; the gap is the store's."""
    state = _state(f"{{url: '{url}'}}", tmp_path, engine, "", REGISTERED)
    [route] = state.routes
    assert route.unknown == unknown
    assert route.url == (url if unknown else "https://f.test/")
    assert not _of_routes(state)
    assert [gap.closes_with for gap in state.gaps if gap.ref is not None] == [
        f"{KEY}: domain.name, zone"
    ]


def test_a_value_of_baro_yaml_makes_it_known(
    tmp_path: Path, engine: HelmEngine
) -> None:
    """Exactly the key that the gap names."""
    config = "externalSecrets: {platform/config: {domain.name: a.test, zone: b}}\n"
    state = _state("{url: 'https://{domain}/'}", tmp_path, engine, config, REGISTERED)
    assert [(route.url, route.unknown) for route in state.routes] == [
        ("https://a.test/", "")
    ]
    assert not any(gap.closes_with.startswith(KEY) for gap in state.gaps)
