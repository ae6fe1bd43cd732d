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

from collections.abc import Iterator, Sequence

from baro.model import weburl
from baro.model.finding import Finding, Layer, Severity
from baro.rules.appconfig import backstages
from baro.rules.fronts import Front, fronts
from baro.rules.rule import Context, rule

_FIELDS = (("app", "baseUrl"), ("backend", "baseUrl"))


@rule("base-url-mismatch", Severity.ERROR, layer=Layer.IDENTITY)
def check(ctx: Context) -> Iterator[Finding]:
    for document in backstages(ctx.declared):
        served = list(fronts(ctx.declared, ctx.graph, document.config))
        for path in _FIELDS:
            url = weburl.parts(document.text(*path))
            host = url.hostname or ""
            if not served or not host or _covers(served, host, url.path):
                continue
            names = ", ".join(sorted({front.host + front.root for front in served}))
            nearest = next((f for f in served if f.serves(host)), served[0])
            yield ctx.finding(
                document.config,
                f"{'.'.join(path)} is {url.geturl()}, and its Ingress serves {names}",
                (document.evidence(*path), nearest.evidence(host)),
                fix=f"Make {'.'.join(path)} the URL that the Ingress serves.",
            )


def _covers(served: Sequence[Front], host: str, path: str) -> bool:
    below = path.rstrip("/") + "/"
    return any(
        front.serves(host) and below.startswith(f"{front.root}/") for front in served
    )
