"""Two Backstages on one host overwrite each other's session.

Reports Backstages with a session (`auth.session`) whose base URLs share a host, where
more than one lets its cookie stand for the whole host.

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
from collections.abc import Iterator
from urllib.parse import urlsplit

from baro.errors import InputError
from baro.model.fieldpath import get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.request import Request
from baro.rules.appconfig import Document, backstages
from baro.rules.routed import routed
from baro.rules.rule import Context, rule

_COOKIE_PATH = "/proxy-cookie-path"


@rule("shared-session-cookie", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    hosts: defaultdict[tuple[str, str], dict[Manifest, Document]] = defaultdict(dict)
    for document in backstages(ctx.declared):
        url = _url(document)
        if get(document.body, ("auth", "session")):
            place = (document.config.cluster, urlsplit(url).hostname or "")
            hosts[place].setdefault(document.config, document)
    for (_, host), sharing in hosts.items():
        wide = [d for d in sharing.values() if not _keeps_cookies(ctx, d)]
        wide.sort(key=lambda document: len(_url(document)))
        for document in wide[1:]:
            yield ctx.finding(
                document.config,
                f"its Backstage and that of {wide[0].config.ref} both set connect.sid "
                f"for all of host {host}",
                (_evidence(document), _evidence(wide[0])),
                fix="Give it a host of its own, or keep its cookies below its path by "
                "proxy-cookie-path.",
            )


def _url(document: Document) -> str:
    return document.text("backend", "baseUrl") or document.text("app", "baseUrl")


def _evidence(document: Document) -> Evidence:
    stated = bool(document.text("backend", "baseUrl"))
    return document.evidence("backend" if stated else "app", "baseUrl")


def _keeps_cookies(ctx: Context, document: Document) -> bool:
    """Tell whether the Ingress of an instance keeps its cookies below a path."""
    try:
        request = Request.of(_url(document))
    except InputError:
        return False
    for cluster in routed(ctx.declared):
        if cluster.cluster != document.config.cluster:
            continue
        subject = cluster.answer(request).subject
        if isinstance(subject, Manifest):
            for key, value in subject.mapping("metadata", "annotations").items():
                if str(key).endswith(_COOKIE_PATH):
                    words = str(value).split()
                    return bool(words) and words[-1] not in ("/", "off")
    return False
