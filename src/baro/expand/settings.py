"""`baro.yaml`: what Git cannot know, and nothing else."""

from typing import Any

import msgspec


class ClusterEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A cluster as its Secret would register it."""

    name: str
    server: str = "https://kubernetes.default.svc"
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    project: str = ""


class RootEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A chart (or folder) that somebody installed by hand.

    `chart` is a folder of the tree; `path` a folder of plain manifests.
    """

    chart: str = ""
    path: str = ""
    release_name: str = ""
    namespace: str = "argocd"
    value_files: list[str] = []
    values: dict[str, Any] = {}
    cluster: str = ""


class RouteEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """An expected route; `{domain}` and the like come from cluster annotations."""

    url: str
    application: str = ""
    service: str = ""
    upstream_path: str = ""
    status: int | None = None
    redirects_to: str = ""
    cluster: str = ""


class AcceptEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A finding that is fine, and why. `subject` is `Kind/namespace/name`."""

    rule: str
    subject: str
    reason: str
    until: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The whole file.

    `generators` holds fixtures for generators that ask the outside, by
    ApplicationSet name: `{previews: {pullRequest: [{number: "7", ...}]}}`.
    """

    repositories: dict[str, str] = {}
    clusters: list[ClusterEntry] = []
    external_secrets: dict[str, dict[str, Any]] = {}
    roots: list[RootEntry] = []
    charts: list[str] = []
    routes: list[RouteEntry] = []
    accept: list[AcceptEntry] = []
    generators: dict[str, dict[str, list[dict[str, Any]]]] = {}
    argocd_version: str = ""
    kubernetes_version: str = ""
    argocd_namespace: str = "argocd"
