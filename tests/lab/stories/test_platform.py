"""The example platform, whole: Argo CD deploys what baro says it would."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import Lab
from lab.api import Object
from lab.binaries import CONTROL_PLANE, EXTERNAL_SECRETS, argocd_version
from lab.errors import WaitError
from lab.location import ARGOCD_NAMESPACE
from lab.parity import templated
from lab.parity.project import CHARTS_URL, project_folders
from lab.parts.catalog import ARGOCD, CLUSTER
from lab.parts.secrets import MODULE

PARTS = (*ARGOCD, *CLUSTER, "external-secrets", "stand-ins")
STORE = "packages/external-secrets/manifests/cluster-secret-store.yaml"
# The chart in the example is a small one, and leaves the schemas of its kinds out.
# Argo CD compares by schemas: the ones that the operator has must stay.
DEFINITIONS = "vendor/charts/external-secrets-0.19.2/crds/crds.yaml"
KINDS = (
    "external-secrets.io_clustersecretstores.yaml",
    "external-secrets.io_externalsecrets.yaml",
    "generators.external-secrets.io_passwords.yaml",
)
# What somebody applies by hand before the first chart: see the platform's README.
FIRST = (STORE, "packages/argo-cd/manifests")
HOOK = "argocd.argoproj.io/hook"
PLATFORM_SECONDS = 1200


@dataclass(frozen=True, slots=True)
class Target:
    """One object of the target state, and the Application that deploys it."""

    application: str
    manifest: Object

    def __str__(self) -> str:
        """Name the object as people do."""
        metadata = self.manifest["metadata"]
        place = f"{metadata.get('namespace', '')}/{metadata['name']}".lstrip("/")
        return f"{self.manifest['kind']} {place}"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example with a secret store, and kinds, that the lab has."""
    folder = tmp_path_factory.mktemp("platform") / "platform"
    shutil.copytree(project_folders()["platform"], folder)
    store = yaml.safe_load((folder / STORE).read_text())
    store["spec"]["provider"] = {"fake": {"data": _stored(folder)}}
    (folder / STORE).write_text(yaml.safe_dump(store))
    real = EXTERNAL_SECRETS.source(MODULE) / "config" / "crds" / "bases"
    texts = [(real / name).read_text() for name in KINDS]
    (folder / DEFINITIONS).write_text("\n---\n".join(texts))
    return folder


@pytest.fixture(scope="module")
def deployed(platform: Path) -> Iterator[Lab]:
    """Yield a lab of its own in which Argo CD has deployed the platform."""
    with Lab(PARTS) as lab:
        _install(lab, platform)
        names = {
            one.manifest["metadata"]["name"]
            for one in _target(platform)
            if one.manifest["kind"] == "Application"
        }
        wanted = dict.fromkeys(sorted(names), "Synced, Healthy, Succeeded")
        try:
            lab.wait(
                lambda: _states(lab) == wanted, "all is deployed", PLATFORM_SECONDS
            )
        except WaitError:
            assert _states(lab) == wanted  # says what is not
            raise
        yield lab


def _settings(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((folder / "baro.yaml").read_text())
    return settings


def _stored(folder: Path) -> list[dict[str, str]]:
    """Return a value for whatever the platform's ExternalSecrets ask for.

    It is what `baro.yaml` says, where it does; everything else is only a secret.
    """
    known = _settings(folder)["externalSecrets"]
    stored: dict[str, dict[str, str]] = {}
    for path in sorted((folder / "packages").glob("*/manifests/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "ExternalSecret":
                for one in document["spec"].get("data", ()):
                    reference = one["remoteRef"]
                    key, field = reference["key"], reference["property"]
                    value = known.get(key, {}).get(field, f"some {field}")
                    stored.setdefault(key, {})[field] = value
    return [
        {"key": key, "value": json.dumps(_nested(fields))}
        for key, fields in stored.items()
    ]


def _nested(fields: Mapping[str, str]) -> Object:
    """Return fields as the fake provider looks them up: a dot goes one level down."""
    nested: Object = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = nested
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return nested


def _install(lab: Lab, folder: Path) -> None:
    """Do what the platform's README asks for on the first day."""
    settings = _settings(folder)
    for url in settings["repositories"]:
        lab.git("platform", folder, url=url)
    for chart in sorted((folder / "vendor" / "charts").iterdir()):
        lab.chart(chart, url=CHARTS_URL)
    for name in FIRST:
        place = folder / name
        for path in [place] if place.is_file() else sorted(place.glob("*.yaml")):
            lab.apply(path.read_text())
    for root in settings["roots"]:
        files = [folder / one for one in root["valueFiles"]]
        lab.apply(templated(folder / root["chart"], root["releaseName"], files))


def _states(lab: Lab) -> dict[str, str]:
    """Return how each Application is: comparison, health, last operation."""
    states = {}
    for one in lab.kubernetes.every("argoproj.io/v1alpha1", "Application"):
        status = one.get("status", {})
        told = (
            status.get("sync", {}).get("status"),
            status.get("health", {}).get("status"),
            status.get("operationState", {}).get("phase"),
        )
        states[one["metadata"]["name"]] = ", ".join(map(str, told))
    return states


def _target(folder: Path) -> list[Target]:
    """Return what `baro render` says."""
    kubernetes = CONTROL_PLANE.version("k8s.io/kubernetes").removeprefix("v")
    command = [
        *(sys.executable, "-m", "baro", "render", str(folder), "--format", "json"),
        *("--argocd-version", argocd_version(), "--kubernetes-version", kubernetes),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["gaps"] == []
    found = answer["objects"]
    return [Target(one["application"] or "", one["object"]) for one in found]


def _missing(wanted: object, found: object, path: str = "") -> Iterator[str]:
    """Yield what was wanted and is not found; what is there besides is no matter.

    The API server fills in defaults, and controllers write a status.
    """
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, value in wanted.items():
            yield from _missing(value, found.get(name), f"{path}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{path} has {len(found)} elements instead of {len(wanted)}"
        for number, (one, other) in enumerate(zip(wanted, found, strict=False)):
            yield from _missing(one, other, f"{path}[{number}]")
    elif wanted != found:
        yield f"{path} is {found!r} instead of {wanted!r}"


def test_the_cluster_holds_what_is_rendered(deployed: Lab, platform: Path) -> None:
    """Every object of the target state is in the cluster, field by field."""
    targets = _target(platform)
    differences = []
    for one in targets:
        manifest = one.manifest
        metadata = manifest["metadata"]
        found = deployed.kubernetes.find(
            manifest["apiVersion"],
            manifest["kind"],
            metadata["name"],
            metadata.get("namespace", ""),
        )
        if found is None:
            differences.append(f"{one} is not there")
        else:
            differences += [f"{one}: {text}" for text in _missing(manifest, found)]
    assert differences == []
    assert len(targets) > 50


def test_argocd_manages_what_is_rendered(deployed: Lab, platform: Path) -> None:
    """Argo CD compares, for each Application, the objects that baro lists.

    It lists hooks as well, and Secrets to which external-secrets copied the annotation
    of their ExternalSecret; it compares neither, and says so by giving no status.
    """
    managed = {
        (f"{ARGOCD_NAMESPACE}/{one['metadata']['name']}", _identity(found))
        for one in deployed.kubernetes.every("argoproj.io/v1alpha1", "Application")
        for found in one["status"]["resources"]
        if "status" in found
    }
    rendered = {
        (one.application, _identity({**one.manifest, **one.manifest["metadata"]}))
        for one in _target(platform)
        if one.application and not _is_hook(one.manifest)
    }
    assert managed == rendered


def _identity(one: Object) -> tuple[str, str, str]:
    return one["kind"], one.get("namespace", ""), one["name"]


def _is_hook(manifest: Object) -> bool:
    return HOOK in manifest["metadata"].get("annotations", {})


def test_the_registered_cluster_is_the_one_that_was_meant(deployed: Lab) -> None:
    """The real operator makes the cluster's Secret from the store's values."""
    made = deployed.kubernetes.get("v1", "Secret", "hub-cluster", ARGOCD_NAMESPACE)
    assert made["metadata"]["annotations"]["addons_repo_path"] == "addons"
