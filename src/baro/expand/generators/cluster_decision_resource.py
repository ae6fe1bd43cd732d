"""The clusterDecisionResource generator, from fixtures: clusters that others chose."""

# Argo CD: applicationset/generators/duck_type.go

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.gotext import printed
from baro.expand.generators.fixtures import fixture
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Surroundings,
    Terminal,
)
from baro.expand.ports import StringMap
from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER
from baro.model.fieldpath import FieldPath

KEY = "clusterDecisionResource"
MATCHED = ("clusterName", "name", "cluster")
"""Keys of a decision that may name the cluster, as a ConfigMap's `matchKey` would."""


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the stated decisions whose cluster Argo CD knows.

    `values` are not templates here.
    """
    stated = fixture(KEY, path, around, "the cluster that decides")
    servers = {each.name: each.server for each in around.clusters}
    if LOCAL_SERVER not in servers.values():
        servers[LOCAL_NAME] = LOCAL_SERVER
    values = spec.get("values") or {}
    found = []
    for decision in stated:
        key = next((name for name in MATCHED if decision.get(name)), "")
        cluster = printed(decision.get(key, ""))
        if cluster in servers:
            found.append(
                Draft(_params(decision, cluster, servers[cluster], values, around))
            )
    return Drafts(found)


def _params(
    decision: Mapping[str, Any],
    cluster: str,
    server: str,
    values: Mapping[str, str],
    around: Surroundings,
) -> Params:
    params: Params = {"name": cluster, "server": server}
    params.update({key: printed(value) for key, value in decision.items()})
    if around.go_template:
        return {**params, "values": StringMap(values)} if values else params
    return {**params, **{f"values.{key}": text for key, text in values.items()}}


GENERATOR = Terminal(KEY, 5, drafts)
