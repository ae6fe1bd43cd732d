"""An app-root sends the start page of a host away that belongs to others.

Reports an Ingress with `app-root` on a host where it does not have the path `/`.

## Why it matters

The annotation works for the whole host: whoever asks for `/` is sent to this
application, before any path is looked at, also where another Ingress has `/`.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: grafana
  namespace: monitoring
  annotations: {nginx.ingress.kubernetes.io/app-root: /grafana/login}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /grafana
            pathType: Prefix
            backend: {service: {name: grafana, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: grafana
  namespace: monitoring
  annotations: {nginx.ingress.kubernetes.io/app-root: /login}
spec:
  ingressClassName: nginx
  rules:
    - host: grafana.platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: grafana, port: {number: 80}}}
```

## How to fix

Put `app-root` on the Ingress that has `/` of the host, or give the application a host
of its own.

## Seen as

```text
HTTP/1.1 302 Moved Temporarily
Location: https://platform.example/grafana/login
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.rules.routed import annotated, ingress_nginx, paths_of, spoken, whose
from baro.rules.rule import Context, rule


@rule("app-root-of-foreign-host", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            paths = paths_of(nginx, server)
            roots = [path.ingress for path in paths if path.text == "/"]
            senders = {
                path.location.owner_key: path.ingress
                for path in paths
                if path.location.settings.app_root
            }
            for sender in senders.values():
                if sender in roots:
                    continue
                key = nginx.annotation("app-root")
                target = sender.get("metadata", "annotations", key)
                owner = f", and {whose(roots[0], sender)} has it" if roots else ""
                yield ctx.finding(
                    sender,
                    f"app-root sends / of {spoken(server.host)} to {target}{owner}",
                    (annotated(sender, key),),
                    fix="Put it on the Ingress that has /.",
                )
