"""Argo CD: its servers, redis, and the objects they expect in the cluster."""

import secrets
from collections.abc import Callable

from lab.api import Api, Object
from lab.binaries import argocd_source, named
from lab.location import ARGOCD_NAMESPACE, Site, program_path
from lab.parts.part import Part
from lab.ports import is_answered
from lab.processes import Program

CUSTOM_RESOURCES = ("application", "applicationset", "appproject")
PART_OF = {"app.kubernetes.io/part-of": "argocd"}
RESYNC_SECONDS = 10
# For the repo-server's answers and its programs: a busy machine is no failure.
PATIENCE_SECONDS = 600


def redis(site: Site) -> Program:
    """Declare redis, without a disk."""
    return Program(
        "redis",
        (
            program_path("redis-server"),
            *("--port", str(site.port("redis")), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", str(site.folder("redis"))),
        ),
        lambda: "" if _listens(site, "redis") else "its port is closed",
        site.environment(),
    )


def repo_server(site: Site) -> Program:
    """Declare the repo-server, with Helm, Kustomize and Git on its PATH."""
    # argocd itself is what git asks for credentials.
    site.offer("helm", "kustomize", "argocd")
    return _server(
        site,
        "repo-server",
        (
            *("--port", str(site.port("repo-server")), "--address", "127.0.0.1"),
            *("--metrics-port", str(site.port("repo-server-metrics"))),
            *("--metrics-address", "127.0.0.1"),
            *("--redis", f"127.0.0.1:{site.port('redis')}"),
        ),
        lambda: site.answers("repo-server-metrics", "/healthz"),
    )


def application_controller(site: Site) -> Program:
    """Declare the application controller, made quick."""
    return _server(
        site,
        "application-controller",
        (
            *("--redis", f"127.0.0.1:{site.port('redis')}"),
            *("--repo-server", f"127.0.0.1:{site.port('repo-server')}"),
            *("--metrics-port", str(site.port("application-controller"))),
            *("--app-resync", str(RESYNC_SECONDS)),
            *("--repo-error-grace-period-seconds", "0"),
            *("--status-processors", "10", "--operation-processors", "5"),
        ),
        lambda: site.answers("application-controller", "/healthz"),
    )


def applicationset_controller(site: Site) -> Program:
    """Declare the ApplicationSet controller, made quick."""
    return _server(
        site,
        "applicationset-controller",
        (
            *("--argocd-repo-server", f"127.0.0.1:{site.port('repo-server')}"),
            *("--metrics-addr", f"127.0.0.1:{site.port('applicationset-metrics')}"),
            *("--probe-addr", f"127.0.0.1:{site.port('applicationset-controller')}"),
            *("--webhook-addr", f"127.0.0.1:{site.port('applicationset-webhook')}"),
            *("--concurrent-reconciliations", "10"),
        ),
        lambda: site.answers("applicationset-metrics", "/metrics"),
    )


def argocd_server(site: Site) -> Program:
    """Declare the API server, open to whoever reaches loopback."""
    return api_server(site, "argocd-server", "--disable-auth")


def api_server(site: Site, name: str, *more: str) -> Program:
    """Declare an API server: there may be one that asks who is there, besides."""
    return _server(
        site,
        name,
        (
            *("--port", str(site.port(name)), "--address", "127.0.0.1"),
            *("--metrics-port", str(site.port(f"{name}-metrics"))),
            *("--metrics-address", "127.0.0.1"),
            *("--redis", f"127.0.0.1:{site.port('redis')}"),
            *("--repo-server", f"127.0.0.1:{site.port('repo-server')}"),
            *("--insecure", *more),
        ),
        lambda: site.answers(name, "/healthz"),
        "argocd-server",
    )


def _server(
    site: Site,
    name: str,
    flags: tuple[str, ...],
    ready: Callable[[], str],
    personality: str = "",
) -> Program:
    """Declare one of the servers that the single binary `argocd` can be."""
    kubeconfig = ("--kubeconfig", str(site.kubeconfig))
    connected = () if name == "repo-server" else kubeconfig
    environment = argocd_environment(site)
    environment["ARGOCD_BINARY_NAME"] = personality or f"argocd-{name}"
    # The servers share a temporary folder badly: each gets one of its own.
    environment["TMPDIR"] = str(site.folder(f"tmp/{name}"))
    command = (str(named("argocd").path), *flags, *connected)
    return Program(name, command, ready, environment)


def argocd_environment(site: Site) -> dict[str, str]:
    """Return the environment that all servers of Argo CD share."""
    web = f"http://127.0.0.1:{site.port('web')}"
    return site.environment(
        # Foreign hosts are played by the lab's own web server, or not there.
        HTTP_PROXY=web,
        HTTPS_PROXY=web,
        NO_PROXY="127.0.0.1,localhost",
        SSL_CERT_FILE=str(site.certificates.authority),
        GIT_SSL_CAINFO=str(site.certificates.authority),
        ARGOCD_FAKE_IN_CLUSTER="true",
        ARGOCD_TLS_DATA_PATH=str(site.folder("argocd/tls")),
        ARGOCD_SSH_DATA_PATH=str(site.folder("argocd/ssh")),
        ARGOCD_GNUPGHOME=str(site.folder("argocd/gpg-home", 0o700)),
        ARGOCD_GPG_DATA_PATH=str(site.folder("argocd/gpg")),
        ARGOCD_GPG_ENABLED="false",
        ARGOCD_PLUGINSOCKFILEPATH=str(site.folder("argocd/plugins")),
        ARGOCD_ASK_PASS_SOCK=str(site.state / "argocd" / "ask-pass.sock"),
        ARGOCD_RECONCILIATION_TIMEOUT=f"{RESYNC_SECONDS}s",
        ARGOCD_RECONCILIATION_JITTER="0",
        ARGOCD_EXEC_TIMEOUT=f"{PATIENCE_SECONDS}s",
        ARGOCD_SYNC_WAVE_DELAY="0",
        ARGOCD_APPLICATIONSET_CONTROLLER_REQUEUE_AFTER=f"{RESYNC_SECONDS}s",
        ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS="0",
        **{
            f"ARGOCD_{one}_REPO_SERVER_TIMEOUT_SECONDS": str(PATIENCE_SECONDS)
            for one in ("APPLICATION_CONTROLLER", "APPLICATIONSET_CONTROLLER", "SERVER")
        },
    )


def make_objects(_site: Site, api: Api) -> None:
    """Create what an installation of Argo CD has besides its servers."""
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for kind in CUSTOM_RESOURCES:
        text = (argocd_source() / f"manifests/crds/{kind}-crd.yaml").read_bytes()
        api.apply_text(f"{definitions}/{kind}s.argoproj.io", text)
    # A server that has to make these itself gives up when it loses a race for them.
    key = {"server.secretkey": secrets.token_urlsafe(32)}
    api.apply(_labelled("Secret", "argocd-secret") | {"stringData": key})
    settings = {"admin.enabled": "false"}
    api.apply(_labelled("ConfigMap", "argocd-cm") | {"data": settings})
    api.apply(_labelled("ConfigMap", "argocd-rbac-cm"))
    for kind in ("Application", "ApplicationSet", "AppProject"):
        api.await_kind("argoproj.io/v1alpha1", kind)
    make_project(api)


def make_project(api: Api) -> None:
    """Create the project `default`, which allows everything."""
    anything = [{"group": "*", "kind": "*"}]
    api.apply(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": ARGOCD_NAMESPACE},
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{"server": "*", "namespace": "*"}],
                "clusterResourceWhitelist": anything,
            },
        }
    )


def _labelled(kind: str, name: str) -> Object:
    metadata = {"name": name, "namespace": ARGOCD_NAMESPACE, "labels": PART_OF}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def _listens(site: Site, name: str) -> bool:
    return is_answered(site.port(name))


PARTS = (
    Part("argocd-objects", ("apiserver",), ("argocd",), None, make_objects),
    Part("redis", (), (), redis),
    Part("repo-server", ("redis",), ("argocd", "helm", "kustomize"), repo_server),
    Part(
        "applicationset-controller",
        ("argocd-objects", "repo-server"),
        ("argocd",),
        applicationset_controller,
    ),
    Part(
        "application-controller",
        ("argocd-objects", "repo-server"),
        ("argocd",),
        application_controller,
    ),
    Part(
        "argocd-server", ("argocd-objects", "repo-server"), ("argocd",), argocd_server
    ),
)
