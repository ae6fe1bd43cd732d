"""nginx refuses the configuration that the Ingresses add up to.

Reports what makes ingress-nginx write a configuration that nginx does not load: two
equal locations on a host, a path that is no regular expression, an unknown variable, a
host or path that cannot be written into the file.

## Why it matters

The controller goes on with its last good configuration, for every host.
No change of any Ingress has an effect any more, new ones answer 404, and the next Pod
of the controller that starts has no configuration at all.
Since 1.11.5 and 1.12.1 the admission webhook does not test the configuration, so
nothing holds it up.

## Flagged

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
          - path: /kr(/|$)(.*
            pathType: ImplementationSpecific
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
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Correct the path.
Where two locations are equal, remove one of `/foo` and `/foo/`: as `Prefix` they are
the same.

## Seen as

In an Event on the controller's Pod, not on the Ingress:

```text
Error reloading NGINX: exit status 1
nginx: [emerg] duplicate location "/foo/" in /tmp/nginx/nginx-cfg123
nginx: [emerg] pcre2_compile() failed: missing closing parenthesis in "^/kr(/|$)(.*"
```
"""

from collections.abc import Iterator, Mapping

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.ingress_nginx import loading
from baro.routing.reasons import Code, Reason
from baro.rules.routed import (
    Nginx,
    annotated,
    ingress_nginx,
    path_field,
    path_fields,
    paths_of,
    spoken,
)
from baro.rules.rule import Context, rule

_MESSAGES: Mapping[Code, str] = {
    Code.DUPLICATE_LOCATION: "{host} gets location {head} twice",
    Code.BAD_REGEX: "{pattern} is no regular expression ({error})",
    Code.UNKNOWN_VARIABLE: "{annotation} uses {variable}, which nginx does not know",
    Code.UNQUOTABLE_PATH: "{path!r} cannot be written into its file",
    Code.BAD_SERVER_NAME: "{host} is no server name",
}


@rule("unloadable-configuration", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        certain = list(dict.fromkeys(_refused(nginx)))
        possible = [r for r in nginx.routes.doubts if r.code in _MESSAGES]
        told = set()
        for reason in certain or possible:
            evidence = tuple(dict.fromkeys(_evidence(nginx, reason)))
            # A plain path becomes two locations, each with the same fault.
            if not evidence or evidence in told or evidence[0].subject is None:
                continue
            told.add(evidence)
            ingress = ctx.declared.get(evidence[0].subject)
            fields = reason.fields
            if reason.code is not Code.BAD_SERVER_NAME:
                fields["host"] = spoken(reason["host"])
            because = _MESSAGES[reason.code].format(**fields)
            aged = "" if certain else ", if the Ingresses are created in another order"
            yield ctx.finding(
                ingress or evidence[0].subject,
                f"makes nginx refuse the configuration of every host{aged}: {because}",
                evidence,
                fix="Remove or correct the path; until then no Ingress changes.",
                confidence=Confidence.CERTAIN if certain else Confidence.POSSIBLE,
            )


def _refused(nginx: Nginx) -> Iterator[Reason]:
    routes = nginx.routes
    yield from routes.names.refused
    yield from loading.errors(routes.servers.values(), nginx.does)


def _evidence(nginx: Nginx, reason: Reason) -> Iterator[Evidence]:
    """Yield the fields that a reason speaks of, the Ingresses that it names first."""
    named = reason.fields.get("ingress") or reason.fields.get("ingresses") or ""
    found = list(_paths(nginx, reason))
    for key in named.split(", "):
        ingress = nginx.ingress(key)
        if ingress is None:
            continue
        mine = [e for e in found if e.subject == ingress.ref]
        yield from mine or [_elsewhere(nginx, ingress, reason)]


def _paths(nginx: Nginx, reason: Reason) -> Iterator[Evidence]:
    server = nginx.routes.servers.get(reason["host"])
    if server is None:
        return
    spoiled = {reason.fields.get(name) for name in ("head", "pattern", "path")}
    guilty = {
        (location.owner_key, location.declared)
        for location in server.locations
        if not spoiled.isdisjoint((location.head, location.path))
    }
    for path in paths_of(nginx, server):
        if (path.location.owner_key, path.text) in guilty:
            yield from _written(path.ingress, server.host, path.text)


def _written(ingress: Manifest, host: str, text: str) -> Iterator[Evidence]:
    for field, entry in path_fields(ingress, host):
        if isinstance(entry, dict) and (entry.get("path") or "/") == text:
            yield Evidence.of(ingress, (*field, "path"))


def _elsewhere(nginx: Nginx, ingress: Manifest, reason: Reason) -> Evidence:
    """Return the annotation or the path that holds what nginx refuses."""
    host = reason["host"]
    texts = [reason.fields.get(n) for n in ("variable", "path", "pattern", "host")]
    for key, value in ingress.mapping("metadata", "annotations").items():
        ours = str(key).startswith(f"{nginx.does.prefix}/")
        if ours and any(text and text in str(value) for text in texts):
            return Evidence.of(ingress, ("metadata", "annotations", str(key)))
    if reason.code is Code.BAD_SERVER_NAME:
        return annotated(ingress, nginx.annotation("from-to-www-redirect"))
    head = reason.fields.get("head", "").removeprefix("= ").strip('"')
    for path in (head, head.removesuffix("/")):
        field = path_field(ingress, host, path)
        if field[-1] == "path":
            return Evidence.of(ingress, field)
    return Evidence.of(ingress, "spec.rules")
