"""An Ingress has a snippet, and snippets are switched off.

Reports the annotations of ingress-nginx that end in `-snippet`, where the controller
does not allow them: by default since 1.9.1, and since 1.12 also by their risk.

## Why it matters

The admission webhook refuses the Ingress, and the Application's sync fails.
Without the webhook the Ingress is served and the snippet left out: headers, redirects
and access rules in it do not exist.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/configuration-snippet: |
      more_set_headers "X-Frame-Options: DENY";
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
  annotations: {nginx.ingress.kubernetes.io/custom-headers: kr/headers}
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

Use the annotation that does the same, if there is one.
To allow snippets, set `allow-snippet-annotations: "true"` and, since 1.12,
`annotations-risk-level: Critical` in the controller's ConfigMap; whoever may write an
Ingress can then read the controller's Secrets.

## Seen as

```text
nginx.ingress.kubernetes.io/configuration-snippet annotation cannot be used. \
Snippet directives are disabled by the Ingress administrator
annotation group ConfigurationSnippet contains risky annotation based on ingress \
configuration
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.routing.reasons import Code
from baro.rules.routed import annotated, ingress_nginx
from baro.rules.rule import Context, rule


@rule("snippet-annotation-ignored", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        selection = nginx.routes.selection
        for lost in (*selection.remarks, *selection.left_out):
            reason = lost.why
            ingress = nginx.ingress(lost.ingress)
            if ingress is None or reason.code not in (
                Code.SNIPPET_IGNORED,
                Code.ANNOTATION_RISKY,
            ):
                continue
            key = reason["annotation"]
            name = key.partition("/")[2]
            if not name.endswith("-snippet"):
                continue
            said = "switched off: the webhook refuses it, and without it it is left out"
            if reason.code is Code.ANNOTATION_RISKY:
                said = f"of risk {reason['risk']}, and only {reason['allowed']} is "
                said += "allowed: the whole Ingress is left out"
            yield ctx.finding(ingress, f"{name} is {said}", (annotated(ingress, key),))
