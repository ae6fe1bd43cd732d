"""When the ApplicationSet controller is done with a set, and what it says of it."""

import http.client
import re
import time
from collections.abc import Iterable
from functools import partial

from lab.errors import WaitError
from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import GROUP

AGAIN = "lab.example.com/asked-again"
CONFLICT = "the object has been modified"
STATUS_FIELDS = ("type", "status", "reason", "message")
METRICS_SECONDS = 120
TRIES = 20
# Reconciliations that run, and those that wait for one to end.
BUSY = (
    r"^(?:controller_runtime_active_workers|workqueue_depth)"
    r'\{controller="applicationset".*\} (\d+)$'
)

CONTROLLER = "applicationset-controller"
# What it logs once a cluster's Secret, come or gone, is in its memory.
CLUSTER_EVENT = r'"msg":"processing event for cluster secret","name":"([^"]*)"'

Conditions = list[dict[str, str]]


def settled_sets(lab: Lab, names: Iterable[str]) -> dict[str, Conditions]:
    """Wait until each ApplicationSet is done, or has failed; return its conditions."""
    return {
        name: lab.wait(
            partial(_settled_conditions, lab, name),
            f"the ApplicationSet {name} is reconciled",
        )
        for name in names
    }


def await_clusters(lab: Lab, names: Iterable[str], since: int) -> None:
    """Wait until the controller knows that the Secrets of clusters came, or went.

    `since` is how much it had logged before.
    """
    wanted = set(names)
    lab.wait(
        lambda: wanted <= set(re.findall(CLUSTER_EVENT, lab.log(CONTROLLER, since))),
        f"the controller has noticed {', '.join(sorted(wanted))}",
    )


def is_over(lab: Lab) -> bool:
    """Tell whether the controller knows of no set any more, and does nothing."""
    text = _metrics(lab)
    busy = sum(int(count) for count in re.findall(BUSY, text, re.MULTILINE))
    return "\nargocd_appset_info{" not in text and not busy


def _settled_conditions(lab: Lab, name: str) -> Conditions:
    conditions = _conditions(lab, name)
    if _states(conditions).get("ErrorOccurred") == "True":
        # The controller may not have seen all that was applied with it.
        # Besides, what is wrong is said first; what is right is still being created.
        conditions = _repeated_conditions(lab, name)
    if any(CONFLICT in one["message"] for one in conditions):
        return []  # it lost a race for one object, and will try again
    stated = _states(conditions)
    failed = stated.get("ErrorOccurred") == "True"
    return conditions if failed or stated.get("ResourcesUpToDate") == "True" else []


def _repeated_conditions(lab: Lab, name: str) -> Conditions:
    """Ask until two answers, one after the other, are the same; return the last."""
    before: object = None
    for _ in range(TRIES):
        _reconcile_again(lab, name)
        conditions = _conditions(lab, name)
        made = lab.kubernetes.every(GROUP, "Application", ARGOCD_NAMESPACE)
        answer = _states(conditions), sorted(one["metadata"]["name"] for one in made)
        if answer == before:
            return conditions
        before = answer
    raise WaitError(f"the ApplicationSet {name} never comes to rest: {before}")


def _reconcile_again(lab: Lab, name: str) -> None:
    """Let the controller look at a set once more, and wait until it has."""
    before = _reconciliations(lab, name)
    found = lab.kubernetes.get(GROUP, "ApplicationSet", name, ARGOCD_NAMESPACE)
    change = {"metadata": {"annotations": {AGAIN: str(time.monotonic_ns())}}}
    lab.kubernetes.patch(found, change)
    lab.wait(lambda: _reconciliations(lab, name) != before, f"another look at {name}")


def _reconciliations(lab: Lab, name: str) -> int:
    """Return how often the controller has looked at a set, from its metrics."""
    labels = rf'\{{name="{re.escape(name)}",namespace="{ARGOCD_NAMESPACE}"\}}'
    count = rf"^argocd_appset_reconcile_count{labels} (\d+)$"
    found = re.search(count, _metrics(lab), re.MULTILINE)
    return int(found[1]) if found else 0


def _metrics(lab: Lab) -> str:
    port = lab.site.port("applicationset-metrics")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=METRICS_SECONDS)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def _conditions(lab: Lab, name: str) -> Conditions:
    found = lab.kubernetes.get(GROUP, "ApplicationSet", name, ARGOCD_NAMESPACE)
    conditions = found.get("status", {}).get("conditions", [])
    return sorted(
        ({key: one.get(key, "") for key in STATUS_FIELDS} for one in conditions),
        key=lambda one: one["type"],
    )


def _states(conditions: Iterable[dict[str, str]]) -> dict[str, str]:
    return {one["type"]: one["status"] for one in conditions}
