"""Kubernetes documents that the lab brings along."""

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent


def stages() -> str:
    """Return how KWOK plays nodes, pods, and what gives addresses."""
    return (FOLDER / "stages.yaml").read_text()


def stand_ins() -> list[dict[str, Any]]:
    """Return definitions of kinds whose operators the lab does not run."""
    kinds = yaml.safe_load((FOLDER / "stand-ins.yaml").read_text())
    return [definition(**kind) for kind in kinds]


def definition(  # noqa: PLR0913 - a kind has that many names
    group: str,
    version: str,
    kind: str,
    plural: str,
    scope: str = "Namespaced",
    *,
    status_apart: bool = True,
) -> dict[str, Any]:
    """Return a custom resource that accepts any content.

    Without `status_apart` the status is written together with the rest.
    """
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    metadata: dict[str, Any] = {"name": f"{plural}.{group}"}
    if group.endswith(".k8s.io"):
        # Kubernetes asks whoever defines a kind in its own domain for a reason.
        approval = {"api-approved.kubernetes.io": "unapproved, a stand-in"}
        metadata["annotations"] = approval
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}} if status_apart else {},
                }
            ],
        },
    }
