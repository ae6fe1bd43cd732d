"""Which kinds live in a namespace."""

from collections.abc import Iterable, Mapping
from typing import Any

from baro.model.manifest import Manifest
from baro.model.tolerant import mapping

CLUSTER_SCOPED: Mapping[str, frozenset[str]] = {
    "": frozenset(("ComponentStatus", "Namespace", "Node", "PersistentVolume")),
    "admissionregistration.k8s.io": frozenset(
        (
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        )
    ),
    "apiextensions.k8s.io": frozenset(("CustomResourceDefinition",)),
    "apiregistration.k8s.io": frozenset(("APIService",)),
    "authentication.k8s.io": frozenset(("SelfSubjectReview", "TokenReview")),
    "authorization.k8s.io": frozenset(
        ("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
    ),
    "certificates.k8s.io": frozenset(
        ("CertificateSigningRequest", "ClusterTrustBundle")
    ),
    "flowcontrol.apiserver.k8s.io": frozenset(
        ("FlowSchema", "PriorityLevelConfiguration")
    ),
    "internal.apiserver.k8s.io": frozenset(("StorageVersion",)),
    "networking.k8s.io": frozenset(("IPAddress", "IngressClass", "ServiceCIDR")),
    "node.k8s.io": frozenset(("RuntimeClass",)),
    "policy": frozenset(("PodSecurityPolicy",)),
    "rbac.authorization.k8s.io": frozenset(("ClusterRole", "ClusterRoleBinding")),
    "resource.k8s.io": frozenset(("DeviceClass", "DeviceTaintRule", "ResourceSlice")),
    "scheduling.k8s.io": frozenset(("PriorityClass",)),
    "storage.k8s.io": frozenset(
        (
            "CSIDriver",
            "CSINode",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        )
    ),
    "storagemigration.k8s.io": frozenset(("StorageVersionMigration",)),
}
"""The kinds of Kubernetes itself that live in no namespace, by group."""

_BUILT_IN = {
    (group, kind): False for group, kinds in CLUSTER_SCOPED.items() for kind in kinds
}


class Scopes:
    """What is known of kinds: Kubernetes' own, and those that CRDs define.

    A kind that nobody defines counts as namespaced, as in Argo CD.
    """

    def __init__(self, definitions: Iterable[Manifest] = ()) -> None:
        """Learn from CustomResourceDefinitions."""
        self._namespaced = dict(_BUILT_IN)
        for definition in definitions:
            self.learn(definition.body)

    def learn(self, body: Mapping[str, Any]) -> None:
        """Learn from one object; nothing is learnt from what is no CRD."""
        if body.get("kind") != "CustomResourceDefinition":
            return
        spec = body.get("spec")
        names = spec.get("names") if isinstance(spec, Mapping) else None
        if not isinstance(spec, Mapping) or not isinstance(names, Mapping):
            return
        key = (str(spec.get("group")), str(names.get("kind")))
        self._namespaced.setdefault(key, spec.get("scope") != "Cluster")

    @property
    def knows_custom(self) -> bool:
        """Tell whether any kind was learnt that is not Kubernetes' own."""
        return len(self._namespaced) > len(_BUILT_IN)

    def namespaced(self, body: Mapping[str, Any]) -> bool:
        """Tell whether an object lives in a namespace."""
        group, slash, _ = str(body.get("apiVersion") or "").partition("/")
        key = (group if slash else "", str(body.get("kind") or ""))
        return self._namespaced.get(key, True)

    def settled(self, body: Mapping[str, Any], namespace: str) -> Mapping[str, Any]:
        """Return an object in the namespace that Argo CD puts it in.

        `namespace` is the destination's; an object of a cluster-scoped kind has none.
        """
        # Argo CD: controller/state.go, NormalizeTargetObjects
        metadata = mapping(body.get("metadata"))
        if not self.namespaced(body):
            if not metadata.get("namespace"):
                return body
            bare = {k: v for k, v in metadata.items() if k != "namespace"}
            return {**body, "metadata": bare}
        if metadata.get("namespace") or not namespace:
            return body
        return {**body, "metadata": {**metadata, "namespace": namespace}}
