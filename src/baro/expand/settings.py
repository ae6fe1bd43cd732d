"""`baro.yaml`: what Git cannot know, and nothing else."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from baro.model.cluster import LOCAL_SERVER

FILE_NAME = "baro.yaml"
OUTSIDE = ("pullRequest", "scmProvider", "plugin", "clusterDecisionResource", "oci")
"""Generators that ask somebody else, whose answer `generators:` states."""


class ClusterEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A cluster, as its Secret would register it with Argo CD."""

    name: Annotated[str, Meta(description="The name that Argo CD knows it by.")]
    server: Annotated[str, Meta(description="Address of its API server.")] = (
        LOCAL_SERVER
    )
    labels: Annotated[
        dict[str, str], Meta(description="Labels of the Secret; selectors read them.")
    ] = {}
    annotations: Annotated[
        dict[str, str], Meta(description="Annotations; templates read them.")
    ] = {}
    project: Annotated[str, Meta(description="The AppProject it belongs to.")] = ""


class RootEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A chart, or a folder of manifests, that somebody installed by hand."""

    chart: Annotated[str, Meta(description="Folder of a chart, from here.")] = ""
    path: Annotated[str, Meta(description="Folder of plain manifests, from here.")] = ""
    release_name: Annotated[
        str, Meta(description="Name of the release; by default the chart's.")
    ] = ""
    namespace: Annotated[str, Meta(description="Where it was installed.")] = "argocd"
    value_files: Annotated[
        list[str], Meta(description="Value files, from here; the last one wins.")
    ] = []
    values: Annotated[
        dict[str, Any], Meta(description="Values that win over the files.")
    ] = {}
    cluster: Annotated[
        str, Meta(description="The cluster; by default the one Argo CD runs in.")
    ] = ""


class RouteEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """An expected route; `{domain}` and the like come from cluster annotations."""

    url: Annotated[str, Meta(description="What a browser asks for.")]
    application: Annotated[
        str, Meta(description="The Application whose Ingress answers.")
    ] = ""
    service: Annotated[str, Meta(description="The Service behind it.")] = ""
    upstream_path: Annotated[
        str, Meta(description="The path that the Service is asked for.")
    ] = ""
    status: Annotated[
        int | None, Meta(description="The status that the proxy itself gives.")
    ] = None
    redirects_to: Annotated[str, Meta(description="Where it redirects to.")] = ""
    cluster: Annotated[
        str, Meta(description="The cluster whose annotations fill the URL.")
    ] = ""


class AcceptEntry(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"
):
    """A finding that is fine, and why."""

    rule: Annotated[str, Meta(description="The rule's name.")]
    subject: Annotated[str, Meta(description="`Kind/namespace/name`.")]
    reason: Annotated[str, Meta(description="Why this is fine.")]
    until: Annotated[
        str, Meta(description="The last day on which this is fine: `2027-01-31`.")
    ] = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What Git cannot know about a platform."""

    repositories: Annotated[
        dict[str, str],
        Meta(description="repoURL -> folder or Git directory on this machine."),
    ] = {}
    clusters: Annotated[
        list[ClusterEntry],
        Meta(description="Clusters that no manifest in the tree registers."),
    ] = []
    external_secrets: Annotated[
        dict[str, dict[str, Any] | str],
        Meta(
            description="What the secret stores would hand out, for ExternalSecrets "
            "that register clusters: remote key -> property -> value."
        ),
    ] = {}
    roots: Annotated[
        list[RootEntry], Meta(description="What somebody installed by hand.")
    ] = []
    charts: Annotated[
        list[str],
        Meta(
            description="Folders of charts; a chart there stands for the same name and "
            "version of any Helm repository."
        ),
    ] = []
    routes: Annotated[list[RouteEntry], Meta(description="Expected routes.")] = []
    accept: Annotated[
        list[AcceptEntry], Meta(description="Findings that are fine.")
    ] = []
    generators: Annotated[
        dict[str, dict[str, list[dict[str, Any]]]],
        Meta(
            description="What generators that ask the outside would yield: "
            "ApplicationSet -> generator -> parameter sets, such as "
            "`{previews: {pullRequest: [{number: '7'}]}}`."
        ),
    ] = {}
    argocd_version: Annotated[
        str, Meta(description="The Argo CD to imitate: `3.5.1`.")
    ] = ""
    kubernetes_version: Annotated[
        str, Meta(description="The Kubernetes that charts are rendered for: `1.34.0`.")
    ] = ""
    argocd_namespace: Annotated[
        str, Meta(description="The namespace that Argo CD runs in.")
    ] = "argocd"
    argocd_new_git_file_globbing: Annotated[
        bool,
        Meta(
            description="Whether Argo CD runs with "
            "`applicationsetcontroller.enable.new.git.file.globbing`: in the `files` "
            "of a Git generator `*` then stays in its folder."
        ),
    ] = False


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of `baro.yaml`, for editors."""
    (reference,), definitions = msgspec.json.schema_components(
        (Settings,), ref_template="#/$defs/{name}"
    )
    whole = definitions.pop(reference["$ref"].rpartition("/")[2])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": FILE_NAME,
        "$defs": dict(sorted(definitions.items())),
    }
