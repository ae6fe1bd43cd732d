"""The example platform comes up on the real parts, from its seeds alone."""

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab import Lab
from lab.errors import WaitError
from lab.parity import documents_in, templated
from lab.parts.catalog import CLUSTER
from lab.places import SOURCE
from tests.lab.story import ARGOCD

PLATFORM = SOURCE.parent / "examples" / "platform"
URL = "https://git.example/acme/platform"
CHARTS = "https://charts.example/mirror"
APPLICATIONS = {
    "addons-appset-hub",
    "argo-cd-hub",
    "backstage-hub",
    "backstage-kr-hub",
    "cert-manager-hub",
    "external-secrets-hub",
    "ingress-nginx-hub",
    "keycloak-hub",
}
STORED = {
    "platform/config": {
        "cluster_name": "hub",
        "domain": "platform.example",
        "repo": {
            "url": URL,
            "revision": "HEAD",
            "basepath": "packages/",
            "path": "addons",
        },
    },
    "platform/backstage": {
        "session_secret": "s" * 32,
        "github_token": "token-of-nobody",
        "argocd_token": "token-of-nobody",
    },
    "platform/keycloak": {
        "backstage_client_secret": "c" * 32,
        "admin_username": "admin",
        "admin_password": "p" * 24,
    },
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Path]]:
    """Yield a lab of its own, and the platform with a store that needs no vault."""
    folder = tmp_path_factory.mktemp("platform") / "platform"
    shutil.copytree(PLATFORM, folder)
    path = folder / "packages/external-secrets/manifests/cluster-secret-store.yaml"
    store = yaml.safe_load(path.read_text())
    kept = [{"key": key, "value": json.dumps(all_)} for key, all_ in STORED.items()]
    store["spec"]["provider"] = {"fake": {"data": kept}}
    path.write_text(json.dumps(store))
    parts = ("application-controller", "applicationset-controller", "external-secrets")
    with Lab((*parts, *CLUSTER)) as lab:
        yield lab, folder


def _states(lab: Lab) -> dict[str, tuple[str, str]]:
    """Return each Application's sync status and health."""
    found = {}
    for one in lab.kubernetes.every(ARGOCD, "Application", "argocd"):
        status = one.get("status", {})
        sync = str(status.get("sync", {}).get("status"))
        health = str(status.get("health", {}).get("status"))
        found[one["metadata"]["name"]] = (sync, health)
    return found


def test_a_whole_platform(platform: tuple[Lab, Path]) -> None:
    """Eight Applications become Synced and Healthy out of one chart and two folders."""
    lab, folder = platform
    lab.git("platform", folder, url=URL)
    for chart in sorted((folder / "vendor/charts").iterdir()):
        lab.chart(chart, url=CHARTS)
    seeds = folder / "packages"
    for path in sorted(
        (
            *seeds.glob("external-secrets/manifests/*"),
            *seeds.glob("argo-cd/manifests/*"),
        )
    ):
        lab.apply(path.read_text())
    lab.wait(
        lambda: lab.kubernetes.find("v1", "Secret", "hub-cluster", "argocd"),
        "the cluster is registered",
    )
    lab.apply(documents_in(seeds / "argo-cd/manifests"))
    bootstrap = seeds / "bootstrap" / "values.yaml"
    lab.apply(templated(seeds / "appset-chart", "addons-appset", [bootstrap]))

    done = dict.fromkeys(APPLICATIONS, ("Synced", "Healthy"))
    with contextlib.suppress(WaitError):
        lab.wait(lambda: _states(lab) == done, "every Application is up", 240)
    assert _states(lab) == done
