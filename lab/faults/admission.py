"""An admission webhook of the lab's own: it refuses objects, or marks pods."""

import base64
import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit

from lab.api import Object
from lab.errors import ApiError
from lab.laboratory import Lab

Verdict = Callable[[Object], Object]
GROUP = "admissionregistration.k8s.io/v1"
PROBED = "lab.example.com/probe"
PROBE = "probe"


@contextmanager
def refusing(
    lab: Lab, webhook: str, rule: Mapping[str, list[str]], message: str
) -> Iterator[None]:
    """Refuse what matches a rule (apiGroups, apiVersions, resources, operations)."""

    def refuse(request: Object) -> Object:
        return _refusal(request, message)

    with _served(lab, refuse) as url:
        hook = _hook(lab, webhook, rule, url)
        with _configured(lab, "ValidatingWebhookConfiguration", hook):
            yield


@contextmanager
def annotating_pods(
    lab: Lab,
    namespace: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> Iterator[None]:
    """Annotate every pod that is created with these labels from now on."""

    def annotate(request: Object) -> Object:
        known = request["object"]["metadata"].get("annotations") or {}
        whole = {**known, **annotations}
        patch = [{"op": "add", "path": "/metadata/annotations", "value": whole}]
        return {
            "uid": request["uid"],
            "allowed": True,
            "patchType": "JSONPatch",
            "patch": base64.b64encode(json.dumps(patch).encode()).decode(),
        }

    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["pods"],
        "operations": ["CREATE"],
    }
    with _served(lab, annotate) as url:
        hook = _hook(lab, "pods.lab.example.com", rule, url)
        hook["objectSelector"] = {"matchLabels": dict(labels)}
        hook["namespaceSelector"] = {
            "matchLabels": {"kubernetes.io/metadata.name": namespace}
        }
        with _configured(lab, "MutatingWebhookConfiguration", hook):
            yield


def _refusal(request: Object, message: str) -> Object:
    return {"uid": request["uid"], "allowed": False, "status": {"message": message}}


def _hook(
    lab: Lab, name: str, rule: Mapping[str, list[str]], url: str
) -> dict[str, Any]:
    authority = lab.site.certificates.authority.read_bytes()
    return {
        "name": name,
        "rules": [dict(rule)],
        "clientConfig": {
            "url": url,
            "caBundle": base64.b64encode(authority).decode(),
        },
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "failurePolicy": "Fail",
        "timeoutSeconds": 30,
    }


@contextmanager
def _configured(lab: Lab, kind: str, hook: Object) -> Iterator[None]:
    """Register a webhook; begin and end when the API server does as it is told."""
    manifest = {
        "apiVersion": GROUP,
        "kind": kind,
        "metadata": {"name": hook["name"]},
        "webhooks": [hook, _probe(hook)],
    }
    lab.kubernetes.apply(manifest)
    try:
        lab.wait(lambda: _is_heard(lab), f"the API server asks {hook['name']}")
        yield
    finally:
        lab.kubernetes.delete(manifest)
        lab.wait(lambda: not _is_heard(lab), f"nobody asks {hook['name']} any more")


def _probe(hook: Object) -> Object:
    """Return a webhook beside another, which refuses what only the lab asks for.

    The API server learns of webhooks some time after their objects have come or gone,
    of all in one object at once.
    """
    client = {**hook["clientConfig"], "url": f"{hook['clientConfig']['url']}{PROBE}"}
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["configmaps"],
        "operations": ["CREATE"],
    }
    return {
        **hook,
        "name": "probe.lab.example.com",
        "clientConfig": client,
        "rules": [rule],
        "objectSelector": {"matchLabels": {PROBED: "true"}},
        "namespaceSelector": {},
    }


def _is_heard(lab: Lab) -> bool:
    metadata = {"name": "probe", "labels": {PROBED: "true"}}
    probe = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    path = lab.kubernetes.resource("v1", "ConfigMap").path("default")
    try:
        lab.kubernetes.request("POST", path, probe, dryRun="All")
    except ApiError as error:
        if "denied the request" not in str(error):
            raise
        return True
    return False


@contextmanager
def _served(lab: Lab, verdict: Verdict) -> Iterator[str]:
    port = lab.site.claims.claim()
    bound = type("Bound", (_Review,), {"verdict": staticmethod(verdict)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), bound)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(lab.site.certificates.server, lab.site.certificates.server_key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Review(http.server.BaseHTTPRequestHandler):
    """One question of the API server."""

    verdict: ClassVar[Verdict]

    def do_POST(self) -> None:
        """Answer an AdmissionReview."""
        size = int(self.headers["Content-Length"])
        request = json.loads(self.rfile.read(size))["request"]
        verdict = _refusal(request, PROBE) if self._is_probed() else None
        answer = {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "response": verdict or type(self).verdict(request),
        }
        content = json.dumps(answer).encode()
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _is_probed(self) -> bool:
        # The API server adds how long it will wait.
        return urlsplit(self.path).path == f"/{PROBE}"

    def log_message(self, *_: object) -> None:
        """Keep the terminal clean."""
