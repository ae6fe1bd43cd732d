"""Ask the real controllers: apply a case, wait until they are done, look."""

import hashlib
import json
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from lab.api import Object
from lab.binaries import argocd_version
from lab.errors import ApiError, LabError
from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import GROUP, KINDS, Case
from lab.parity.rendering import Rendered, render
from lab.parity.settling import CONTROLLER, await_clusters, is_over, settled_sets
from lab.ports import is_answered

# Nothing in this lab acts on an Application: it generates, and it renders.
PARTS = ("applicationset-controller", "argocd-server")
REFRESH = "argocd.argoproj.io/application-set-refresh"
CRDS = "apiextensions.k8s.io/v1"
DEFINITION = "CustomResourceDefinition"
FIRST = (DEFINITION, "Secret", "ConfigMap", "AppProject")
FOLLOW_ROUNDS = 5
CLUSTER = ("argocd.argoproj.io/secret-type", "cluster")


class Answer(TypedDict):
    """What Argo CD made of a case. Everything in it is plain JSON.

    `refused` are documents that the API server did not accept, by kind and name.
    `sets` are the conditions of each ApplicationSet, `applications` what was
    generated (or given), `rendered` each one's objects or the reason for none.
    """

    argocd: str
    refused: dict[str, str]
    sets: dict[str, list[dict[str, str]]]
    applications: dict[str, Object]
    rendered: dict[str, Rendered]


class Oracle:
    """A lab that answers cases, one after another: they may use the same names."""

    def __init__(self, lab: Lab) -> None:
        """Take a lab that has `PARTS` running."""
        self.lab = lab
        self._served: dict[str, str] = {}

    def ask(self, case: Case, *, rendering: bool = True) -> Answer:
        """Return what Argo CD makes of a case; leave nothing of it behind."""
        self._publish(case)
        answer = Answer(
            argocd=argocd_version(), refused={}, sets={}, applications={}, rendered={}
        )
        applied: list[Object] = []
        before = self.lab.logged(CONTROLLER)
        try:
            for manifest in _in_order(case.placed()):
                if _is_set(manifest) and applied and not _is_set(applied[-1]):
                    await_clusters(self.lab, _clusters(applied), before)
                _apply(self.lab, manifest, applied, answer["refused"])
            sets = [one["metadata"]["name"] for one in applied if _is_set(one)]
            answer["sets"] = settled_sets(self.lab, sets)
            answer["applications"] = _applications(self.lab)
        finally:
            _remove(self.lab, applied)
        if rendering:
            answer["rendered"] = render(self.lab, answer["applications"])
        return answer

    def follow(self, case: Case) -> Answer:
        """Return what becomes of a case when Applications deploy Argo CD's objects.

        What an Application renders of Argo CD's own kinds (and the Secrets of
        clusters and repositories) is put beside the case's documents, and Argo CD is
        asked again, until nothing new appears.
        """
        for _ in range(FOLLOW_ROUNDS):
            answer = self.ask(case)
            known = {_identity(one) for one in case.placed()}
            found = [
                one
                for rendered in answer["rendered"].values()
                for one in rendered["objects"]
                if _is_argocds(one) and _identity(one) not in known
            ]
            if not found:
                return answer
            case = replace(case, documents=(*case.documents, *found))
        raise LabError(f"{case.name} goes on generating after {FOLLOW_ROUNDS} rounds")

    def _publish(self, case: Case) -> None:
        """Serve the case's repositories and charts, those that are not yet served."""
        lab = self.lab
        for url, files in case.repositories.items():
            content = fingerprint(files)
            if self._served.get(url) != content:
                name = f"case-{hashlib.sha256(url.encode()).hexdigest()[:10]}"
                found = lab.repositories.get(name) or lab.git(name, url=url)
                found.push(files, "Case", whole=True)
                self._served[url] = content
                _forget(lab)
        for url, folders in case.charts.items():
            for folder in folders:
                content = fingerprint(folder)
                if self._served.get(f"{url} {folder}") != content:
                    lab.chart(folder, url=url)
                    self._served[f"{url} {folder}"] = content
                    _forget(lab)


def _identity(manifest: Object) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def _is_argocds(manifest: Object) -> bool:
    labels = manifest.get("metadata", {}).get("labels") or {}
    if manifest["kind"] == "Secret":
        return "argocd.argoproj.io/secret-type" in labels
    return bool(manifest["apiVersion"] == GROUP and manifest["kind"] in KINDS)


def fingerprint(files: Path | Mapping[str, str | None]) -> str:
    """Return a digest of files' names and contents."""
    digest = hashlib.sha256()
    if isinstance(files, Path):
        paths = sorted(path for path in files.rglob("*") if path.is_file())
        named = {str(path.relative_to(files)): path.read_bytes() for path in paths}
    else:
        named = {name: (text or "").encode() for name, text in sorted(files.items())}
    for name, content in named.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _forget(lab: Lab) -> None:
    """Empty redis: references of a repository are remembered for seconds."""
    port = lab.site.port("redis")
    if not is_answered(port):
        return
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(64)


def _apply(
    lab: Lab, manifest: Object, applied: list[Object], refused: dict[str, str]
) -> None:
    if _is_set(manifest):
        # Without it, a Git generator may use references that it remembers.
        noted = {**(manifest["metadata"].get("annotations") or {}), REFRESH: "true"}
        metadata = {**manifest["metadata"], "annotations": noted}
        manifest = {**manifest, "metadata": metadata}
    if manifest["kind"] not in FIRST:
        lab.kubernetes.await_kind(manifest["apiVersion"], manifest["kind"])
    try:
        lab.kubernetes.create(manifest)
    except ApiError as error:
        name = f"{manifest['kind']} {manifest['metadata'].get('name', '')}"
        # The causes have an order of their own at every call; sorted, they compare.
        refused[name] = "; ".join(error.causes) or str(error)
    else:
        applied.append(manifest)


def _applications(lab: Lab) -> dict[str, Object]:
    """Return what Argo CD's users would see of every Application."""
    found = {}
    for one in lab.kubernetes.every(GROUP, "Application", ARGOCD_NAMESPACE):
        metadata = one["metadata"]
        owners = metadata.get("ownerReferences", [])
        found[metadata["name"]] = {
            "labels": metadata.get("labels", {}),
            "annotations": metadata.get("annotations", {}),
            "finalizers": metadata.get("finalizers", []),
            "owners": [f"{owner['kind']} {owner['name']}" for owner in owners],
            "spec": one["spec"],
        }
    return found


def _remove(lab: Lab, applied: Sequence[Object]) -> None:
    """Delete everything; no controller is there to work off a finalizer."""
    before = lab.logged(CONTROLLER)
    for manifest in applied:
        lab.kubernetes.delete(manifest, {"propagationPolicy": "Background"})

    def emptied() -> bool:
        # Until then it may make Applications of a set that is no more.
        over = is_over(lab)
        left = lab.kubernetes.every(GROUP, "Application", ARGOCD_NAMESPACE)
        for application in left:
            if application["metadata"].get("finalizers"):
                lab.kubernetes.patch(application, {"metadata": {"finalizers": None}})
            lab.kubernetes.delete(application)
        sets = lab.kubernetes.every(GROUP, "ApplicationSet", ARGOCD_NAMESPACE)
        return over and not left and not sets

    lab.wait(emptied, "the case is gone")
    await_clusters(lab, _clusters(applied), before)
    for manifest in applied:
        if manifest["kind"] == DEFINITION:
            name = manifest["metadata"]["name"]
            lab.wait(partial(_is_gone, lab, name), f"{name} is gone")


def _is_gone(lab: Lab, definition: str) -> bool:
    return lab.kubernetes.find(CRDS, DEFINITION, definition) is None


def _clusters(applied: Iterable[Object]) -> list[str]:
    key, value = CLUSTER
    return [
        one["metadata"]["name"]
        for one in applied
        if one["kind"] == "Secret"
        and one["metadata"].get("labels", {}).get(key) == value
    ]


def _in_order(manifests: Iterable[Object]) -> list[Object]:
    """Return what others need first."""
    rank = {kind: place for place, kind in enumerate((*FIRST, "ApplicationSet"))}
    return sorted(manifests, key=lambda one: rank.get(one["kind"], len(FIRST) - 1))


def _is_set(manifest: Object) -> bool:
    return bool(manifest["kind"] == "ApplicationSet")


def plain(answer: Any) -> str:
    """Return an answer as it is written to a golden file."""
    return json.dumps(answer, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
