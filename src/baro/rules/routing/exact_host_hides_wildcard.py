"""A host of its own hides the paths of a wildcard host.

Reports paths of `*.platform.example` (or of an Ingress without a host) that a host such
as `kr.platform.example` would fall under, but does not have itself.
For Ingresses without a host it is a note.

## Why it matters

nginx chooses one host, the most specific, and never looks at a second one.
As soon as somebody gives `kr.platform.example` one path, all other paths of it are 404,
whatever the wildcard has.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: any, namespace: web}
spec:
  ingressClassName: nginx
  rules:
    - host: '*.platform.example'
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: any, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: kr.platform.example
      http:
        paths:
          - path: /api
            pathType: Prefix
            backend: {service: {name: api, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: any, namespace: web}
spec:
  ingressClassName: nginx
  rules:
    - host: '*.platform.example'
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: any, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: kr.platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: api, port: {number: 80}}}
```

## How to fix

Give the host all the paths that it needs, with an Ingress in the namespace of the
Service.

## Seen as

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.routing.answer import Outcome
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.servers import Server
from baro.rules.patterns import literal_beginning, looks_like_pattern
from baro.rules.routed import Nginx, Path, host_field, ingress_nginx, paths_of
from baro.rules.rule import Context, rule
from baro.rules.wording import some


@rule("exact-host-hides-wildcard", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            own = paths_of(nginx, server)
            for behind in _behind(nginx, server) if own else ():
                hidden = [
                    p for p in paths_of(nginx, behind) if _hides(nginx, server, p)
                ]
                if hidden:
                    yield _finding(ctx, server, own[0], hidden)


def _finding(ctx: Context, server: Server, own: Path, hidden: list[Path]) -> Finding:
    other = hidden[0]
    theirs = other.server.host
    whole = theirs == DEFAULT_SERVER
    name = "which names no host" if whole else theirs
    return ctx.finding(
        own.ingress,
        f"host {server.host} has no path for {some(p.text for p in hidden)}, and "
        f"nginx does not look at {other.ingress.ref} ({name}) for it",
        (
            Evidence.of(own.ingress, host_field(own.ingress, server.host)),
            other.evidence,
        ),
        fix=f"Give host {server.host} the paths that it needs.",
        severity=Severity.NOTE if whole else Severity.WARNING,
    )


def _behind(nginx: Nginx, server: Server) -> Iterator[Server]:
    """Yield the servers that would answer if a server were not there."""
    if server.host == DEFAULT_SERVER:
        return
    servers = nginx.routes.servers
    wildcard = servers.get(f"*.{server.host.partition('.')[2]}")
    if wildcard is not None and wildcard is not server:
        yield wildcard
    yield servers[DEFAULT_SERVER]


def _hides(nginx: Nginx, server: Server, path: Path) -> bool:
    """Tell whether a path of another host is nobody's on a host."""
    text = literal_beginning(path.text) if looks_like_pattern(path.text) else path.text
    answer = nginx.answer(server.host, text or "/")
    return answer is not None and answer.outcome is Outcome.DEFAULT_BACKEND
