"""Views over workloads: their Pods, and what the Pods need."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.model.fieldpath import FieldPath, get
from baro.model.manifest import Manifest
from baro.model.tolerant import sequence

POD_TEMPLATES: Mapping[str, FieldPath] = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Rollout": ("spec", "template"),
    "DeploymentConfig": ("spec", "template"),
}
"""Where each kind of workload keeps its Pod.

`Rollout` is Argo Rollouts', `DeploymentConfig` OpenShift's.
"""

CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


class Need(Struct, frozen=True):
    """Something in its own namespace that a Pod (or an Ingress) cannot do without.

    `kind` is Secret, ConfigMap, PersistentVolumeClaim or ServiceAccount; `key` the
    entry of a Secret or ConfigMap, empty where the whole object is meant. `path` is
    the field that asks. With `optional` Kubernetes starts the Pod without it.
    """

    kind: str
    name: str
    path: FieldPath
    key: str = ""
    optional: bool = False


def pod_template(manifest: Manifest) -> FieldPath | None:
    """Return where a workload keeps its Pod; None for what runs no Pods."""
    return POD_TEMPLATES.get(manifest.kind)


def pod_labels(manifest: Manifest) -> Mapping[str, str]:
    """Return the labels that a workload's Pods get."""
    template = pod_template(manifest)
    if template is None:
        return {}
    return manifest.mapping(*template, "metadata", "labels")


def containers(manifest: Manifest) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """Yield the containers of a workload with their paths."""
    template = pod_template(manifest)
    if template is None:
        return
    spec = manifest.mapping(*template, "spec")
    for field in CONTAINERS:
        for index, container in enumerate(sequence(spec.get(field))):
            if isinstance(container, (dict, Mapping)):
                yield (*template, "spec", field, index), container


def needs(manifest: Manifest) -> Iterator[Need]:
    """Yield what a workload's Pods need from their namespace.

    Kubernetes: kubelet's `configmap`, `secret` and `projected` volumes, `envFrom`,
    `env[].valueFrom`; a missing one keeps the container in CreateContainerConfigError
    or the Pod in ContainerCreating.
    """
    template = pod_template(manifest)
    if template is None:
        return
    spec = (*template, "spec")
    account = manifest.text(*spec, "serviceAccountName")
    if account and account != "default":
        yield Need("ServiceAccount", account, (*spec, "serviceAccountName"))
    for index, entry in enumerate(manifest.sequence(*spec, "imagePullSecrets")):
        # A missing pull secret is only a warning to the kubelet.
        name = _name(entry)
        if name:
            path = (*spec, "imagePullSecrets", index, "name")
            yield Need("Secret", name, path, optional=True)
    for index, volume in enumerate(manifest.sequence(*spec, "volumes")):
        yield from _volume(volume, (*spec, "volumes", index))
    for path, container in containers(manifest):
        yield from _environment(container, path)


def _volume(volume: Any, path: FieldPath) -> Iterator[Need]:
    secret = get(volume, ("secret",))
    if isinstance(secret, Mapping) and secret.get("secretName"):
        at = (*path, "secret")
        yield from _items("Secret", str(secret["secretName"]), secret, at, "secretName")
    config = get(volume, ("configMap",))
    if isinstance(config, Mapping) and config.get("name"):
        at = (*path, "configMap")
        yield from _items("ConfigMap", str(config["name"]), config, at, "name")
    claim = get(volume, ("persistentVolumeClaim", "claimName"))
    if isinstance(claim, str):
        at = (*path, "persistentVolumeClaim", "claimName")
        yield Need("PersistentVolumeClaim", claim, at)
    sources = sequence(get(volume, ("projected", "sources")))
    for index, source in enumerate(sources):
        for field, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
            entry = get(source, (field,))
            if isinstance(entry, Mapping) and entry.get("name"):
                at = (*path, "projected", "sources", index, field)
                yield from _items(kind, str(entry["name"]), entry, at, "name")


def _items(
    kind: str, name: str, source: Mapping[str, Any], path: FieldPath, field: str
) -> Iterator[Need]:
    optional = source.get("optional") is True
    items = source.get("items")
    if not isinstance(items, list) or not items:
        yield Need(kind, name, (*path, field), optional=optional)
        return
    for index, entry in enumerate(items):
        key = get(entry, ("key",))
        if isinstance(key, str):
            yield Need(kind, name, (*path, "items", index, "key"), key, optional)


def _environment(container: Mapping[str, Any], path: FieldPath) -> Iterator[Need]:
    for index, entry in enumerate(sequence(container.get("env"))):
        source = get(entry, ("valueFrom",))
        if source is None:
            continue
        for field, kind in (
            ("secretKeyRef", "Secret"),
            ("configMapKeyRef", "ConfigMap"),
        ):
            ref = get(source, (field,))
            if isinstance(ref, Mapping) and ref.get("name"):
                yield Need(
                    kind,
                    str(ref["name"]),
                    (*path, "env", index, "valueFrom", field, "name"),
                    str(ref.get("key") or ""),
                    ref.get("optional") is True,
                )
    for index, entry in enumerate(sequence(container.get("envFrom"))):
        for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            ref = get(entry, (field,))
            if isinstance(ref, Mapping) and ref.get("name"):
                at = (*path, "envFrom", index, field, "name")
                optional = ref.get("optional") is True
                yield Need(kind, str(ref["name"]), at, optional=optional)


def _name(entry: Any) -> str:
    name = get(entry, ("name",))
    return name if isinstance(name, str) else ""
