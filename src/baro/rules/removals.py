"""When Kubernetes stopped to serve which API."""

from msgspec import Struct

Version = tuple[int, int]


class Removal(Struct, frozen=True):
    """The version that no longer serves an API, and what to write instead."""

    since: Version
    instead: str


def _of(since: Version, api: str, instead: str, kinds: str) -> dict[str, Removal]:
    removal = Removal(since, instead)
    return {f"{api}/{kind}": removal for kind in kinds.split()}


_WORKLOADS = "DaemonSet Deployment ReplicaSet StatefulSet ControllerRevision"
_HOOKS = "MutatingWebhookConfiguration ValidatingWebhookConfiguration"
_ROLES = "ClusterRole ClusterRoleBinding Role RoleBinding"
_REVIEWS = "LocalSubjectAccessReview SelfSubjectAccessReview SubjectAccessReview"
_STORAGE = "CSIDriver CSINode StorageClass VolumeAttachment"
_FLOWS = "FlowSchema PriorityLevelConfiguration"
_NETWORK = "networking.k8s.io"
_FLOW = "flowcontrol.apiserver.k8s.io"

# Kubernetes: the Deprecated API Migration Guide
_V1_16, _V1_22, _V1_25, _V1_26 = (1, 16), (1, 22), (1, 25), (1, 26)
REMOVALS = {
    **_of(_V1_16, "extensions/v1beta1", "apps/v1", _WORKLOADS),
    **_of(_V1_16, "apps/v1beta1", "apps/v1", _WORKLOADS),
    **_of(_V1_16, "apps/v1beta2", "apps/v1", _WORKLOADS),
    **_of(_V1_16, "extensions/v1beta1", f"{_NETWORK}/v1", "NetworkPolicy"),
    **_of(_V1_16, "extensions/v1beta1", "", "PodSecurityPolicy"),
    **_of(
        _V1_22,
        "admissionregistration.k8s.io/v1beta1",
        "admissionregistration.k8s.io/v1",
        _HOOKS,
    ),
    **_of(
        _V1_22,
        "apiextensions.k8s.io/v1beta1",
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
    ),
    **_of(
        _V1_22,
        "apiregistration.k8s.io/v1beta1",
        "apiregistration.k8s.io/v1",
        "APIService",
    ),
    **_of(
        _V1_22,
        "authentication.k8s.io/v1beta1",
        "authentication.k8s.io/v1",
        "TokenReview",
    ),
    **_of(_V1_22, "authorization.k8s.io/v1beta1", "authorization.k8s.io/v1", _REVIEWS),
    **_of(
        _V1_22,
        "certificates.k8s.io/v1beta1",
        "certificates.k8s.io/v1",
        "CertificateSigningRequest",
    ),
    **_of(_V1_22, "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1", "Lease"),
    **_of(_V1_22, "extensions/v1beta1", f"{_NETWORK}/v1", "Ingress"),
    **_of(_V1_22, f"{_NETWORK}/v1beta1", f"{_NETWORK}/v1", "Ingress IngressClass"),
    **_of(
        _V1_22,
        "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1",
        _ROLES,
    ),
    **_of(_V1_22, "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "PriorityClass"),
    **_of(_V1_22, "storage.k8s.io/v1beta1", "storage.k8s.io/v1", _STORAGE),
    **_of(_V1_25, "batch/v1beta1", "batch/v1", "CronJob"),
    **_of(_V1_25, "discovery.k8s.io/v1beta1", "discovery.k8s.io/v1", "EndpointSlice"),
    **_of(_V1_25, "events.k8s.io/v1beta1", "events.k8s.io/v1", "Event"),
    **_of(_V1_25, "autoscaling/v2beta1", "autoscaling/v2", "HorizontalPodAutoscaler"),
    **_of(_V1_25, "policy/v1beta1", "policy/v1", "PodDisruptionBudget"),
    **_of(_V1_25, "policy/v1beta1", "", "PodSecurityPolicy"),
    **_of(_V1_25, "node.k8s.io/v1beta1", "node.k8s.io/v1", "RuntimeClass"),
    **_of(_V1_26, "autoscaling/v2beta2", "autoscaling/v2", "HorizontalPodAutoscaler"),
    **_of(_V1_26, f"{_FLOW}/v1beta1", f"{_FLOW}/v1", _FLOWS),
    **_of((1, 27), "storage.k8s.io/v1beta1", "storage.k8s.io/v1", "CSIStorageCapacity"),
    **_of((1, 29), f"{_FLOW}/v1beta2", f"{_FLOW}/v1", _FLOWS),
    **_of((1, 32), f"{_FLOW}/v1beta3", f"{_FLOW}/v1", _FLOWS),
}
"""By `group/version/Kind`; `instead` is empty where nothing takes its place."""
