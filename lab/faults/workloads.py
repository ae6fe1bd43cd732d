"""Faults of nodes, pods and volumes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lab.api import Object
from lab.errors import ApiError
from lab.faults.admission import annotating_pods
from lab.laboratory import Lab
from lab.parts.kubernetes import node

MARK = "lab.example.com/fault"


@contextmanager
def pod_crashes(lab: Lab, namespace: str, labels: Mapping[str, str]) -> Iterator[None]:
    """Keep the pods with these labels, and their successors, in CrashLoopBackOff."""
    with _marked(lab, namespace, labels, "crash"):
        yield


@contextmanager
def pod_stays_unready(
    lab: Lab, namespace: str, labels: Mapping[str, str]
) -> Iterator[None]:
    """Keep the pods with these labels, and their successors, running and unready."""
    with _marked(lab, namespace, labels, "unready"):
        yield


@contextmanager
def pod_evicted(lab: Lab, namespace: str, labels: Mapping[str, str]) -> Iterator[None]:
    """Evict the pods as a kubelet does whose node runs out of memory.

    Afterwards what is left of the evicted pods is removed.
    """
    evicted = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory. ",
    }
    victims = _pods(lab, namespace, labels)
    for pod in victims:
        lab.kubernetes.patch(pod, {"status": evicted}, subresource="status")
    try:
        yield
    finally:
        for pod in victims:
            uid = {"preconditions": {"uid": pod["metadata"]["uid"]}}
            try:
                lab.kubernetes.delete(pod, uid)
            except ApiError as error:
                if error.reason != "Conflict":  # its successor has the same name
                    raise


@contextmanager
def nodes_gone(lab: Lab) -> Iterator[None]:
    """Take every node away with the pods on it; afterwards give them back."""
    gone = [found["metadata"]["name"] for found in lab.kubernetes.every("v1", "Node")]
    for name in gone:
        lab.kubernetes.delete(node(name))
    for pod in lab.kubernetes.every("v1", "Pod"):
        if pod["spec"].get("nodeName") in gone:
            lab.kubernetes.delete(pod, {"gracePeriodSeconds": 0})
    try:
        yield
    finally:
        for name in gone:
            lab.kubernetes.apply(node(name))


@contextmanager
def volumes_pending(lab: Lab) -> Iterator[None]:
    """Let nobody provision volumes."""
    pause = lab.site.state / "volumes.paused"
    pause.touch()
    try:
        yield
    finally:
        pause.unlink()


@contextmanager
def _marked(
    lab: Lab, namespace: str, labels: Mapping[str, str], mark: str
) -> Iterator[None]:
    with annotating_pods(lab, namespace, labels, {MARK: mark}):
        for pod in _pods(lab, namespace, labels):
            lab.kubernetes.patch(pod, {"metadata": {"annotations": {MARK: mark}}})
        try:
            yield
        finally:
            for pod in _pods(lab, namespace, labels):
                lab.kubernetes.patch(pod, {"metadata": {"annotations": {MARK: None}}})


def _pods(lab: Lab, namespace: str, labels: Mapping[str, str]) -> list[Object]:
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    return lab.kubernetes.every("v1", "Pod", namespace, labelSelector=selector)
