"""Faults of objects in the cluster: finalizers, operations, secrets, selectors."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from lab.api import Object
from lab.faults.admission import refusing
from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE

HELD = "lab.example.com/held"
ARGOCD = "argoproj.io/v1alpha1"
RETRY_SOON = {"duration": "2s", "factor": 1, "maxDuration": "2s"}


@contextmanager
def admission_refuses(
    lab: Lab,
    rule: Mapping[str, list[str]],
    message: str = "the lab was told to refuse this",
    webhook: str = "validate.lab.example.com",
) -> Iterator[None]:
    """Let an admission webhook refuse what matches a rule."""
    with refusing(lab, webhook, rule, message):
        yield


@contextmanager
def finalizer_stays(lab: Lab, manifest: Object) -> Iterator[None]:
    """Put a finalizer on an object that nobody but the end of the fault removes."""
    found = lab.kubernetes.request("GET", lab.kubernetes.path(manifest))
    known = found["metadata"].get("finalizers", [])
    lab.kubernetes.patch(manifest, {"metadata": {"finalizers": [*known, HELD]}})
    try:
        yield
    finally:
        metadata = manifest["metadata"]
        left = lab.kubernetes.find(
            manifest["apiVersion"],
            manifest["kind"],
            metadata["name"],
            metadata.get("namespace", ""),
        )
        if left is not None:
            kept = [one for one in left["metadata"]["finalizers"] if one != HELD]
            lab.kubernetes.patch(manifest, {"metadata": {"finalizers": kept}})


@contextmanager
def operation_pinned(
    lab: Lab, application: str, revisions: Sequence[str], retries: int = -1
) -> Iterator[None]:
    """Start a sync operation pinned to revisions; -1 retries it without end.

    Afterwards the operation is ended as `argocd app terminate-op` ends it.
    """
    pinned = list(revisions)

    def started() -> bool:
        # An operation that is about to end takes a new one with it: try again then.
        found = lab.kubernetes.get(ARGOCD, "Application", application, ARGOCD_NAMESPACE)
        status = found.setdefault("status", {})
        running = status.get("operationState", {}).get("operation", {})
        if running.get("sync", {}).get("revisions") == pinned:
            return True
        if "operation" not in found:
            status.pop("operationState", None)
            sync = {"sources": found["spec"]["sources"], "revisions": pinned}
            found["operation"] = {
                "initiatedBy": {"username": "lab"},
                "sync": sync,
                "retry": {"limit": retries, "backoff": RETRY_SOON},
            }
            lab.kubernetes.request("PUT", lab.kubernetes.path(found), found)
        return False

    lab.wait(started, f"an operation of {application} at {pinned} starts")
    try:
        yield
    finally:
        terminate(lab, application)


def terminate(lab: Lab, application: str) -> None:
    """End an Application's running operation, if there is one."""

    def told() -> bool:
        # One that nobody has begun yet has no state, and the API server refuses a phase
        # alone; one that has ended meanwhile would stay Terminating: try again then.
        found = lab.application(application)
        if found is not None and "operation" in found:
            seen = {"resourceVersion": found["metadata"]["resourceVersion"]}
            ending = {"operationState": {"phase": "Terminating"}}
            lab.kubernetes.patch(found, {"metadata": seen, "status": ending})
        return True

    lab.wait(told, f"the operation of {application} is told to end")


@contextmanager
def secret_regenerated(lab: Lab, namespace: str, name: str) -> Iterator[Object]:
    """Delete a Secret whose operator makes it anew with other values.

    Yields the Secret as it was. Afterwards it has its old values again, with the
    annotations by which external-secrets knows that they are its own.
    """
    old = lab.kubernetes.get("v1", "Secret", name, namespace)
    lab.kubernetes.delete(old)

    def made_anew() -> bool:
        found = lab.kubernetes.find("v1", "Secret", name, namespace)
        return found is not None and found["metadata"]["uid"] != old["metadata"]["uid"]

    lab.wait(made_anew, f"the Secret {namespace}/{name} is made anew")
    try:
        yield old
    finally:
        annotations = old["metadata"].get("annotations", {})
        restored = {"data": old["data"], "metadata": {"annotations": annotations}}
        lab.kubernetes.patch(old, restored)


@contextmanager
def service_selects_nothing(lab: Lab, namespace: str, name: str) -> Iterator[None]:
    """Let a Service select a label that no pod has."""
    service = lab.kubernetes.get("v1", "Service", name, namespace)
    nobody = {HELD: "nobody"}
    lab.kubernetes.patch(service, {"spec": {"selector": nobody}})
    try:
        yield
    finally:
        restored = {**service["spec"]["selector"], HELD: None}
        lab.kubernetes.patch(service, {"spec": {"selector": restored}})
