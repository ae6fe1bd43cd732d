"""The real external-secrets controller, with its fake provider and generators."""

import re

from lab.api import Api
from lab.binaries import EXTERNAL_SECRETS, named
from lab.location import Site
from lab.parts.part import Part
from lab.processes import Program

MODULE = "github.com/external-secrets/external-secrets"


def external_secrets(site: Site) -> Program:
    """Declare the controller, without its webhook."""
    return Program(
        "external-secrets",
        (
            str(named("external-secrets").path),
            f"--metrics-addr=127.0.0.1:{site.port('external-secrets')}",
            "--enable-leader-election=false",
            "--concurrent=4",
            "--store-requeue-interval=10s",
        ),
        lambda: site.answers("external-secrets", "/metrics"),
        site.environment(),
    )


def make_definitions(_site: Site, api: Api) -> None:
    """Create the custom resources of the same version."""
    root = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    folder = EXTERNAL_SECRETS.source(MODULE) / "config" / "crds" / "bases"
    for path in sorted(folder.glob("*_*.yaml")):
        text = path.read_text()
        name = re.search(r"^  name: (\S+)$", text, re.MULTILINE)
        if name:
            api.apply_text(f"{root}/{name[1]}", text.encode())
    api.await_kind("external-secrets.io/v1", "ExternalSecret")
    api.await_kind("generators.external-secrets.io/v1alpha1", "Password")


PARTS = (
    Part(
        "external-secrets-objects",
        ("apiserver",),
        ("external-secrets",),
        None,
        make_definitions,
    ),
    Part(
        "external-secrets",
        ("external-secrets-objects",),
        ("external-secrets",),
        external_secrets,
    ),
)
