"""What `route`, `routes` and `verify` have in common."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from baro.cli.named import unknown
from baro.errors import InputError
from baro.expand import semver
from baro.model.snapshot import Snapshot
from baro.routing.answer import Controller
from baro.routing.platform import ClusterRoutes, cluster_routes
from baro.routing.table import find_strategy

Function = Callable[..., Any]

_FLAGS: tuple[Callable[[Function], Function], ...] = (
    click.option(
        "--controller",
        default="",
        metavar="NAME[@VERSION]",
        help="Answer as this one. Default: what the platform installs.",
    ),
    click.option(
        "--no-endpoints",
        multiple=True,
        metavar="NS/NAME",
        help="A Service without ready endpoints. Repeatable.",
    ),
    click.option("--cluster", default="", metavar="NAME", help="Only this cluster."),
)


def routing_flags(function: Function) -> Function:
    """Add the flags that say who routes."""
    for option in reversed(_FLAGS):
        function = option(function)
    return function


def routes_of(snapshot: Snapshot, given: dict[str, Any]) -> list[ClusterRoutes]:
    """Return the routes of the clusters that the flags leave.

    Raises:
        InputError: a flag names a controller, cluster or Service that is none.
    """
    for name in given["no_endpoints"]:
        if [bool(part) for part in name.split("/")] != [True, True]:
            raise InputError(
                f"--no-endpoints {name}: not of the form NAMESPACE/NAME",
                hint="write --no-endpoints backstage/backstage",
            )
    wanted = _controller(given["controller"]) if given["controller"] else None
    found = cluster_routes(
        snapshot.manifests,
        kubernetes=snapshot.kubernetes_version,
        controller=wanted,
        unready=frozenset(given["no_endpoints"]),
        unknown=frozenset(w for c in snapshot.clusters for w in c.unknown_words),
    )
    _refuse_misspelt(given["no_endpoints"], snapshot, found)
    if not given["cluster"]:
        return found
    named = [each for each in found if each.cluster == given["cluster"]]
    if not named:
        raise unknown(
            "cluster with routes", given["cluster"], (each.cluster for each in found)
        )
    return named


def _controller(text: str) -> Controller:
    wanted = Controller.parse(text)
    if wanted.version and semver.version(wanted.version) is None:
        last = find_strategy(wanted.name).last_version
        raise InputError(
            f"--controller {text}: {wanted.version} is not a version",
            hint=f"write --controller {wanted.name}@{last}",
        )
    return wanted


def _refuse_misspelt(
    names: Iterable[str], snapshot: Snapshot, clusters: Sequence[ClusterRoutes]
) -> None:
    """Refuse the name of a Service that is neither there nor asked for.

    Raises:
        InputError: such a name would change nothing, and nobody would notice.
    """
    wanted = set(names)
    if not wanted:
        return
    known = {m.ref.path for m in snapshot.manifests if m.kind == "Service"}
    for cluster in clusters:
        for table in cluster.tables:
            known |= {place.service for place in table.places()}
    for name in sorted(wanted - known):
        raise unknown("Service", name, known - {""})
