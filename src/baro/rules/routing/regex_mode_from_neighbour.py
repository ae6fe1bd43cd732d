"""Another Ingress turns the plain paths of a host into regular expressions.

Reports the plain paths of an Ingress on a host where another Ingress has `use-regex` or
a `rewrite-target`, if that changes which URLs they take.

## Why it matters

In ingress-nginx one such annotation counts for the whole host, across namespaces.
A plain path then has no end and no letter case: `/ba` takes `/banana`, `Exact` means
nothing, `/ba/` is no longer added to `/ba`.
Removing the other Ingress changes it all back.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: grafana, namespace: monitoring}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /graph
            pathType: Prefix
            backend: {service: {name: grafana, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: grafana, namespace: monitoring}
spec:
  ingressClassName: nginx
  rules:
    - host: grafana.platform.example
      http:
        paths:
          - path: /graph
            pathType: Prefix
            backend: {service: {name: grafana, port: {number: 80}}}
```

## How to fix

Give one of the two a host of its own, or write the plain path with its boundary:
`/graph(/|$)` with `pathType: ImplementationSpecific`.

## Seen as

Requests that used to be answered by the shorter path, or:

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.ingress_nginx.servers import Server
from baro.rules.patterns import looks_like_pattern
from baro.rules.routed import Nginx, Path, annotated, ingress_nginx, paths_of, spoken
from baro.rules.rule import Context, rule


@rule("regex-mode-from-neighbour", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            switches = _switches(nginx, server)
            for path in paths_of(nginx, server):
                change = _change(path) if switches else ""
                if not change or path.ingress.ref in {s.subject for s in switches}:
                    continue
                by = switches[0]
                yield ctx.finding(
                    path.ingress,
                    f"path {path.text} {change}, because {by.subject} turns regular "
                    f"expressions on for {spoken(server.host)}",
                    (path.evidence, by),
                    fix="Give one of the two a host of its own, or end the path with "
                    "(/|$).",
                )


def _switches(nginx: Nginx, server: Server) -> list[Evidence]:
    """Return the annotations that turn regular expressions on, one per Ingress."""
    found: dict[str, Evidence] = {}
    for location in server.locations:
        owner = location.owner
        if owner is None or not isinstance(owner.ingress.subject, Manifest):
            continue
        if location.settings.use_regex or location.rewrites:
            name = "use-regex" if location.settings.use_regex else "rewrite-target"
            key = nginx.annotation(name)
            found.setdefault(owner.key, annotated(owner.ingress.subject, key))
    return list(found.values())


def _change(path: Path) -> str:
    """Say what regular expressions change about a plain path; nothing if little."""
    text = path.text
    if path.location.regex is None or text == "/" or looks_like_pattern(text):
        return ""
    if not path.takes(text):
        return "no longer takes itself"
    if not text.endswith("/"):
        return f"takes {text}x, too"
    answer = path.nginx.answer(path.server.host, text.rstrip("/"))
    if answer is None or answer.subject is path.ingress:
        return ""
    return f"is no longer where {text.rstrip('/')} is sent"
