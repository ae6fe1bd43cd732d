"""Kubernetes: etcd, the API server, its controllers, and nodes that are not there."""

from lab.api import Api, Object
from lab.binaries import named
from lab.location import ARGOCD_NAMESPACE, Site
from lab.manifests import stages
from lab.parts.part import Part
from lab.processes import Program

NODE = "lab-node"
STORAGE_CLASS = "lab"
PROVISIONER = "lab.example.com/folder"


def etcd(site: Site) -> Program:
    """Declare etcd; what it would lose in a power cut is lost with the lab anyway."""
    clients = f"http://127.0.0.1:{site.port('etcd')}"
    peers = f"http://127.0.0.1:{site.port('etcd-peers')}"
    return Program(
        "etcd",
        (
            str(named("etcd").path),
            "--unsafe-no-fsync",
            f"--data-dir={site.folder('etcd', 0o700)}",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
        ),
        lambda: site.answers("etcd", "/health"),
        site.environment(),
    )


def apiserver(site: Site) -> Program:
    """Declare kube-apiserver."""
    made = site.certificates
    return Program(
        "apiserver",
        (
            str(named("kube-apiserver").path),
            f"--etcd-servers=http://127.0.0.1:{site.port('etcd')}",
            f"--secure-port={site.port('apiserver')}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--cert-dir={site.folder('apiserver')}",
            f"--tls-cert-file={made.server}",
            f"--tls-private-key-file={made.server_key}",
            f"--client-ca-file={made.authority}",
            f"--service-account-key-file={made.service_accounts}",
            f"--service-account-signing-key-file={made.service_accounts}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--shutdown-delay-duration=0s",
        ),
        lambda: site.answers("apiserver", "/readyz", tls=True),
        site.environment(),
    )


def controller_manager(site: Site) -> Program:
    """Declare kube-controller-manager."""
    made = site.certificates
    return Program(
        "controller-manager",
        (
            str(named("kube-controller-manager").path),
            f"--kubeconfig={site.kubeconfig}",
            f"--secure-port={site.port('controller-manager')}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={site.folder('controller-manager')}",
            f"--service-account-private-key-file={made.service_accounts}",
            f"--root-ca-file={made.authority}",
            "--leader-elect=false",
            "--use-service-account-credentials=false",
            # A node that is gone is noticed in seconds instead of minutes.
            "--node-monitor-period=1s",
            "--node-monitor-grace-period=15s",
            "--pvclaimbinder-sync-period=2s",
        ),
        lambda: site.answers("controller-manager", "/healthz", tls=True),
        site.environment(),
    )


def scheduler(site: Site) -> Program:
    """Declare kube-scheduler."""
    return Program(
        "scheduler",
        (
            str(named("kube-scheduler").path),
            f"--kubeconfig={site.kubeconfig}",
            f"--secure-port={site.port('scheduler')}",
            "--bind-address=127.0.0.1",
            f"--cert-dir={site.folder('scheduler')}",
            "--leader-elect=false",
        ),
        lambda: site.answers("scheduler", "/healthz", tls=True),
        site.environment(),
    )


def kwok(site: Site) -> Program:
    """Declare KWOK: it plays the kubelet, by stages of the lab's own."""
    config = site.state / "stages.yaml"
    if not config.exists():
        config.write_text(stages())
    return Program(
        "kwok",
        (
            str(named("kwok").path),
            f"--kubeconfig={site.kubeconfig}",
            f"--config={config}",
            "--manage-all-nodes=true",
            f"--server-address=127.0.0.1:{site.port('kwok')}",
            "--node-ip=127.0.0.1",
            "--node-lease-duration-seconds=4",
        ),
        lambda: site.answers("kwok", "/healthz"),
        site.environment(),
    )


def make_namespace(_site: Site, api: Api) -> None:
    """Create the namespace that every lab has."""
    api.apply(namespace(ARGOCD_NAMESPACE))


def make_node(_site: Site, api: Api) -> None:
    """Create one node, and the storage class of folders."""
    api.apply(node(NODE))
    api.apply(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": STORAGE_CLASS,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": PROVISIONER,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
        }
    )


def namespace(name: str) -> Object:
    """Return a namespace's manifest."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def node(name: str) -> Object:
    """Return the manifest of a node that KWOK plays."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
            },
        },
    }


PARTS = (
    Part("etcd", (), ("etcd",), etcd),
    Part(
        "apiserver", ("etcd",), ("kube-apiserver", "kubectl"), apiserver, make_namespace
    ),
    Part(
        "controller-manager",
        ("apiserver",),
        ("kube-controller-manager",),
        controller_manager,
    ),
    Part("scheduler", ("apiserver",), ("kube-scheduler",), scheduler),
    Part("kwok", ("apiserver",), ("kwok",), kwok, make_node),
)
