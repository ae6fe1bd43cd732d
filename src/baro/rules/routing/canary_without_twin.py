"""A canary has no Ingress to take its share from.

Reports the paths of Ingresses with `canary: "true"` for which no other Ingress of the
host has the same path and type.

## Why it matters

A canary makes no route of its own.
Its path answers 404, or whoever has a shorter path answers.

## Flagged

```yaml
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
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: next
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/canary: "true"
    nginx.ingress.kubernetes.io/canary-weight: "10"
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr/
            pathType: Prefix
            backend: {service: {name: next, port: {number: 7007}}}
```

## Accepted

```yaml
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
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: next
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/canary: "true"
    nginx.ingress.kubernetes.io/canary-weight: "10"
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr
            pathType: Prefix
            backend: {service: {name: next, port: {number: 7007}}}
```

## How to fix

Give the canary the host, the path and the `pathType` of the Ingress that it stands in
for, letter for letter, and another Service.

## Seen as

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.routing.reasons import Code
from baro.rules.routed import ingress_nginx, path_field, spoken
from baro.rules.rule import Context, rule


@rule("canary-without-twin", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for host, wishes in sorted(nginx.routes.wishes.items()):
            for lost in dict.fromkeys(wish.loser for wish in wishes):
                ingress = nginx.ingress(lost.ingress)
                if ingress is None or lost.why.code is not Code.CANARY_WITHOUT_TWIN:
                    continue
                field = path_field(ingress, host, lost.path)
                yield ctx.finding(
                    ingress,
                    f"is a canary, and no other Ingress has path {lost.path} of "
                    f"{spoken(host)} with the same pathType",
                    (Evidence.of(ingress, field),),
                    fix="Give it the host, path and pathType of its twin.",
                )
