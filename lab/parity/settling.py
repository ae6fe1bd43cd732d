"""When the ApplicationSet controller is done: its conditions, and what it is doing."""

import http.client
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import GROUP

AGAIN = "lab.example.com/asked-again"
CONFLICT = "the object has been modified"
STATUS_FIELDS = ("type", "status", "reason", "message")
QUIET_SECONDS = 0.7
SETTLE_SECONDS = 180
METRICS_SECONDS = 30
COUNTS = re.compile(r"^(\w+)\{controller=\"applicationset\".*\} (\S+)$", re.MULTILINE)
BUSY = ("controller_runtime_active_workers", "workqueue_depth")
FINISHED = "controller_runtime_reconcile_time_seconds_count"


@dataclass(frozen=True, slots=True)
class Activity:
    """How many reconciliations run or wait, and how many ended so far."""

    busy: int
    finished: int


def settled_sets(lab: Lab, names: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Wait until each ApplicationSet is done, or has failed; return its conditions."""
    return {
        name: lab.wait(
            partial(_settled_conditions, lab, name),
            f"the ApplicationSet {name} is reconciled",
            SETTLE_SECONDS,
        )
        for name in names
    }


def activity(lab: Lab) -> Activity:
    """Return what the controller is doing now, from its metrics."""
    port = lab.site.port("applicationset-metrics")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=METRICS_SECONDS)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    counts = [(name, int(float(count))) for name, count in COUNTS.findall(text)]
    return Activity(
        busy=sum(count for name, count in counts if name in BUSY),
        finished=sum(count for name, count in counts if name == FINISHED),
    )


def _settled_conditions(lab: Lab, name: str) -> list[dict[str, str]]:
    if activity(lab).busy:
        return []
    conditions = _conditions(lab, name)
    if _states(conditions).get("ErrorOccurred") == "True":
        # The controller may not have seen all that was applied with it: ask again.
        # Besides, what is wrong is said first; what is right is still being created.
        _reconcile_again(lab, name)
        conditions = _quiet_conditions(lab, name)
    if any(CONFLICT in one["message"] for one in conditions):
        return []  # it lost a race for one object, and will try again
    stated = _states(conditions)
    failed = stated.get("ErrorOccurred") == "True"
    return conditions if failed or stated.get("ResourcesUpToDate") == "True" else []


def _reconcile_again(lab: Lab, name: str) -> None:
    """Let the controller look at a set once more, and wait until it has."""
    before = activity(lab).finished
    found = lab.kubernetes.get(GROUP, "ApplicationSet", name, ARGOCD_NAMESPACE)
    change = {"metadata": {"annotations": {AGAIN: str(time.monotonic_ns())}}}
    lab.kubernetes.patch(found, change)
    lab.wait(lambda: activity(lab).finished > before, f"another look at {name}")


def _quiet_conditions(lab: Lab, name: str) -> list[dict[str, str]]:
    """Wait until nothing changes and the controller has nothing left to do."""

    def look() -> tuple[list[dict[str, str]], list[str]]:
        made = lab.kubernetes.every(GROUP, "Application", ARGOCD_NAMESPACE)
        names = sorted(one["metadata"]["name"] for one in made)
        return _conditions(lab, name), names

    seen, since = look(), time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        lab.processes.check()
        time.sleep(0.1)
        now = look()
        if now != seen or activity(lab).busy:
            seen, since = now, time.monotonic()
    return seen[0]


def _conditions(lab: Lab, name: str) -> list[dict[str, str]]:
    found = lab.kubernetes.get(GROUP, "ApplicationSet", name, ARGOCD_NAMESPACE)
    conditions = found.get("status", {}).get("conditions", [])
    return sorted(
        ({key: one.get(key, "") for key in STATUS_FIELDS} for one in conditions),
        key=lambda one: one["type"],
    )


def _states(conditions: Iterable[dict[str, str]]) -> dict[str, str]:
    return {one["type"]: one["status"] for one in conditions}
