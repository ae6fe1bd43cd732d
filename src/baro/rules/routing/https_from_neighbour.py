"""The tls entry of another Ingress sends a whole host to https.

Reports an Ingress without `tls` and without a word about `ssl-redirect`, on a host for
which an Ingress of another Application has a `tls` entry.
Accepted where https is clearly meant: an expected route of the host in `baro.yaml`, or
the base URL of an application on it, begins with `https://`.

## Why it matters

In ingress-nginx a certificate belongs to the host, and so does the redirect to it.
Requests by http to the other Ingress are answered with 308, and one trailing slash is
taken away; clients that do not follow, and webhooks that lose their body, fail.
It ends as suddenly when that `tls` entry goes.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal, namespace: portal}
spec:
  ingressClassName: nginx
  tls: [{hosts: [platform.example], secretName: platform-tls}]
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: portal, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: hooks, namespace: hooks}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /hooks
            pathType: Prefix
            backend: {service: {name: hooks, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: portal, namespace: portal}
spec:
  ingressClassName: nginx
  tls: [{hosts: [platform.example], secretName: platform-tls}]
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: portal, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: hooks
  namespace: hooks
  annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "false"}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /hooks
            pathType: Prefix
            backend: {service: {name: hooks, port: {number: 80}}}
```

## How to fix

Say what you want: `ssl-redirect: "false"` for paths that must answer http, or
`ssl-redirect: "true"` where https is right.

## Seen as

```text
HTTP/1.1 308 Permanent Redirect
Location: https://platform.example/hooks
```
"""

from collections.abc import Iterator

from baro.model import weburl
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.snapshot import Snapshot
from baro.rules.appconfig import backstages
from baro.rules.routed import Path, ingress_nginx, paths_of, reached, whose
from baro.rules.rule import Context, rule


@rule("https-from-neighbour", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    meant = set(_https_hosts(ctx.declared))
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            holder = server.merged.certificate
            giver = holder.ingress.subject if holder is not None else None
            if not isinstance(giver, Manifest) or reached(server.host) in meant:
                continue
            told: set[int] = set()
            for path in paths_of(nginx, server):
                if id(path.ingress) not in told and _is_moved(path, giver):
                    told.add(id(path.ingress))
                    yield ctx.finding(
                        path.ingress,
                        f"has no tls, and is sent to https on host {server.host} by "
                        f"the tls of {whose(giver, path.ingress)}",
                        (path.evidence, Evidence.of(giver, "spec.tls")),
                        fix=f"Set {nginx.annotation('ssl-redirect')} to what is meant.",
                    )


def _is_moved(path: Path, giver: Manifest) -> bool:
    """Tell whether a path is redirected to https by an Ingress of somebody else."""
    ingress, settings = path.ingress, path.location.settings
    same = ingress.application is not None and ingress.application == giver.application
    said = path.annotated("ssl-redirect").value
    return (
        ingress is not giver
        and not same
        and not ingress.sequence("spec", "tls")
        and settings.ssl_redirect
        and not (said or settings.force_ssl_redirect)
    )


def _https_hosts(state: Snapshot) -> Iterator[str]:
    """Yield the hosts that somebody expects to be asked by https."""
    urls = [route.url for route in state.routes]
    urls += [document.text("app", "baseUrl") for document in backstages(state)]
    for url in urls:
        if url.startswith("https://"):
            yield weburl.parts(url).hostname or ""
