"""The programs that the lab builds from Go modules, and their versions."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lab.errors import BuildError
from lab.places import SOURCE, cache_folder, modules_folder

GO_VERSION = "1.27.3"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to one line of a module's source, applied while it is compiled."""

    module: str
    file: str
    old: str
    new: str


# The application controller's metrics cannot be told to stay on loopback.
LOOPBACK_METRICS = Edit(
    "github.com/argoproj/argo-cd/v3",
    "controller/appcontroller.go",
    'metricsAddr := fmt.Sprintf("0.0.0.0:%d", metricsPort)',
    'metricsAddr := fmt.Sprintf("127.0.0.1:%d", metricsPort)',
)


@dataclass(frozen=True, slots=True)
class ModuleSet:
    """A `go.mod` and the versions it pins."""

    name: str
    folder: Path

    def version(self, module: str) -> str:
        """Return the version that `go.mod` requires of a module."""
        text = (self.folder / "go.mod").read_text()
        found = re.search(
            rf"^\t?(?:require )?{re.escape(module)} (v\S+)", text, re.MULTILINE
        )
        if not found:
            raise BuildError(f"{self.folder / 'go.mod'} does not require {module}")
        return found[1]

    def source(self, module: str) -> Path:
        """Return the folder of a module's source in the module cache."""
        return modules_folder() / f"{escaped(module)}@{self.version(module)}"

    def flags(self) -> tuple[str, ...]:
        """Return the flags that every build of this set uses."""
        return ("-trimpath", "-mod=readonly", f"-ldflags={' '.join(self.link_flags())}")

    def link_flags(self) -> tuple[str, ...]:
        """Return linker flags: stripped, and with the versions users expect."""
        if self is not CONTROL_PLANE:
            return ("-s", "-w")
        kubernetes = self.version("k8s.io/kubernetes")
        major, minor, _ = kubernetes.removeprefix("v").split(".")
        versions = {
            "k8s.io/component-base/version.gitVersion": kubernetes,
            "k8s.io/component-base/version.gitMajor": major,
            "k8s.io/component-base/version.gitMinor": minor,
            "github.com/argoproj/argo-cd/v3/common.version": argocd_version(),
        }
        stamps = [f"-X {name}={value}" for name, value in versions.items()]
        return ("-s", "-w", *stamps)

    def key(self) -> str:
        """Return what a build depends on, as a short digest."""
        recipe = f"{GO_VERSION} {self.flags()} {LOOPBACK_METRICS}"
        digest = hashlib.sha256(recipe.encode())
        for name in ("go.mod", "go.sum"):
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()[:12]


CONTROL_PLANE = ModuleSet("control-plane", SOURCE)
EXTERNAL_SECRETS = ModuleSet("external-secrets", SOURCE / "external-secrets")


@dataclass(frozen=True, slots=True)
class Binary:
    """A program: what to build, how to see that it runs, how long it takes.

    `seconds` is the time of a first build on two cores, in the order of `BINARIES`.
    """

    name: str
    package: str
    modules: ModuleSet
    probe: tuple[str, ...]
    seconds: int
    edit: Edit | None = None

    @property
    def path(self) -> Path:
        """Return where the finished, verified program lies."""
        folder = f"{self.modules.name}-{self.modules.key()}"
        return cache_folder() / folder / self.name


BINARIES: tuple[Binary, ...] = (
    Binary("etcd", "go.etcd.io/etcd/server/v3", CONTROL_PLANE, ("--version",), 35),
    Binary(
        "kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        CONTROL_PLANE,
        ("--version",),
        260,
    ),
    Binary(
        "kubectl",
        "k8s.io/kubernetes/cmd/kubectl",
        CONTROL_PLANE,
        ("version", "--client"),
        20,
    ),
    Binary(
        "argocd",
        "github.com/argoproj/argo-cd/v3/cmd",
        CONTROL_PLANE,
        ("version", "--client"),
        100,
        LOOPBACK_METRICS,
    ),
    Binary("helm", "helm.sh/helm/v4/cmd/helm", CONTROL_PLANE, ("version",), 15),
    Binary(
        "kustomize",
        "sigs.k8s.io/kustomize/kustomize/v5",
        CONTROL_PLANE,
        ("version",),
        5,
    ),
    Binary(
        "kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        CONTROL_PLANE,
        ("--version",),
        80,
    ),
    Binary(
        "kube-scheduler",
        "k8s.io/kubernetes/cmd/kube-scheduler",
        CONTROL_PLANE,
        ("--version",),
        10,
    ),
    Binary("kwok", "sigs.k8s.io/kwok/cmd/kwok", CONTROL_PLANE, ("--version",), 10),
    Binary(
        "crane",
        "github.com/google/go-containerregistry/cmd/crane",
        CONTROL_PLANE,
        ("version",),
        5,
    ),
    Binary(
        "external-secrets",
        "github.com/external-secrets/external-secrets",
        EXTERNAL_SECRETS,
        ("--help",),
        300,
    ),
)


@cache
def named(name: str) -> Binary:
    """Return the program of that name."""
    for binary in BINARIES:
        if binary.name == name:
            return binary
    known = ", ".join(binary.name for binary in BINARIES)
    raise BuildError(f"no program is called {name!r}", f"the lab builds {known}")


def argocd_version() -> str:
    """Return the version of Argo CD without its leading v."""
    version = CONTROL_PLANE.version("github.com/argoproj/argo-cd/v3")
    return version.removeprefix("v")


def argocd_source() -> Path:
    """Return the folder of Argo CD's own source: CRDs, examples."""
    return CONTROL_PLANE.source("github.com/argoproj/argo-cd/v3")


def escaped(module: str) -> str:
    """Spell a module's path as the module cache does: `!a` for a capital A."""
    return re.sub(r"[A-Z]", lambda capital: f"!{capital[0].lower()}", module)
