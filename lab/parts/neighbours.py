"""What stands around a platform: a registry, and operators that are not run."""

from collections.abc import Iterator

from lab.api import Api, Object
from lab.binaries import named
from lab.location import Site
from lab.manifests import StandIn, stand_ins
from lab.parts.part import Part
from lab.ports import is_answered
from lab.processes import Program

FAULT = "lab.example.com/fault"
NOBODY = "a stand-in: the lab does not run this operator"


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
    for kind in stand_ins():
        api.apply(kind.definition())


def be_satisfied(_site: Site, api: Api) -> None:
    """Say of objects what their operator says in the end, so that they get healthy.

    An object with the annotation of a fault is left as it is.
    """
    for kind in stand_ins():
        if kind.conditions:
            for found in api.every(kind.api_version, kind.kind):
                _satisfy(api, kind, found)


def _satisfy(api: Api, kind: StandIn, found: Object) -> None:
    missing = list(_unsaid(kind, found))
    if missing and FAULT not in found["metadata"].get("annotations", {}):
        said = found.get("status", {}).get("conditions", [])
        change = {"status": {"conditions": [*said, *missing]}}
        api.patch(found, change, subresource="status")


def _unsaid(kind: StandIn, found: Object) -> Iterator[Object]:
    said = {one.get("type") for one in found.get("status", {}).get("conditions", ())}
    for name in kind.conditions:
        if name not in said:
            yield {
                "type": name,
                "status": "True",
                "reason": "StandIn",
                "message": NOBODY,
            }


PARTS = (
    Part("registry", (), ("crane",), registry),
    Part("stand-ins", ("apiserver",), (), None, make_stand_ins, be_satisfied),
)
