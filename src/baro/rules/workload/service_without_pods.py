"""A Service selects no Pod of its namespace.

Reports a Service whose selector matches the Pods of no workload in its namespace, where
the same Application has workloads there.

## Why it matters

The Service has no endpoints.
Whoever connects to it is refused, and an Ingress in front of it answers 503.

## Flagged

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {app: backstage-kr}
  ports: [{port: 80, targetPort: 7007}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers: [{name: backend, image: 'ghcr.io/acme/backstage:1.49.4'}]
```

## Accepted

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {app: backstage}
  ports: [{port: 80, targetPort: 7007}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers: [{name: backend, image: 'ghcr.io/acme/backstage:1.49.4'}]
```

## How to fix

Make the selector equal to labels of the Pod template
(`spec.template.metadata.labels`, not the Deployment's own).

## Seen as

```text
connect ECONNREFUSED 10.96.12.7:5432
503 Service Temporarily Unavailable
```
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baro.graph.relations.selects import selected, workloads_by_namespace
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.workload import pod_labels
from baro.rules.made import makers
from baro.rules.rule import Context, rule


@rule("service-without-pods", Severity.ERROR, layer=Layer.WORKLOAD)
def check(ctx: Context) -> Iterator[Finding]:
    workloads = workloads_by_namespace(ctx.declared)
    made = makers(ctx.declared)
    for service in ctx.declared.of_kind("Service", group=""):
        place = (service.cluster, service.ref.namespace)
        selector = service.mapping("spec", "selector")
        beside = [
            workload
            for workload in workloads.get(place, ())
            if workload.application == service.application
        ]
        if (
            not selector
            or service.text("spec", "type") == "ExternalName"
            or not beside
            or _operated(selector, made.operators.get(place, ()))
            or place in made.unseen
            or any(selected(service, workloads))
        ):
            continue
        wanted = _pairs(selector)
        first = beside[0]
        yield ctx.finding(
            service,
            f"selects {wanted}, which no Pod of namespace {place[1]} carries",
            (
                Evidence.of(service, "spec.selector"),
                Evidence(
                    first.origin.locate(),
                    "labels of its Pods",
                    _pairs(pod_labels(first)),
                    first.ref,
                ),
            ),
            fix="Make the selector equal to labels of the Pod template.",
            confidence=Confidence.LIKELY,
        )


def _operated(selector: Mapping[str, Any], names: Iterable[str]) -> bool:
    """Tell whether an operator's object is selected, whose Pods nobody wrote down."""
    return any(str(value).startswith(tuple(names)) for value in selector.values())


def _pairs(labels: object) -> str:
    if not isinstance(labels, dict):
        return ""
    return ",".join(f"{key}={value}" for key, value in labels.items())
