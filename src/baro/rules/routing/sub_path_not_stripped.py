"""An Ingress hands a sub-path on to a Backstage that does not know it.

Asks, for each Backstage whose base URL has a path (`https://platform.example/kr`), with
which path its backend would see `/kr/api/catalog`, and reports it where the `/kr` is
still there.

## Why it matters

The path in the base URL makes Backstage *write* such addresses.
Its backend listens at `/` all the same, and answers any path that it does not know with
its start page and status 200: the page opens, its scripts are HTML, and every API call
fails.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend: {baseUrl: 'https://platform.example/kr'}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: kr}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers: [{name: backend, image: 'ghcr.io/acme/backstage:1.49.4'}]
      volumes: [{name: config, configMap: {name: app-config}}]
---
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: kr}
spec: {selector: {app: backstage}, ports: [{port: 7007}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend: {baseUrl: 'https://platform.example/kr'}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: kr}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers: [{name: backend, image: 'ghcr.io/acme/backstage:1.49.4'}]
      volumes: [{name: config, configMap: {name: app-config}}]
---
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: kr}
spec: {selector: {app: backstage}, ports: [{port: 7007}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

With ingress-nginx: `path: /kr(/|$)(.*)`, `pathType: ImplementationSpecific` and
`rewrite-target: /$2`.
Probes stay without the path.

## Seen as

In the browser's console:

```text
Refused to execute script from 'https://platform.example/kr/static/main.js' \
because its MIME type ('text/html') is not executable
Unexpected token '<', "<!doctype "... is not valid JSON
```
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from baro.errors import InputError
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.answer import Answer
from baro.routing.request import Request
from baro.rules.appconfig import Document, backstages
from baro.rules.routed import path_field, routed, services_for
from baro.rules.rule import Context, rule

_CALL = "/api/catalog"


@rule("sub-path-not-stripped", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for document in backstages(ctx.declared):
        base = document.text("backend", "baseUrl").rstrip("/")
        prefix = _path(base)
        answer = _answer(ctx, document, f"{base}{_CALL}") if prefix else None
        if answer is None or not isinstance(answer.subject, Manifest):
            continue
        own = answer.service in services_for(ctx.graph, document.config.ref)
        if not own or answer.upstream_path != f"{prefix}{_CALL}":
            continue
        place = answer.place
        field = path_field(answer.subject, place.host, place.path) if place else ()
        yield ctx.finding(
            answer.subject,
            f"hands {prefix}{_CALL} on as it is, and the Backstage behind it, with the "
            f"base URL {base}, serves {_CALL}",
            (
                Evidence.of(answer.subject, field),
                document.evidence("backend", "baseUrl"),
            ),
            fix=f"Take {prefix} away on the way: path {prefix}(/|$)(.*), "
            "pathType ImplementationSpecific, rewrite-target /$2.",
        )


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _answer(ctx: Context, document: Document, url: str) -> Answer | None:
    """Return what becomes of a URL in the cluster of the application."""
    try:
        request = Request.of(url)
    except InputError:
        return None
    for cluster in routed(ctx.declared):
        if cluster.cluster == document.config.cluster:
            return cluster.answer(request)
    return None
