"""The clusters generator: a parameter set for each cluster that Argo CD knows."""

# Argo CD: applicationset/generators/cluster.go, utils/clusterUtils.go

from collections.abc import Iterator, Mapping
from typing import Any

from baro.expand.applicationsets.gotext import normalized
from baro.expand.generators import selector as selectors
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Refusal,
    RefusedError,
    Surroundings,
    Terminal,
)
from baro.expand.ports import StringMap
from baro.model.cluster import LOCAL_NAME, LOCAL_SERVER, ClusterRegistration
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.secret import SECRET_TYPE_LABEL

KEPT_BACK = frozenset(
    {
        "argocd.argoproj.io/refresh",
        "argocd.argoproj.io/refresh-timestamp",
        "argocd.argoproj.io/hydrate",
        "argocd.argoproj.io/hydrate-timestamp",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
"""Annotations that are no parameters since Argo CD 3.6."""
_KEEPS_BACK = (3, 6, 0)
_FAILED = "error appending templated values for"


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the clusters that the selector takes, then the local one.

    The local cluster counts where nothing is selected and no Secret registers it.
    """
    selector = _selector(spec.get("selector") or {}, path, around)
    if not around.clusters_known:
        around.account.gap(path, _unknown(path, around))
    registered = [each for each in around.clusters if not each.implicit]
    for gap in _undecided(registered, selector, around):
        around.account.gap(path, gap)
    found = [
        Draft(_params(cluster, around), f"{_FAILED} cluster: ")
        for cluster in _by_name(registered, selector)
    ]
    is_registered = any(each.server == LOCAL_SERVER for each in registered)
    if not selector.requirements and not is_registered:
        found.append(Draft(_local(), f"{_FAILED} local cluster: "))
    together = "clusters" if spec.get("flatList") else ""
    return Drafts(found, spec.get("values") or {}, together=together)


def _selector(
    spec: Mapping[str, Any], path: FieldPath, around: Surroundings
) -> selectors.Selector:
    try:
        return selectors.parse(spec, of_labels=True)
    except selectors.SelectorError as error:
        at = (*path, "selector")
        raise RefusedError(
            Refusal(
                "error getting cluster secrets: "
                f"error converting label selector: {error}",
                at,
                around.locate(at),
            )
        ) from error


def labels(cluster: ClusterRegistration) -> Mapping[str, str]:
    """Return a cluster Secret's labels, the one that makes it one included."""
    return {SECRET_TYPE_LABEL: "cluster", **cluster.labels}


def _by_name(
    registered: list[ClusterRegistration], selector: selectors.Selector
) -> Iterator[ClusterRegistration]:
    """Yield one cluster a name, in the order of names.

    Argo CD keeps an arbitrary one of two Secrets with one name; here it is the last
    by the Secret's name, so that the order of registration does not matter.
    """
    ordered = sorted(registered, key=lambda each: (each.name, each.ref, each.server))
    chosen = {each.name: each for each in ordered if selector.matches(labels(each))}
    yield from chosen.values()


def _params(cluster: ClusterRegistration, around: Surroundings) -> Params:
    hidden = KEPT_BACK if around.version >= _KEEPS_BACK else frozenset()
    annotations = StringMap(
        (key, value) for key, value in cluster.annotations.items() if key not in hidden
    )
    params: Params = {
        "name": cluster.name,
        "nameNormalized": normalized(cluster.name),
        "server": cluster.server,
        "project": cluster.project,
    }
    if not around.go_template:
        for kind, pairs in (("annotations", annotations), ("labels", labels(cluster))):
            for key, value in pairs.items():
                params[f"metadata.{kind}.{key}"] = value
        return params
    metadata: dict[str, StringMap] = {}
    if cluster.annotations:
        metadata["annotations"] = annotations
    metadata["labels"] = StringMap(labels(cluster))
    return {**params, "metadata": metadata}


def _local() -> Params:
    return {
        "name": LOCAL_NAME,
        "nameNormalized": LOCAL_NAME,
        "server": LOCAL_SERVER,
        "project": "",
    }


def _undecided(
    registered: list[ClusterRegistration],
    selector: selectors.Selector,
    around: Surroundings,
) -> Iterator[Gap]:
    """Yield a gap for each label that is selected by and has no known value."""
    keys = {requirement.key for requirement in selector.requirements}
    for cluster in registered:
        for key in sorted(keys):
            if ("labels", key) in cluster.unknown:
                yield Gap(
                    subject=str(around.applicationset.ref),
                    reason=f"whether it selects cluster {cluster.name} is not known: "
                    f"its label {key} comes from a secret store",
                    closes_with="externalSecrets",
                    location=cluster.locate("labels", key),
                    ref=around.applicationset.ref,
                )


def _unknown(path: FieldPath, around: Surroundings) -> Gap:
    return Gap(
        subject=str(around.applicationset.ref),
        reason="which clusters are registered is not known",
        closes_with="clusters",
        location=around.locate(path),
        ref=around.applicationset.ref,
    )


GENERATOR = Terminal("clusters", 2, drafts)
