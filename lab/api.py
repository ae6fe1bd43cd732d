"""A small client of the Kubernetes API: JSON in, JSON out."""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from lab.certificates import Certificates
from lab.errors import ApiError

Object = dict[str, Any]
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
MANAGER = "lab"
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as the API serves it."""

    api_version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """Return the path of an object, or of a collection without a name."""
        root = "/api" if "/" not in self.api_version else "/apis"
        parts = [root, self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace)]
        parts.append(self.plural)
        parts += [quote(part) for part in (name, subresource) if part]
        return "/".join(parts)


class Api:
    """The API server, as its administrator sees it. Safe to share by threads."""

    def __init__(self, port: int, certificates: Certificates) -> None:
        """Trust the lab's authority; connect on first use."""
        self.port = port
        self._tls = ssl.create_default_context(cafile=certificates.authority)
        self._tls.load_cert_chain(certificates.admin, certificates.admin_key)
        self._resources: dict[tuple[str, str], Resource] = {}
        self._connections = threading.local()
        self._open: list[http.client.HTTPSConnection] = []

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = "application/json",
        **query: str,
    ) -> Object:
        """Return the API server's answer; raise `ApiError` for a failure.

        A body that is bytes is sent as it is, anything else as JSON.
        """
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{path}?{urlencode(query)}" if query else path
        status, text = self._send(
            method, url, None if body is None else payload, content_type
        )
        answer = _decoded(text)
        if status >= http.HTTPStatus.BAD_REQUEST:
            message = str(answer.get("message") or text[:500])
            causes = (answer.get("details") or {}).get("causes") or []
            fields = sorted(f"{one.get('field')}: {one['message']}" for one in causes)
            reason = str(answer.get("reason", ""))
            raise ApiError(status, reason, message, tuple(fields))
        return answer

    def _send(
        self, method: str, url: str, payload: bytes | None, content_type: str
    ) -> tuple[int, str]:
        for last in (False, True):
            connection = self._connection()
            try:
                connection.request(method, url, payload, {"Content-Type": content_type})
                response = connection.getresponse()
                return response.status, response.read().decode()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if last or isinstance(error, TimeoutError):
                    reason = f"the API server does not answer: {error}"
                    raise ApiError(0, "Unreachable", reason) from None
        raise AssertionError  # the loop returns or raises

    def _connection(self) -> http.client.HTTPSConnection:
        found: http.client.HTTPSConnection | None
        found = getattr(self._connections, "one", None)
        if found is None:
            found = http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=self._tls, timeout=SECONDS
            )
            self._connections.one = found
            self._open.append(found)
        return found

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._open:
            connection.close()

    def resource(self, api_version: str, kind: str) -> Resource:
        """Return how the API serves a kind; ask again for kinds not seen yet."""
        key = (api_version, kind)
        if key not in self._resources:
            root = "/api" if "/" not in api_version else "/apis"
            for listed in self.request("GET", f"{root}/{api_version}")["resources"]:
                if "/" not in listed["name"]:
                    found = Resource(api_version, listed["name"], listed["namespaced"])
                    self._resources[api_version, listed["kind"]] = found
        if key not in self._resources:
            raise ApiError(404, "NotFound", f"no kind {kind} in {api_version}")
        return self._resources[key]

    def await_kind(self, api_version: str, kind: str) -> Resource:
        """Wait until the API serves a kind that was defined a moment ago."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return self.resource(api_version, kind)
            except ApiError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def path(self, manifest: Object, subresource: str = "") -> str:
        """Return the path of a manifest's object."""
        resource = self.resource(manifest["apiVersion"], manifest["kind"])
        metadata = manifest["metadata"]
        namespace = metadata.get("namespace") or "default"
        return resource.path(namespace, metadata["name"], subresource)

    def apply(self, manifest: Object) -> Object:
        """Create or change an object by server-side apply."""
        body = json.dumps(manifest).encode()
        return self.apply_text(self.path(manifest), body)

    def apply_text(self, path: str, body: bytes) -> Object:
        """Apply one document as it is written, without reading it here."""
        return self.request(
            *("PATCH", path, body, APPLY_PATCH), fieldManager=MANAGER, force="true"
        )

    def create(self, manifest: Object) -> Object:
        """Create an object."""
        resource = self.resource(manifest["apiVersion"], manifest["kind"])
        namespace = manifest["metadata"].get("namespace") or "default"
        return self.request("POST", resource.path(namespace), manifest)

    def get(
        self, api_version: str, kind: str, name: str, namespace: str = ""
    ) -> Object:
        """Return an object; raise `ApiError` when it is not there."""
        resource = self.resource(api_version, kind)
        return self.request("GET", resource.path(namespace, name))

    def find(
        self, api_version: str, kind: str, name: str, namespace: str = ""
    ) -> Object | None:
        """Return an object, or nothing when it is not there."""
        try:
            return self.get(api_version, kind, name, namespace)
        except ApiError as error:
            if error.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def every(
        self, api_version: str, kind: str, namespace: str = "", **query: str
    ) -> list[Object]:
        """Return all objects of a kind, in one namespace or in all."""
        resource = self.resource(api_version, kind)
        answer = self.request("GET", resource.path(namespace), **query)
        found: list[Object] = answer["items"]
        return [{"apiVersion": api_version, "kind": kind} | one for one in found]

    def patch(
        self,
        manifest: Object,
        change: object,
        content_type: str = MERGE_PATCH,
        subresource: str = "",
    ) -> Object:
        """Change an object by a merge patch, or by a patch of another type."""
        path = self.path(manifest, subresource)
        return self.request("PATCH", path, change, content_type)

    def delete(
        self, manifest: Object, options: Mapping[str, Any] | None = None
    ) -> None:
        """Delete an object; one that is gone already is no failure."""
        try:
            self.request("DELETE", self.path(manifest), dict(options or {}))
        except ApiError as error:
            if error.status != http.HTTPStatus.NOT_FOUND:
                raise


def _decoded(text: str) -> Object:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
