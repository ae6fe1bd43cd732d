"""What the stories share: a namespace, a repository, Applications on both."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab import Lab
from lab.api import Object
from lab.errors import WaitError
from lab.faults.objects import terminate
from lab.laboratory import WAIT_SECONDS
from lab.location import ARGOCD_NAMESPACE
from lab.parts.kubernetes import namespace
from lab.repository import Repository

ARGOCD = "argoproj.io/v1alpha1"
CLUSTER = "https://kubernetes.default.svc"
CASCADE = "resources-finalizer.argocd.argoproj.io"


@dataclass
class Story:
    """Names that belong to one story."""

    lab: Lab
    name: str
    repository: Repository
    applications: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, lab: Lab, title: str) -> "Story":
        """Make the story's namespace and an empty repository."""
        name = re.sub(r"[^a-z0-9]+", "-", title.removeprefix("test_").lower())
        name = name.strip("-")[:40].strip("-")
        lab.apply(namespace(name))
        return cls(lab, name, lab.git(name))

    def end(self) -> None:
        """Remove what would go on working in later stories."""
        for name in self.sets:
            found = self.lab.kubernetes.find(
                ARGOCD, "ApplicationSet", name, ARGOCD_NAMESPACE
            )
            if found is not None:
                self.lab.kubernetes.delete(found)
        for name in self.applications:
            terminate(self.lab, name)
            found = self.lab.application(name)
            if found is not None:
                self.lab.kubernetes.delete(found)

    def application(
        self,
        sources: Sequence[Object],
        *,
        automated: bool = True,
        suffix: str = "",
    ) -> str:
        """Apply an Application of these sources; return its name."""
        name = f"{self.name}{suffix}"
        self.lab.apply(application(name, self.name, sources, automated=automated))
        self.applications.append(name)
        return name

    def folder(self, path: str, **more: object) -> Object:
        """Return a source: a folder of the story's repository on its main branch."""
        url = self.repository.url
        return {"repoURL": url, "path": path, "targetRevision": "main", **more}

    def status(self, name: str) -> dict[str, Any]:
        """Return an Application's status, empty when there is none."""
        found = self.lab.application(name) or {}
        status: dict[str, Any] = found.get("status", {})
        return status

    def until(
        self, what: str, question: Callable[[], object], seconds: float = WAIT_SECONDS
    ) -> Any:
        """Wait for something that the story is about."""
        return self.lab.wait(question, what, seconds)

    def until_synced(self, name: str) -> None:
        """Wait until an Application is Synced and Healthy, and nothing is going on."""

        def settled() -> bool:
            found = self.lab.application(name) or {}
            status = found.get("status", {})
            sync = status.get("sync", {}).get("status")
            health = status.get("health", {}).get("status")
            # Synced may be said while the operation that did it is not over.
            state = status.get("operationState", {})
            over = "operation" not in found and state.get("phase") != "Running"
            return (sync, health, over) == ("Synced", "Healthy", True)

        try:
            self.until(f"{name} is Synced and Healthy", settled)
        except WaitError as error:
            status = json.dumps(self.status(name))
            raise WaitError(f"{error.message}\nits status: {status}") from None

    def until_condition(self, name: str, kind: str, words: str = "") -> str:
        """Wait for a condition of an Application that has these words; return it all.

        What a busy machine says first (that something was too slow) is not meant.
        """
        said = ""

        def is_said() -> bool:
            nonlocal said
            for condition in self.status(name).get("conditions", []):
                if condition["type"] == kind:
                    said = str(condition["message"])
                    return words in said
            return False

        self.until(f"{name} has the condition {kind}: {words}", is_said)
        return said

    def until_no_condition(self, name: str) -> None:
        """Wait until Argo CD finds nothing wrong with an Application."""
        self.until(
            f"{name} has no condition",
            lambda: not self.status(name).get("conditions"),
        )

    def find(self, api_version: str, kind: str, name: str) -> Object | None:
        """Return an object of the story's namespace, or nothing."""
        return self.lab.kubernetes.find(api_version, kind, name, self.name)


def application(
    name: str, target: str, sources: Sequence[Object], *, automated: bool = True
) -> Object:
    """Return an Application's manifest."""
    policy = {"automated": {"prune": True, "selfHeal": True}} if automated else {}
    return {
        "apiVersion": ARGOCD,
        "kind": "Application",
        "metadata": {
            "name": name,
            "namespace": ARGOCD_NAMESPACE,
            "finalizers": [CASCADE],
        },
        "spec": {
            "project": "default",
            "destination": {"server": CLUSTER, "namespace": target},
            "sources": list(sources),
            "syncPolicy": policy,
        },
    }


def text(*manifests: Object) -> str:
    """Return manifests as one file of YAML (JSON is YAML)."""
    return "\n---\n".join(json.dumps(manifest) for manifest in manifests)


def config_map(name: str, **values: str) -> Object:
    """Return a ConfigMap's manifest."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": values,
    }
