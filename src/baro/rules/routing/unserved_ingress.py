"""An Ingress, or a path of it, is one that the controller leaves out.

Reports Ingresses that no ingress-nginx of their cluster serves: no class, a class that
does not exist, a namespace that is not watched, a value that it refuses; and paths to
a `resource` instead of a Service.
Not reported are classes of other controllers, and Ingresses without a class that are
yet to be created where a default class exists: the API server writes it down.

## Why it matters

There is no Event and no status.
The host answers 404, or another Ingress of the host gets the requests.
An Ingress with a refused value that was served before goes on being served in its old
version.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  template:
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.15.1
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
spec:
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
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  template:
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.15.1
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
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

Write `spec.ingressClassName` with the name of an IngressClass of the cluster.
Where a value is refused, correct it: the message names the annotation.

## Seen as

In the log of the controller, at its usual level:

```text
"Ignoring ingress because of error while validating ingress class" \
ingress="kr/backstage" error="ingress does not contain a valid IngressClass"
```
"""

from collections.abc import Iterator, Mapping, Sequence

from baro.model.fieldpath import FieldPath
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.answer import Loser
from baro.routing.default_class import CLASS_ANNOTATION
from baro.routing.platform import ClusterRoutes, is_created
from baro.routing.reasons import Code, Reason
from baro.rules.nearest import nearest
from baro.rules.routed import Nginx, ingress_nginx, path_fields
from baro.rules.rule import Context, rule

_CLASS = (
    Code.CLASS_UNKNOWN,
    Code.CLASS_ANNOTATION_OTHER,
    Code.CLASS_NONE,
    Code.CLASS_NONE_DEFAULT,
)
_MESSAGES: Mapping[Code, str] = {
    Code.CLASS_UNKNOWN: "names the IngressClass {class_name}, which nobody makes",
    Code.CLASS_ANNOTATION_OTHER: (
        "names the class {class_name} by annotation, and ingress-nginx serves "
        "{expected}"
    ),
    Code.CLASS_NONE: "names no IngressClass, and none is the default",
    Code.CLASS_NONE_DEFAULT: (
        "names no IngressClass, and the default, {class_name}, is written only into an "
        "Ingress that is being created"
    ),
    Code.NAMESPACE_NOT_WATCHED: (
        "is in namespace {namespace}, and ingress-nginx watches {watched} alone"
    ),
    Code.CATCH_ALL_DISABLED: (
        "has a defaultBackend, and ingress-nginx runs with --disable-catch-all"
    ),
    Code.INSPECTION_FAILED: "is left out for the forbidden value {value}",
    Code.ANNOTATION_REFUSED: ("is left out, because {annotation} may not be {value!r}"),
    Code.ANNOTATION_RISKY: (
        "is left out, because {annotation} is of risk {risk}, and only {allowed} is "
        "allowed"
    ),
    Code.ANNOTATION_BLOCKED: (
        "is left out, because {annotation} contains the blocked word {word}"
    ),
}


@rule("unserved-ingress", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    controllers: dict[int, list[Nginx]] = {}
    for nginx in ingress_nginx(ctx.declared):
        controllers.setdefault(id(nginx.cluster), []).append(nginx)
    for each in controllers.values():
        yield from _left_out(ctx, each)
        for nginx in each:
            yield from _resources(ctx, nginx)


def _left_out(ctx: Context, controllers: list[Nginx]) -> Iterator[Finding]:
    """Yield the Ingresses that every ingress-nginx of a cluster leaves out."""
    lost: dict[str, list[Loser]] = {}
    for nginx in controllers:
        for loser in nginx.routes.selection.left_out:
            lost.setdefault(loser.ingress, []).append(loser)
    cluster = controllers[0].cluster
    classes = sorted(controllers[0].routes.table.world.classes)
    for key, losers in lost.items():
        # The reason that is not about the class is the one of its own controller.
        reason = min((each.why for each in losers), key=lambda why: why.code in _CLASS)
        ingress = controllers[0].ingress(key)
        if (
            ingress is None
            or len(losers) < len(controllers)
            or reason.code not in _MESSAGES
            or reason.fields.get("annotation", "").endswith("-snippet")
            or (reason.code in _CLASS and not _judged(reason, cluster, ingress))
        ):
            continue
        yield _finding(ctx, ingress, reason, classes)


def _finding(
    ctx: Context, ingress: Manifest, reason: Reason, classes: Sequence[str]
) -> Finding:
    is_default = reason.code is Code.CLASS_NONE_DEFAULT
    class_name = reason.fields.get("class_name", "")
    named = "" if is_default else class_name
    near = nearest(named, classes) if named else ""
    # A class of that name may come from a controller that Git does not install.
    guess = bool(named) and not near
    right = class_name if is_default else near or next(iter(classes), "nginx")
    return ctx.finding(
        ingress,
        _MESSAGES[reason.code].format(**reason.fields)
        + (f"; there is {near}" if near else ""),
        (Evidence.of(ingress, _field(reason)),),
        fix=f"Write ingressClassName: {right}." if reason.code in _CLASS else "",
        severity=Severity.WARNING if guess else Severity.ERROR,
        confidence=Confidence.POSSIBLE if guess else Confidence.CERTAIN,
    )


def _judged(reason: Reason, cluster: ClusterRoutes, ingress: Manifest) -> bool:
    """Tell whether the state says enough about classes to call one wrong."""
    if cluster.assumed or cluster.foreign:
        return False
    # One that nobody has created yet would be given the default class.
    return reason.code is not Code.CLASS_NONE_DEFAULT or is_created(ingress)


def _field(reason: Reason) -> FieldPath:
    if "annotation" in reason.fields:
        return ("metadata", "annotations", reason["annotation"])
    return {
        Code.CLASS_UNKNOWN: ("spec", "ingressClassName"),
        Code.CLASS_ANNOTATION_OTHER: ("metadata", "annotations", CLASS_ANNOTATION),
        Code.NAMESPACE_NOT_WATCHED: ("metadata", "namespace"),
        Code.CATCH_ALL_DISABLED: ("spec", "defaultBackend"),
        Code.CLASS_NONE: ("spec",),
        Code.CLASS_NONE_DEFAULT: ("spec",),
    }.get(reason.code, ("spec", "rules"))


def _resources(ctx: Context, nginx: Nginx) -> Iterator[Finding]:
    """Yield the paths that lead to a resource."""
    for kept in nginx.routes.selection.kept:
        ingress = nginx.ingress(kept.key)
        for field, entry in path_fields(ingress) if ingress is not None else ():
            backend = entry.get("backend") if isinstance(entry, Mapping) else None
            if ingress is None or not isinstance(backend, Mapping):
                continue
            if "resource" in backend and "service" not in backend:
                path = entry.get("path") if isinstance(entry, Mapping) else ""
                yield ctx.finding(
                    ingress,
                    f"path {path or '/'} leads to a resource, which ingress-nginx "
                    "does not serve",
                    (Evidence.of(ingress, (*field, "backend", "resource")),),
                    fix="Name a Service.",
                )
