"""Two Backstages on one host overwrite each other's session.

Reports Backstages with a session (`auth.session`) that share a host, where more than
one lets its cookie stand for the whole host.
The hosts are those of the Ingresses in front of an instance; its base URL counts where
no Ingress is known.

## Why it matters

Backstage calls its session cookie `connect.sid` and sets it for the path `/`, whatever
its base URL says.
Whoever logs in to one instance is thrown out of the other, or lands in the middle of a
login with the other's state.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: backstage}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example'}
    backend: {baseUrl: 'https://platform.example'}
    auth: {session: {secret: '${AUTH_SESSION_SECRET}'}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend: {baseUrl: 'https://platform.example/kr'}
    auth: {session: {secret: '${AUTH_SESSION_SECRET}'}}
---
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
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: backstage}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example'}
    backend: {baseUrl: 'https://platform.example'}
    auth: {session: {secret: '${AUTH_SESSION_SECRET}'}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend: {baseUrl: 'https://platform.example/kr'}
    auth: {session: {secret: '${AUTH_SESSION_SECRET}'}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
    nginx.ingress.kubernetes.io/proxy-cookie-path: "~/ /kr"
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Give each instance a host of its own.
On a shared one, keep the cookies of every instance but one below its path:
`nginx.ingress.kubernetes.io/proxy-cookie-path: "~/ /kr"`.

## Seen as

After the login page of the identity provider:

```text
did not find expected authorization request details in session, \
req.session["oidc:keycloak.platform.example"] is undefined
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from baro.errors import InputError
from baro.model import weburl
from baro.model.fieldpath import get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.request import Request
from baro.rules.appconfig import Document, backstages
from baro.rules.fronts import Front, fronts
from baro.rules.routed import routed
from baro.rules.rule import Context, rule

_COOKIE_PATH = "/proxy-cookie-path"


class _Place(Struct, frozen=True, eq=False):
    """An instance on one host; `ways` lead there, none where they are not known."""

    document: Document
    host: str
    ways: Sequence[Front]

    @property
    def url(self) -> str:
        """Return the URL at which the instance says that it lives."""
        return _url(self.document)

    def evidence(self) -> Evidence:
        """Return what puts it on this host: its Ingress, where its URL says another."""
        if self.ways and weburl.parts(self.url).hostname != self.host:
            return self.ways[0].evidence("")
        stated = bool(self.document.text("backend", "baseUrl"))
        return self.document.evidence("backend" if stated else "app", "baseUrl")


@rule("shared-session-cookie", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    hosts: defaultdict[tuple[str, str], dict[Manifest, _Place]] = defaultdict(dict)
    for document in backstages(ctx.declared):
        if get(document.body, ("auth", "session")):
            config = document.config
            for place in _places(ctx, document):
                hosts[config.cluster, place.host].setdefault(config, place)
    for (_, host), sharing in hosts.items():
        wide = [place for place in sharing.values() if not _keeps_cookies(ctx, place)]
        wide.sort(key=lambda place: len(place.url))
        for place in wide[1:]:
            yield ctx.finding(
                place.document.config,
                f"its Backstage and that of {wide[0].document.config.ref} both set "
                f"connect.sid for all of host {host}",
                (place.evidence(), wide[0].evidence()),
                fix="Give it a host of its own, or keep its cookies below its path by "
                "proxy-cookie-path.",
            )


def _url(document: Document) -> str:
    return document.text("backend", "baseUrl") or document.text("app", "baseUrl")


def _places(ctx: Context, document: Document) -> Iterator[_Place]:
    """Yield the hosts on which browsers meet an instance.

    Those are the hosts of its Ingresses, whatever its base URL says; the base URL's
    where no Ingress names one.
    """
    stated = weburl.parts(_url(document)).hostname or ""
    found: defaultdict[str, list[Front]] = defaultdict(list)
    for front in fronts(ctx.declared, ctx.graph, document.config):
        found[stated if front.host == "*" else front.host].append(front)
    for host, ways in (found or {stated: []}).items():
        yield _Place(document, host, ways)


def _keeps_cookies(ctx: Context, place: _Place) -> bool:
    """Tell whether the Ingresses of an instance keep its cookies below a path."""
    if place.ways:
        return all(_moves_cookies(way.ingress) for way in place.ways)
    try:
        request = Request.of(place.url)
    except InputError:
        return False
    for cluster in routed(ctx.declared):
        if cluster.cluster == place.document.config.cluster:
            subject = cluster.answer(request).subject
            if isinstance(subject, Manifest):
                return _moves_cookies(subject)
    return False


def _moves_cookies(ingress: Manifest) -> bool:
    for key, value in ingress.mapping("metadata", "annotations").items():
        if str(key).endswith(_COOKIE_PATH):
            words = str(value).split()
            return bool(words) and words[-1] not in ("/", "off")
    return False
