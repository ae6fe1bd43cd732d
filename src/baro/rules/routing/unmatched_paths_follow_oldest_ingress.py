"""The annotations of one Ingress rule all paths of a host that nobody has.

Reports a host without `/` whose oldest Ingress redirects, rewrites or guards: what is
meant for its own paths becomes of every other path of the host, too.
Redirects: `permanent-redirect`, `temporal-redirect`, a `rewrite-target` that is a URL.
A rewrite is reported where a default backend receives the result, a guard (`auth-url`,
`auth-type`, the lists of addresses, a snippet) where another Ingress of the host has
not the same one; guards are notes.

## Why it matters

ingress-nginx gives every host a `/`, with the annotations of the oldest Ingress.
Instead of 404, a URL that nobody serves is sent away, asks for a login, or reaches a
Service with a path that no client has asked for.
Which Ingress is the oldest changes when one is created anew, and Git does not say it:
where it is open, each Ingress that may be the oldest is reported for itself.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: old-docs
  namespace: docs
  annotations:
    nginx.ingress.kubernetes.io/permanent-redirect: https://docs.platform.example/
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /docs
            pathType: Prefix
            backend: {service: {name: docs, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: old-docs
  namespace: docs
  annotations:
    nginx.ingress.kubernetes.io/permanent-redirect: https://docs.platform.example/
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /docs
            pathType: Prefix
            backend: {service: {name: docs, port: {number: 80}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: start, namespace: start}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: start, port: {number: 80}}}
```

## How to fix

Give the host an Ingress with `/`, which says what becomes of such paths, or move the
Ingress with the annotation to a host of its own.

## Seen as

For a URL that nobody serves, instead of 404:

```text
HTTP/1.1 301 Moved Permanently
Location: https://docs.platform.example/
```

or `401 Unauthorized`, `403 Forbidden`, the page of a login.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.routing.ingress_nginx.ages import possible_oldest
from baro.routing.ingress_nginx.choosing import choose
from baro.routing.ingress_nginx.locations import needs_rewrite
from baro.routing.ingress_nginx.merging import DEFAULT_SERVER
from baro.routing.ingress_nginx.selection import Kept
from baro.routing.ingress_nginx.servers import Server
from baro.rules.routed import Nginx, annotated, ingress_nginx, path_fields, spoken
from baro.rules.rule import Context, rule

_NOBODYS = b"/~/nobody/has/this"
_URL = ("http://", "https://")
_GROUP = re.compile(r"\$\d")
_GUARDS: Mapping[str, str] = {
    "auth-url": "401 instead of 404",
    "auth-type": "401 instead of 404",
    "allowlist-source-range": "403 instead of 404 for other addresses",
    "whitelist-source-range": "403 instead of 404 for other addresses",
    "denylist-source-range": "403 instead of 404 for these addresses",
    "configuration-snippet": "what it says instead of 404",
}


class _Inherited(Struct, frozen=True):
    """What a path that nobody has gets, by which annotation."""

    says: str
    key: str
    severity: Severity = Severity.WARNING


class _Host(Struct, frozen=True, eq=False):
    """A host without `/`, and those of its Ingresses that may be the oldest."""

    nginx: Nginx
    name: str
    everybody: Sequence[Kept]
    oldest: Sequence[Kept]

    @property
    def paths(self) -> str:
        """Return the paths that this is about, as a message names them."""
        return f"every path of {spoken(self.name)} that nobody has"


@rule("unmatched-paths-follow-oldest-ingress", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            if not _has_unmatched(server):
                continue
            everybody = [one for one, _ in nginx.routes.entries.get(server.host, ())]
            host = _Host(nginx, server.host, everybody, possible_oldest(everybody))
            for one in host.oldest:
                for inherited in _inherited(host, one):
                    yield from _finding(ctx, host, one, inherited)


def _has_unmatched(server: Server) -> bool:
    """Tell whether a request can come to the `/` that nginx adds by itself."""
    choice = choose(server, _NOBODYS)
    return (
        server.host != DEFAULT_SERVER
        and choice is not None
        and choice.location.is_default
    )


def _inherited(host: _Host, one: Kept) -> Iterator[_Inherited]:
    """Yield what becomes of an unmatched path if this Ingress is the oldest."""
    nginx, settings, paths = host.nginx, one.settings, host.paths
    rewrite = nginx.annotation("rewrite-target")
    if settings.redirect:
        says = f"sends {paths} to {settings.redirect}"
        yield _Inherited(says, settings.redirect_by)
        return
    if settings.target.startswith(_URL):
        yield _Inherited(f"sends {paths} to {settings.target}", rewrite)
        return
    service = _default_backend(nginx, one)
    if service and needs_rewrite(settings, "/"):
        asked = _GROUP.sub("", settings.target)
        says = f"hands {paths} to Service {service}, always asked for {asked}"
        yield _Inherited(says, rewrite)
    for name in (*settings.guards, *settings.snippets):
        key = nginx.annotation(name)
        value = one.ingress.annotations.get(key)
        others = (other.ingress.annotations.get(key) for other in host.everybody)
        if name in _GUARDS and any(other != value for other in others):
            says = f"{name} also rules {paths}: {_met(nginx, one, name)}"
            yield _Inherited(says, key, Severity.NOTE)


def _default_backend(nginx: Nginx, one: Kept) -> str:
    """Return the Service (`namespace/name`) that unmatched requests are handed to."""
    backend = one.ingress.default_backend
    if backend is not None:
        return f"{one.ingress.namespace}/{backend.service}"
    return nginx.does.default_backend


def _met(nginx: Nginx, one: Kept, name: str) -> str:
    """Say what a client meets at a guard."""
    page = one.ingress.annotations.get(nginx.annotation("auth-signin"))
    if name == "auth-url" and page:
        return f"the login at {page} instead of 404"
    return _GUARDS[name]


def _finding(
    ctx: Context, host: _Host, one: Kept, inherited: _Inherited
) -> Iterator[Finding]:
    ingress = host.nginx.ingress(one.key)
    paths = list(path_fields(ingress, host.name)) if ingress is not None else []
    # A host without any path is meant to be ruled as a whole.
    if ingress is None or not paths:
        return
    is_open = len(host.oldest) > 1
    yield ctx.finding(
        ingress,
        inherited.says
        + (", if it is the oldest there, which Git does not say" if is_open else ""),
        (
            annotated(ingress, inherited.key),
            Evidence.of(ingress, (*paths[0][0], "path")),
        ),
        fix="Give the host an Ingress with /.",
        severity=inherited.severity,
        confidence=Confidence.POSSIBLE if is_open else Confidence.CERTAIN,
    )
