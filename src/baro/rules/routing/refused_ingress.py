"""The API server refuses an Ingress.

Reports what the API server's validation says to the rules of an Ingress: a path without
`pathType`, a path that does not begin with `/`, a host that is no DNS name, no rules.

## Why it matters

The Application's sync fails, and on a fresh cluster the host does not exist.

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
          - path: kr
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
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
```

## How to fix

The message names the field, and what may stand there.

## Seen as

```text
Ingress.networking.k8s.io "backstage" is invalid: spec.rules[0].http.paths[0].path: \
Invalid value: "kr": must be an absolute path
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.routing.apiserver import refusals
from baro.routing.declared import Declared
from baro.routing.world import INGRESS_GROUP, read_ingress
from baro.rules.rule import Context, rule


@rule("refused-ingress", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for ingress in ctx.declared.of_kind("Ingress", group=INGRESS_GROUP):
        for message in refusals(read_ingress(Declared(ingress.body))):
            field = message.partition(": ")[0]
            yield ctx.finding(
                ingress,
                f"the API server refuses it: {message}",
                (Evidence.of(ingress, field),),
            )
