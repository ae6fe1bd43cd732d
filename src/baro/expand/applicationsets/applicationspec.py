"""What Argo CD makes of a generated Application's spec before it writes it."""

# Argo CD: util/argo/argo.go, NormalizeApplicationSpec, NormalizeSource

from collections.abc import Mapping
from typing import Any

_PROJECT = "default"
_POLICY = ("automated", "retry", "managedNamespaceMetadata")
_HELM = (
    "version",
    "releaseName",
    "valueFiles",
    "parameters",
    "fileParameters",
    "values",
    "passCredentials",
    "ignoreMissingValueFiles",
    "skipCrds",
    "skipTests",
    "skipSchemaValidation",
    "kubeVersion",
    "apiVersions",
    "namespace",
)
_KUSTOMIZE = (
    "namePrefix",
    "nameSuffix",
    "version",
    "namespace",
    "images",
    "replicas",
    "commonLabels",
    "commonAnnotations",
    "patches",
    "components",
    "kubeVersion",
    "apiVersions",
    "ignoreMissingComponents",
)


def normalized(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec with a project, and without blocks that say nothing.

    What is not changed is shared with `spec`.
    """
    result = dict(spec)
    if not result.get("project"):
        result["project"] = _PROJECT
    policy = result.get("syncPolicy")
    if policy is not None and not _says_something(policy):
        del result["syncPolicy"]
    sources = result.get("sources")
    if sources:
        result["sources"] = [_source(source) for source in sources]
    elif result.get("source"):
        result["source"] = _source(result["source"])
    return result


def _says_something(policy: Mapping[str, Any]) -> bool:
    blocks = any(policy.get(key) is not None for key in _POLICY)
    return blocks or bool(policy.get("syncOptions"))


def _source(source: Any) -> Any:
    if not isinstance(source, Mapping):
        return source
    result = dict(source)
    helm = result.get("helm")
    if helm is not None and not _helm(helm):
        del result["helm"]
    kustomize = result.get("kustomize")
    if kustomize is not None and not any(kustomize.get(key) for key in _KUSTOMIZE):
        del result["kustomize"]
    directory = result.get("directory")
    if directory is not None:
        kept = _directory(directory)
        if kept:
            result["directory"] = kept
        else:
            del result["directory"]
    return result


def _helm(helm: Mapping[str, Any]) -> bool:
    return helm.get("valuesObject") is not None or any(helm.get(key) for key in _HELM)


def _directory(directory: Mapping[str, Any]) -> Mapping[str, Any]:
    jsonnet = directory.get("jsonnet") or {}
    if (
        directory.get("recurse")
        or directory.get("disableExtensionFilter")
        or any(jsonnet.get(key) for key in ("extVars", "tlas", "libs"))
    ):
        return directory
    return {key: directory[key] for key in ("exclude", "include") if directory.get(key)}
