"""Two Ingresses have the same host and path, and only one of them is served.

Reports each path that ingress-nginx drops because an older Ingress has the same host,
path and type, in any namespace and of any Application.

## Why it matters

The younger one is dropped without an Event, a status or a log line at the usual level.
Which one is younger depends on when each was created: after a re-installation the other
one may answer.
The admission webhook refuses the second one, if it is there and if the two are not
created in the same instant; then the Application's sync fails.

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
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal, namespace: portal}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: portal, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: kr.platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal, namespace: portal}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: portal, port: {number: 80}}}
```

## How to fix

Give one of them another host or another path.
To share traffic between two Services on purpose, make one Ingress a canary.

## Seen as

```text
admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: \
host "platform.example" and path "/" is already defined in ingress kr/backstage
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.answer import Loser
from baro.routing.reasons import Code
from baro.rules.routed import (
    Path,
    ingress_nginx,
    path_field,
    path_fields,
    spoken,
    whose,
)
from baro.rules.rule import Context, rule


@rule("duplicate-route", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for path in nginx.paths():
            for loser in path.location.shadowed:
                dropped = loser.subject
                if loser.why.code is not Code.OLDER_DUPLICATE or not isinstance(
                    dropped, Manifest
                ):
                    continue
                if dropped is path.ingress:
                    yield _twice(ctx, path)
                elif dropped.ref != path.ingress.ref:
                    yield _of_another(ctx, path, loser, dropped)


def _of_another(ctx: Context, path: Path, loser: Loser, dropped: Manifest) -> Finding:
    host, exact = path.server.host, path.location.path_type == "Exact"
    unknown = path.server.host in path.nginx.routes.contested
    order = (
        "whichever is older answers, and the other is dropped without a word"
        if unknown
        else "that one goes first, and this one is dropped without a word"
    )
    same = loser.service == path.location.service
    return ctx.finding(
        dropped,
        f"path {path.text} of {spoken(host)} is also in {whose(path.ingress, dropped)}"
        f": {order}",
        (
            Evidence.of(dropped, path_field(dropped, host, path.text, exact=exact)),
            path.evidence,
        ),
        fix="Give one of the two another host or path.",
        severity=Severity.WARNING if same else Severity.ERROR,
    )


def _twice(ctx: Context, path: Path) -> Finding:
    written = [
        (*field, "path")
        for field, entry in path_fields(path.ingress, path.server.host)
        if isinstance(entry, dict) and (entry.get("path") or "/") == path.text
    ]
    return ctx.finding(
        path.ingress,
        f"lists path {path.text} of {spoken(path.server.host)} twice: the first one "
        "answers, and the other is dropped without a word",
        [Evidence.of(path.ingress, field) for field in reversed(written)]
        or [path.evidence],
        fix="Remove one of the two.",
    )
