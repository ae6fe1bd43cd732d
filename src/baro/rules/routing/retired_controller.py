"""The platform's way in is a controller that is no longer maintained.

Reports, once for each cluster, that it runs ingress-nginx, which its maintainers have
retired: since March 2026 there are no releases and no security fixes.

## Why it matters

What is found in it from now on stays open, in the one program of the platform that
talks to everybody.
Its behaviour is not that of any successor: regular expressions for a whole host,
rewrites with groups, and prefixes without letter case have no equivalent elsewhere.

## Flagged

```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
spec:
  template:
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.15.1
```

## Accepted

```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: envoy-gateway, namespace: envoy-gateway-system}
spec:
  template:
    spec:
      containers:
        - name: envoy-gateway
          image: docker.io/envoyproxy/gateway:v1.5.0
```

## How to fix

Move to Gateway API, or to a controller that is maintained; `baro routes --compare
gateway-api` shows which routes would change.
Until then accept this in `baro.yaml`, with the day by which you want to have moved.

## Seen as

In the announcement of its maintainers:

```text
Best-effort maintenance will continue until March 2026. Afterward, there will be no \
further releases, no bugfixes, and no updates to resolve any security vulnerabilities \
that may be discovered.
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.workload import containers
from baro.routing.ingress_nginx.behaviour import NAME
from baro.routing.installed import clusters_of, controller_of, installed
from baro.rules.rule import Context, rule


@rule("retired-controller", Severity.NOTE, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for _, manifests in sorted(clusters_of(ctx.declared.manifests).items()):
        found = [one for one in installed(manifests) if one.controller.name == NAME]
        if not found:
            continue
        first = min(found, key=lambda one: one.workload.ref)
        version = first.controller.version
        yield ctx.finding(
            first.workload,
            f"runs ingress-nginx{f' {version}' if version else ''}, which is retired: "
            "no releases and no security fixes since March 2026",
            list(_images(first.workload)),
        )


def _images(workload: Manifest) -> Iterator[Evidence]:
    for path, container in containers(workload):
        if controller_of(str(container.get("image") or ""))[0] == NAME:
            yield Evidence.of(workload, (*path, "image"))
