"""An annotation of an Ingress is not a text.

Reports annotations whose value is a boolean, a number, a list or a map.

## Why it matters

Annotations are texts, and the API server refuses the whole object.
It happens where a chart passes a map of annotations on and somebody writes `true`
without quotes.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/use-regex: true}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: backstage, port: {number: 7007}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/use-regex: "true"}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Put the value in quotes.

## Seen as

```text
.metadata.annotations accessor error: contains non-string value in the map under key \
"nginx.ingress.kubernetes.io/use-regex": true is of the type bool, expected string
cannot unmarshal bool into Go struct field ObjectMeta.metadata.annotations of type \
string
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity, shown
from baro.rules.rule import Context, rule

_KINDS = ("Ingress", "IngressClass", "Gateway", "HTTPRoute", "GRPCRoute")


@rule("annotation-not-text", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.of_kind(*_KINDS):
        for key, value in manifest.mapping("metadata", "annotations").items():
            if value is None or isinstance(value, str):
                continue
            yield ctx.finding(
                manifest,
                f"annotation {key} is {shown(value)}, and annotations are texts",
                (Evidence.of(manifest, ("metadata", "annotations", str(key))),),
                fix=f'Write "{shown(value)}", in quotes.',
            )
