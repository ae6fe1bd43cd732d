"""An annotation has a value that ingress-nginx does not take.

Reports annotations whose value the controller drops: a boolean that is none
(`use-regex: "yes"`), a `rewrite-target` with a forbidden character, canary annotations
without `canary: "true"`, settings of a canary that only its twin may have.

## Why it matters

The Ingress is accepted and served as if the annotation were not there.
There is a line in the controller's log, and nothing on the Ingress.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/use-regex: "yes"}
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
  annotations: {nginx.ingress.kubernetes.io/use-regex: "true"}
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

Write booleans as `"true"` and `"false"`.
A `rewrite-target` may hold letters, digits and `-._~/:$`; the query is passed on by
itself.

## Seen as

```text
rewrite-target is invalid, defaulting to empty
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.routing.reasons import Code, Reason
from baro.rules.routed import annotated, ingress_nginx
from baro.rules.rule import Context, rule

_MEANT = {
    "true": ("no", "off", "disabled", "disable", "n"),
    "false": ("yes", "on", "enabled", "enable", "y"),
}
"""Words that were meant to change a default."""


@rule("annotation-without-effect", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for remark in nginx.routes.selection.remarks:
            ingress = nginx.ingress(remark.ingress)
            why, severity = _why(remark.why)
            if ingress is None or not why:
                continue
            key = remark.why["annotation"]
            yield ctx.finding(
                ingress,
                f"{key.partition('/')[2]} {why}",
                (annotated(ingress, key),),
                severity=severity,
            )


def _why(reason: Reason) -> tuple[str, Severity]:
    """Say why an annotation has no effect; nothing for what others report."""
    match reason.code:
        case Code.VALUE_NOT_BOOLEAN:
            value, default = reason["value"], reason["default"]
            lost = value.strip().lower() in _MEANT[default]
            severity = Severity.ERROR if lost else Severity.WARNING
            return (
                f"is {value!r}, which is no boolean and counts as {default}",
                severity,
            )
        case Code.VALUE_DROPPED:
            value = reason["value"]
            return f"is {value!r}, which is not allowed and is dropped", Severity.ERROR
        case Code.CANARY_NOT_ENABLED:
            return 'has no effect without canary: "true"', Severity.WARNING
        case Code.IGNORED_ON_CANARY:
            return "has no effect on a canary: its twin's counts", Severity.WARNING
        case Code.PREFIX_NEEDS_REWRITE:
            return "is sent only along with a rewrite-target", Severity.WARNING
        case _:
            return "", Severity.WARNING
