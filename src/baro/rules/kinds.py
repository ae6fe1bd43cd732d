"""Which kinds live in no namespace."""

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot

# Kubernetes: kubectl api-resources --namespaced=false, and those of common operators
_CLUSTER_SCOPED = frozenset(
    (
        "/Namespace",
        "/Node",
        "/PersistentVolume",
        "admissionregistration.k8s.io/MutatingAdmissionPolicy",
        "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
        "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
        "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
        "apiextensions.k8s.io/CustomResourceDefinition",
        "apiregistration.k8s.io/APIService",
        "certificates.k8s.io/CertificateSigningRequest",
        "cert-manager.io/ClusterIssuer",
        "external-secrets.io/ClusterExternalSecret",
        "external-secrets.io/ClusterSecretStore",
        "flowcontrol.apiserver.k8s.io/FlowSchema",
        "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
        "gateway.networking.k8s.io/GatewayClass",
        "generators.external-secrets.io/ClusterGenerator",
        "karpenter.sh/NodePool",
        "kyverno.io/ClusterPolicy",
        "networking.k8s.io/IngressClass",
        "node.k8s.io/RuntimeClass",
        "policy/PodSecurityPolicy",
        "rbac.authorization.k8s.io/ClusterRole",
        "rbac.authorization.k8s.io/ClusterRoleBinding",
        "scheduling.k8s.io/PriorityClass",
        "storage.k8s.io/CSIDriver",
        "storage.k8s.io/CSINode",
        "storage.k8s.io/StorageClass",
        "storage.k8s.io/VolumeAttachment",
        "snapshot.storage.k8s.io/VolumeSnapshotClass",
    )
)
_BUILT_IN = frozenset(
    (
        "",
        "apps",
        "autoscaling",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "extensions",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
    )
)


class Scopes(Struct, frozen=True):
    """Tells which kinds live in no namespace; `custom` by (group, kind)."""

    custom: Mapping[tuple[str, str], bool]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the definitions of custom kinds in a state."""
        return cls(
            {
                (
                    definition.text("spec", "group"),
                    definition.text("spec", "names", "kind"),
                ): definition.get("spec", "scope") == "Cluster"
                for definition in snapshot.of_kind("CustomResourceDefinition")
            }
        )

    def cluster_scoped(self, ref: ObjectRef) -> bool | None:
        """Tell whether a kind lives in no namespace; None where nobody can tell."""
        if f"{ref.group}/{ref.kind}" in _CLUSTER_SCOPED:
            return True
        if ref.group in _BUILT_IN:
            return False
        return self.custom.get((ref.group, ref.kind))
