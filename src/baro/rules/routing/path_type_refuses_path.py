"""A path has signs that its pathType does not allow.

Reports paths of type `Exact` and `Prefix` with anything but letters, digits, `.`, `-`,
`_` and `/`, under ingress-nginx.
A warning for releases before 1.12, an error from there on, unless the platform sets
`strict-validate-path-type: "false"`.

## Why it matters

Since 1.12 the admission webhook refuses such an Ingress, and the Application's sync
fails.
Older releases take it with a warning; after an upgrade of the controller it goes on
working until somebody changes it, and that change is what fails.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
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
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
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

Write `pathType: ImplementationSpecific`.
A chart that always says `Prefix` cannot make this Ingress: switch its Ingress off and
bring one of your own.

## Seen as

```text
admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: \
ingress contains invalid paths: path /kr(/|$)(.*) cannot be used with pathType Prefix
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.ingress_nginx.admission import needs_loose_type
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.world import PathRule
from baro.rules.routed import ingress_nginx, path_field
from baro.rules.rule import Context, rule

_STRICT = "1.12.0"


@rule("path-type-refuses-path", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        does = nginx.does
        switched_off = does.release.strict_paths and not does.strict_paths
        for kept in () if switched_off else nginx.routes.selection.kept:
            ingress = kept.ingress.subject
            if not isinstance(ingress, Manifest):
                continue
            for each in kept.ingress.rules:
                for path in each.paths or ():
                    if _is_refused(path, does):
                        yield _finding(ctx, ingress, each.host, path, does)


def _is_refused(path: PathRule, does: Behaviour) -> bool:
    # A release that does not refuse yet is held to what comes after it.
    dots = does.release.dots_in_paths or not does.strict_paths
    return bool(path.path_type) and needs_loose_type(path, dots=dots)


def _finding(
    ctx: Context, ingress: Manifest, host: str, path: PathRule, does: Behaviour
) -> Finding:
    field = path_field(ingress, host or "_", path.path, exact=path.path_type == "Exact")
    which = f"path {path.path} with pathType {path.path_type}"
    now = f"ingress-nginx {does.used_version} refuses {which}"
    later = (
        f"ingress-nginx {does.used_version} still takes {which}; {_STRICT} and later "
        "refuse it"
    )
    return ctx.finding(
        ingress,
        now if does.strict_paths else later,
        (
            Evidence.of(ingress, (*field[:-1], "pathType")),
            Evidence.of(ingress, field),
        ),
        fix="Write pathType: ImplementationSpecific.",
        severity=Severity.ERROR if does.strict_paths else Severity.WARNING,
    )
