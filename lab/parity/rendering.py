"""What Argo CD renders for an Application, asked from its API server."""

import http.client
import json
import re
from collections.abc import Mapping
from typing import TypedDict
from urllib.parse import quote

from lab.api import Object
from lab.errors import ApiError
from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import GROUP

IN_CLUSTER = "https://kubernetes.default.svc"
SECONDS = 600


class Rendered(TypedDict):
    """The objects that were rendered, or the error in Argo CD's words."""

    objects: list[Object]
    error: str


def render(lab: Lab, applications: Mapping[str, Object]) -> dict[str, Rendered]:
    """Return what each Application renders to, in Argo CD's own order.

    Every one is rendered for the lab's own cluster, wherever it would be deployed:
    another cluster would first have to exist. Its name, namespace and sources, which
    are what rendering uses, stay.
    """
    return {name: _one(lab, name, found) for name, found in applications.items()}


def _one(lab: Lab, name: str, application: Object) -> Rendered:
    spec = application["spec"]
    namespace = spec.get("destination", {}).get("namespace")
    destination = {"server": IN_CLUSTER}
    if namespace:
        destination["namespace"] = namespace
    manifest = {
        "apiVersion": GROUP,
        "kind": "Application",
        "metadata": {
            "name": name,
            "namespace": ARGOCD_NAMESPACE,
            "annotations": application.get("annotations", {}),
        },
        "spec": {**spec, "destination": destination, "project": "default"},
    }
    try:
        made = lab.kubernetes.create(manifest)
    except ApiError as error:
        return Rendered(objects=[], error=str(error))
    try:
        answers: list[Rendered] = lab.wait(
            lambda: _manifests(lab, name, made["metadata"]["uid"]),
            f"{name} is rendered",
        )
        return answers[0]
    finally:
        lab.kubernetes.delete(manifest)


def _manifests(lab: Lab, name: str, uid: str) -> list[Rendered]:
    """Ask once; no answer while Argo CD's server has not seen this Application yet.

    It may still know an earlier one of the same name.
    """
    path = f"/api/v1/applications/{quote(name)}"
    status, known = _asked(lab, path)
    if status == http.HTTPStatus.OK and known["metadata"]["uid"] != uid:
        return []
    status, answer = _asked(lab, f"{path}/manifests")
    if status in {http.HTTPStatus.NOT_FOUND, http.HTTPStatus.FORBIDDEN}:
        return []
    if status != http.HTTPStatus.OK:
        message = str(answer.get("message", answer))
        return [Rendered(objects=[], error=_everywhere(lab, message))]
    texts = answer.get("manifests") or []
    return [Rendered(objects=[json.loads(text) for text in texts], error="")]


def _asked(lab: Lab, path: str) -> tuple[int, Object]:
    port = lab.site.port("argocd-server")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def _everywhere(lab: Lab, message: str) -> str:
    """Return a message without the folders and ports of this one lab."""
    folder = re.escape(str(lab.site.state))
    message = re.sub(rf"{folder}[^\s'\":,)]*", "<folder>", message)
    return re.sub(r"127\.0\.0\.1:\d+", "<address>", message)
