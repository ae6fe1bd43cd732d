"""An Ingress has annotations that its controller does not read.

Reports, on Ingresses of ingress-nginx, annotations of another controller's prefix
(`nginx.org/`, `ingress.kubernetes.io/`, `traefik.ingress.kubernetes.io/`), of a
misspelt prefix, and names that ingress-nginx does not know.

## Why it matters

Unknown annotations are no error anywhere.
The Ingress is served without what they were meant to do: not rewritten, not redirected,
not protected.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-targets: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {cert-manager.io/cluster-issuer: letsencrypt}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Write the annotation with the prefix `nginx.ingress.kubernetes.io/` (or the one that the
controller's `--annotations-prefix` names) and a name of its documentation.
Remove those of a controller that you no longer use.

## Seen as

Nothing, until somebody looks at the configuration that was generated:

```text
kubectl ingress-nginx conf --host platform.example
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.reasons import Code
from baro.rules.nearest import nearest
from baro.rules.routed import Nginx, annotated, ingress_nginx
from baro.rules.rule import Context, rule

_MISSPELT = 0.9


@rule("unread-annotation", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for ingress, key, meant in _unread(nginx):
            near = f"; there is {meant}" if meant else ""
            yield ctx.finding(
                ingress,
                f"{key} is an annotation that ingress-nginx does not read{near}",
                (annotated(ingress, key),),
                fix=f"Write {meant}." if meant else "Remove it.",
            )


def _unread(nginx: Nginx) -> Iterator[tuple[Manifest, str, str]]:
    """Yield the Ingress, the annotation, and the one that was probably meant."""
    prefix = nginx.does.prefix
    for remark in nginx.routes.selection.remarks:
        ingress = nginx.ingress(remark.ingress)
        if ingress is None:
            continue
        if remark.why.code is Code.ANNOTATION_FOREIGN:
            yield ingress, remark.why["annotation"], ""
        elif remark.why.code is Code.ANNOTATION_UNKNOWN:
            yield ingress, remark.why["annotation"], remark.why["meant"]
    for kept in nginx.routes.selection.kept:
        ingress = nginx.ingress(kept.key)
        for key in sorted(kept.ingress.annotations) if ingress else ():
            written, slash, name = key.partition("/")
            if slash and ingress and nearest(written, (prefix,), alike=_MISSPELT):
                yield ingress, key, f"{prefix}/{name}"
