"""Kubernetes documents that the lab brings along."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class StandIn:
    """A kind whose operator the lab does not run; any content is accepted.

    `conditions` are what its operator says of an object in the end. Without
    `status_apart` the status is written together with the rest.
    """

    group: str
    version: str
    kind: str
    plural: str
    scope: str = "Namespaced"
    conditions: tuple[str, ...] = ()
    status_apart: bool = True

    @property
    def api_version(self) -> str:
        """Return what manifests of the kind say."""
        return f"{self.group}/{self.version}"

    def definition(self) -> dict[str, Any]:
        """Return the custom resource's definition."""
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        metadata: dict[str, Any] = {"name": f"{self.plural}.{self.group}"}
        if self.group.endswith(".k8s.io"):
            # Kubernetes asks whoever defines a kind in its own domain for a reason.
            approval = {"api-approved.kubernetes.io": "unapproved, a stand-in"}
            metadata["annotations"] = approval
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": metadata,
            "spec": {
                "group": self.group,
                "scope": self.scope,
                "names": {"kind": self.kind, "plural": self.plural},
                "versions": [
                    {
                        "name": self.version,
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": schema},
                        "subresources": {"status": {}} if self.status_apart else {},
                    }
                ],
            },
        }


def stages() -> str:
    """Return how KWOK plays nodes, pods, and what gives addresses."""
    return (FOLDER / "stages.yaml").read_text()


@cache
def stand_ins() -> tuple[StandIn, ...]:
    """Return the kinds whose operators the lab does not run."""
    kinds = yaml.safe_load((FOLDER / "stand-ins.yaml").read_text())
    return tuple(
        StandIn(**{**kind, "conditions": tuple(kind.get("conditions", ()))})
        for kind in kinds
    )
