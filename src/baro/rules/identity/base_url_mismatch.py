"""An application thinks that it lives at another URL than its Ingress serves.

Compares the base URL in a Backstage's configuration with the hosts and paths of the
Ingresses in front of the Pods that mount this configuration.

## Why it matters

The page comes from the Ingress's URL; its scripts, its API calls and its login come
from the base URL.
They meet another instance, a certificate for another name, or nothing.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://backstage.platform.example'}
    backend: {baseUrl: 'https://backstage.platform.example'}
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
  rules:
    - host: kr.platform.example
      http:
        paths:
          - path: /
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
    app: {baseUrl: 'https://kr.platform.example'}
    backend: {baseUrl: 'https://kr.platform.example'}
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
  rules:
    - host: kr.platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Write the Ingress's host and path into `app.baseUrl` and `backend.baseUrl`, or serve
that host by the Ingress.
Give both from one value, so that they cannot drift.

## Seen as

In the browser's console, on an otherwise blank page:

```text
GET https://backstage.platform.example/static/main.js net::ERR_ABORTED 404
Access to fetch has been blocked by CORS policy
```
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from baro.graph.graph import Relation
from baro.graph.relations.routes import ingress_services
from baro.model.fieldpath import get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.rules.appconfig import backstages
from baro.rules.rule import Context, rule

_FIELDS = (("app", "baseUrl"), ("backend", "baseUrl"))
_LITERAL = re.compile(r"[^(\[{.*+?|^$\\]*")


@rule("base-url-mismatch", Severity.ERROR, layer=Layer.IDENTITY)
def check(ctx: Context) -> Iterator[Finding]:
    for document in backstages(ctx.declared):
        ingresses = list(_in_front(ctx, document.config))
        served = {place: i for i in ingresses for place in _places(i)}
        for path in _FIELDS:
            url = urlsplit(document.text(*path))
            if (
                not served
                or not url.hostname
                or _covers(served, url.hostname, url.path)
            ):
                continue
            names = ", ".join(sorted(host + root for host, root in served))
            yield ctx.finding(
                document.config,
                f"{'.'.join(path)} is {url.geturl()}, and its Ingress serves {names}",
                (
                    document.evidence(*path),
                    Evidence.of(ingresses[0], "spec.rules"),
                ),
                fix=f"Make {'.'.join(path)} the URL that the Ingress serves.",
            )


def _in_front(ctx: Context, config: Manifest) -> Iterator[Manifest]:
    """Yield the Ingresses before the Pods that mount a ConfigMap."""
    workloads = {
        edge.dependent
        for edge in ctx.graph.dependents(config.ref)
        if edge.relation is Relation.MOUNTS
    }
    services = {
        edge.dependent
        for workload in workloads
        for edge in ctx.graph.dependents(workload)
        if edge.relation is Relation.SELECTS
    }
    for ingress in ctx.declared.of_kind("Ingress"):
        names = {
            (service.namespace, service.name, service.cluster) for service in services
        }
        if any(
            (ingress.ref.namespace, name, ingress.cluster) in names
            for name, _ in ingress_services(ingress)
        ):
            yield ingress


def _places(ingress: Manifest) -> Iterator[tuple[str, str]]:
    """Yield each host with the literal beginning of each of its paths."""
    for entry in ingress.sequence("spec", "rules"):
        host = get(entry, ("host",))
        paths = get(entry, ("http", "paths"))
        for path in paths if isinstance(paths, list) else ():
            written = get(path, ("path",)) or "/"
            literal = _LITERAL.match(str(written))
            root = literal[0].rstrip("/") if literal is not None else ""
            yield str(host or "*"), root


def _covers(served: dict[tuple[str, str], Manifest], host: str, path: str) -> bool:
    below = path.rstrip("/") + "/"
    return any(
        _is_host(pattern, host) and below.startswith(f"{root}/")
        for pattern, root in served
    )


def _is_host(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return pattern in ("*", host)
