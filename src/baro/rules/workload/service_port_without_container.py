"""A Service sends to a port name that no container has.

Reports a `targetPort` by name that none of the Pods behind the Service's selector
declares.
A port number needs no declaration, so a number is never reported.

## Why it matters

Kubernetes leaves such a port out of the endpoints.
The Pods are Ready, the Service exists, and connections to that port are refused.

## Flagged

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {app: backstage}
  ports: [{name: http, port: 80, targetPort: http}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers:
        - name: backend
          image: ghcr.io/acme/backstage:1.49.4
          ports: [{name: backend, containerPort: 7007}]
```

## Accepted

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {app: backstage}
  ports: [{name: http, port: 80, targetPort: backend}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: backstage, namespace: backstage}
spec:
  selector: {matchLabels: {app: backstage}}
  template:
    metadata: {labels: {app: backstage}}
    spec:
      containers:
        - name: backend
          image: ghcr.io/acme/backstage:1.49.4
          ports: [{name: backend, containerPort: 7007}]
```

## How to fix

Write a name that a container declares under `ports`, or the number itself.

## Seen as

```text
connect ECONNREFUSED 10.96.12.7:80
Service "backstage/backstage" does not have any active Endpoint.
```
"""

from collections.abc import Iterator

from baro.graph.relations.selects import selected, workloads_by_namespace
from baro.model.fieldpath import get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.workload import containers
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule


@rule("service-port-without-container", Severity.ERROR, layer=Layer.WORKLOAD)
def check(ctx: Context) -> Iterator[Finding]:
    workloads = workloads_by_namespace(ctx.declared)
    for service in ctx.declared.of_kind("Service", group=""):
        behind = list(selected(service, workloads))
        named = {name for workload in behind for name in _ports(workload)}
        for index, port in enumerate(service.sequence("spec", "ports")):
            target = get(port, ("targetPort",))
            if not behind or not isinstance(target, str) or target in named:
                continue
            if target.isdecimal():
                continue
            listed = ", ".join(sorted(named)) or "no named port"
            near = nearest(target, named)
            yield ctx.finding(
                service,
                f"sends to port {target}, and {behind[0].ref} has {listed}",
                (Evidence.of(service, ("spec", "ports", index, "targetPort")),),
                fix=f"Write {near}." if near else "Write a port that a container has.",
            )


def _ports(workload: Manifest) -> Iterator[str]:
    for _, container in containers(workload):
        ports = container.get("ports")
        for port in ports if isinstance(ports, list) else ():
            name = get(port, ("name",))
            if isinstance(name, str):
                yield name
