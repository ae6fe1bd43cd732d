"""A redirect of one Ingress answers for all paths that nobody has.

Reports a host whose unmatched paths are redirected, because the oldest of its Ingresses
carries `permanent-redirect` or `temporal-redirect` and no Ingress has `/`.

## Why it matters

ingress-nginx gives every host a `/`, with the annotations of the oldest Ingress.
Instead of 404, every URL that nobody serves is sent away; which Ingress is the oldest
changes when one is created anew.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: old-docs
  namespace: docs
  annotations:
    nginx.ingress.kubernetes.io/permanent-redirect: https://docs.platform.example/
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /docs
            pathType: Prefix
            backend: {service: {name: docs, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: old-docs
  namespace: docs
  annotations:
    nginx.ingress.kubernetes.io/permanent-redirect: https://docs.platform.example/
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /docs
            pathType: Prefix
            backend: {service: {name: docs, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: start, namespace: start}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: start, port: {number: 80}}}
```

## How to fix

Give the host an Ingress with `/`, or move the redirect to a host of its own.

## Seen as

For a URL that nobody serves:

```text
HTTP/1.1 301 Moved Permanently
Location: https://docs.platform.example/
```
"""

from collections.abc import Iterator

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.rules.routed import annotated, ingress_nginx, path_fields, spoken
from baro.rules.rule import Context, rule


@rule("unmatched-paths-redirected", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            default = next((one for one in server.locations if one.is_default), None)
            owner = default.owner if default is not None else None
            ingress = owner.ingress.subject if owner is not None else None
            if default is None or not isinstance(ingress, Manifest):
                continue
            settings = default.settings
            paths = list(path_fields(ingress, server.host))
            # A host without any path is redirected on purpose.
            if not settings.redirect or not paths:
                continue
            aged = server.host in nginx.routes.contested
            yield ctx.finding(
                ingress,
                f"sends every path of {spoken(server.host)} that nobody has to "
                f"{settings.redirect}{', if it is the oldest there' if aged else ''}",
                (
                    annotated(ingress, settings.redirect_by),
                    Evidence.of(ingress, (*paths[0][0], "path")),
                ),
                fix="Give the host an Ingress with /.",
                confidence=Confidence.LIKELY if aged else Confidence.CERTAIN,
            )
