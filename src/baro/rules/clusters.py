"""Which clusters a cluster generator means."""

import re
from collections.abc import Iterator

from baro.model.cluster import LOCAL_SERVER, ClusterRegistration
from baro.model.expansion import Failure, Generation, GeneratorOutcome
from baro.model.selector import matches, requirements
from baro.model.snapshot import Snapshot

_READ = re.compile(r"<\.metadata\.(labels|annotations)(?:\.([^<>\s]+))?>")
_TAG = re.compile(r"\{\{-?\s*\.?metadata\.(labels|annotations)\.([^\s}|)]+)")
_KEY = re.compile(r'map has no entry for key "([^"]*)"')


def registered(snapshot: Snapshot) -> list[ClusterRegistration]:
    """Return the clusters that somebody registered."""
    return [cluster for cluster in snapshot.clusters if not cluster.implicit]


def selected(
    snapshot: Snapshot, outcome: GeneratorOutcome
) -> Iterator[ClusterRegistration]:
    """Yield the clusters that a cluster generator accepts."""
    # Argo CD: applicationset/generators/cluster.go, getSecretsByClusterName
    everything = not list(requirements(outcome.selector))
    local = any(c.server == LOCAL_SERVER for c in registered(snapshot))
    for cluster in snapshot.clusters:
        if cluster.implicit:
            if everything and not local:
                yield cluster
        elif matches(outcome.selector, cluster.labels):
            yield cluster


def cluster_generators(generation: Generation) -> Iterator[GeneratorOutcome]:
    """Yield the cluster generators that decide which Applications there are.

    Children of a merge after its first only add parameters to what the first yields.
    """
    for outcome in generation.generators:
        if outcome.kind == "clusters" and not adds_only(outcome):
            yield outcome


def adds_only(outcome: GeneratorOutcome) -> bool:
    """Tell whether a generator is a later child of a merge."""
    path = outcome.within
    return any(
        path[at : at + 2] == ("merge", "generators") and path[at + 2 : at + 3] != (0,)
        for at in range(len(path))
    )


def missing_key(failure: Failure) -> tuple[str, str] | None:
    """Return the (`labels` or `annotations`, key) that a template missed, if any."""
    read, key = _READ.search(failure.message), _KEY.search(failure.message)
    if read is None or key is None:
        return None
    return read.group(1), read.group(2) or key.group(1)


def lacking(
    snapshot: Snapshot, generation: Generation, part: str, key: str
) -> list[ClusterRegistration]:
    """Return the selected clusters without a label or annotation, each once."""
    found: dict[str, ClusterRegistration] = {}
    for outcome in cluster_generators(generation):
        for cluster in selected(snapshot, outcome):
            if key not in (cluster.labels if part == "labels" else cluster.annotations):
                found.setdefault(cluster.name, cluster)
    return list(found.values())


def keys_read(text: str) -> Iterator[tuple[str, str]]:
    """Yield what of a cluster's metadata a template prints: part and key."""
    yield from _TAG.findall(text)


def hidden(cluster: ClusterRegistration, key: str) -> bool:
    """Tell whether a label comes from a secret store and is not known."""
    return ("labels", key) in cluster.unknown


def alike(value: str, wanted: str) -> bool:
    """Tell whether two words are equal but for what people overlook.

    Case, spaces around them, quotes, `_` for `-`, and the spelling of a truth.
    """
    one, other = _folded(value), _folded(wanted)
    if one == other:
        return True
    return one in _TRUTH and other in _TRUTH and _TRUTH[one] is _TRUTH[other]


_TRUTH = {
    **dict.fromkeys(("true", "yes", "on", "y", "1", "enabled"), True),
    **dict.fromkeys(("false", "no", "off", "n", "0", "disabled"), False),
}


def _folded(value: str) -> str:
    return value.strip().strip("'\"").strip().casefold().replace("_", "-")
