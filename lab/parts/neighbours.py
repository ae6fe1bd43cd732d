"""What stands around a platform: a registry, and operators that are not run."""

from lab.api import Api
from lab.binaries import named
from lab.location import Site
from lab.manifests import stand_ins
from lab.parts.part import Part
from lab.ports import is_answered
from lab.processes import Program


def registry(site: Site) -> Program:
    """Declare an OCI registry that keeps everything in the state folder."""
    port = site.port("registry")
    return Program(
        "registry",
        (
            *(str(named("crane").path), "registry", "serve"),
            *("--address", f"127.0.0.1:{port}"),
            *("--disk", str(site.folder("registry"))),
        ),
        lambda: "" if is_answered(port) else "its port is closed",
        site.environment(),
    )


def make_stand_ins(_site: Site, api: Api) -> None:
    """Create the kinds that a platform's manifests use, without their operators."""
    for definition in stand_ins():
        api.apply(definition)


PARTS = (
    Part("registry", (), ("crane",), registry),
    Part("stand-ins", ("apiserver",), (), None, make_stand_ins),
)
