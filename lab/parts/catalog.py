"""Every part by name, and what comes along with it."""

from collections.abc import Iterable

from lab.errors import LabError
from lab.parts import argocd, kubernetes, neighbours, secrets, volumes
from lab.parts.part import Part

PARTS: dict[str, Part] = {
    part.name: part
    for module in (kubernetes, argocd, volumes, secrets, neighbours)
    for part in module.PARTS
}

# What generates Applications, and nothing that would act on them.
GENERATION = ("applicationset-controller",)
# What renders and compares them besides.
ARGOCD = (*GENERATION, "application-controller", "argocd-server")
# A cluster in which workloads come up.
CLUSTER = ("controller-manager", "scheduler", "kwok", "volumes")
EVERYTHING = (*ARGOCD, *CLUSTER, "external-secrets", "stand-ins", "registry")


def with_needs(names: Iterable[str]) -> tuple[str, ...]:
    """Return parts and all they need, needed ones first."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        if name not in PARTS:
            known = ", ".join(PARTS)
            raise LabError(f"no part is called {name!r}", f"there are {known}")
        for need in PARTS[name].needs:
            add(need)
        ordered[name] = None

    for name in names:
        add(name)
    return tuple(ordered)


def binaries_of(names: Iterable[str]) -> list[str]:
    """Return the programs to build for parts."""
    return list(dict.fromkeys(b for name in names for b in PARTS[name].binaries))
