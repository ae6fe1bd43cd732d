"""Argo CD's own examples of ApplicationSets, read from its module.

They are read where the module cache keeps them, never copied.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from lab.binaries import argocd_source
from lab.location import ARGOCD_NAMESPACE
from lab.manifests import StandIn
from lab.parity.case import Case, Object, is_kind

EXAMPLES = "argocd-examples"
ARGOCD_URL = "https://github.com/argoproj/argo-cd.git"
DEPLOYMENTS_URL = "https://github.com/infra-team/cluster-deployments.git"
# The examples only name this repository; these are the files that they look for.
DEPLOYMENTS: Mapping[str, str] = {
    "add-ons/argo-rollouts/kustomization.yaml": "resources: []\n",
    "add-ons/prometheus-operator/kustomization.yaml": "resources: []\n",
    "add-ons/argo-workflows/kustomization.yaml": "resources: []\n",
    "config/clusters.json": (
        '[{"cluster": "staging", "url": "https://kubernetes.default.svc"},'
        ' {"cluster": "prod", "url": "https://1.2.3.4"}]\n'
    ),
    "apps/engineering-dev/config.json": (
        '{"cluster": {"name": "engineering-dev", "address": "https://1.2.3.4"},'
        ' "cluster.name": "engineering-dev", "cluster.address": "https://1.2.3.4"}\n'
    ),
}
CLUSTERS = {
    "engineering-dev": ("https://1.2.3.4", {"env": "dev", "use-kakfa": "true"}),
    "engineering-prod": (
        "https://2.4.6.8",
        {"env": "prod", "argocd.argoproj.io/environment": "production"},
    ),
    "cluster-01": ("https://1.1.1.1", {}),
    "staging": ("https://9.8.7.6", {"staging": "true", "environment": "staging"}),
}
# The projects that the examples' templates and parameters name.
PROJECTS = ("dev", "my-project", "preprod", "prod", "project", "project2", "staging")
PLACEMENTS = StandIn(
    group="cluster.open-cluster-management.io",
    version="v1beta1",
    kind="PlacementDecision",
    plural="placementdecisions",
    status_apart=False,
)
# Generators that ask a service which no lab can play.
PROVIDERS = {
    "scmProvider": "asks the API of a Git hosting service",
    "pullRequest": "asks the API of a Git hosting service",
    "plugin": "asks a plugin service",
}


def examples_folder() -> Path:
    """Return the folder of the examples in the module cache."""
    return argocd_source() / "applicationset" / "examples"


def example_cases() -> Iterator[Case]:
    """Yield a case for every file with an ApplicationSet that can be asked."""
    files = _files()
    for name, documents in _documents().items():
        if not needed_provider(documents):
            surroundings = (*_clusters(), *_projects(), *_related(name))
            yield Case(
                name,
                (*documents, *surroundings),
                {ARGOCD_URL: files, DEPLOYMENTS_URL: DEPLOYMENTS},
            )


def examples_left_out() -> dict[str, str]:
    """Return each example that needs a provider that is not there, and which."""
    found = {name: needed_provider(every) for name, every in _documents().items()}
    return {name: reason for name, reason in found.items() if reason}


def needed_provider(documents: tuple[Object, ...]) -> str:
    """Return why documents cannot be asked, or nothing."""
    for name, reason in PROVIDERS.items():
        for document in documents:
            if name in _keys(document["spec"].get("generators", [])):
                return f"{name}: {reason}"
    return ""


def _documents() -> dict[str, tuple[Object, ...]]:
    """Return the ApplicationSets of each file, by the file's name without `.yaml`."""
    found = {}
    for path in sorted(examples_folder().rglob("*.yaml")):
        try:
            every = list(yaml.safe_load_all(path.read_text()))
        except yaml.YAMLError:
            continue  # a chart's template
        sets = tuple(
            one
            for one in every
            if isinstance(one, dict) and is_kind(one, "ApplicationSet")
        )
        if sets:
            name = path.relative_to(examples_folder()).with_suffix("")
            found["-".join(name.parts)] = sets
    return found


def _files() -> dict[str, str]:
    """Return the examples as the repository that most of them point to."""
    root = argocd_source()
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(examples_folder().rglob("*"))
        if path.is_file()
    }


def _related(name: str) -> Iterator[Object]:
    """Yield what the example of placement decisions has beside it, and its kind."""
    if name.startswith("clusterDecisionResource"):
        yield PLACEMENTS.definition()
        for file in ("configMap.yaml", "placementdecision.yaml"):
            path = examples_folder() / "clusterDecisionResource" / file
            yield from yaml.safe_load_all(path.read_text())


def _clusters() -> Iterator[Object]:
    for name, (server, labels) in CLUSTERS.items():
        kind = {"argocd.argoproj.io/secret-type": "cluster"}
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": f"cluster-{name}",
                "namespace": ARGOCD_NAMESPACE,
                "labels": {**labels, **kind},
            },
            "stringData": {"name": name, "server": server, "config": "{}"},
        }


def _projects() -> Iterator[Object]:
    for name in PROJECTS:
        yield {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": name, "namespace": ARGOCD_NAMESPACE},
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{"server": "*", "namespace": "*"}],
            },
        }


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    return set()
