"""A Pod needs an object that nobody makes.

Reports a Secret, ConfigMap, ServiceAccount or PersistentVolumeClaim that a workload
cannot start without and that no manifest, ExternalSecret, SealedSecret, Certificate or
StatefulSet of the platform makes.
References marked `optional: true` do not count.

## Why it matters

The Pod stays in `ContainerCreating` or `CreateContainerConfigError` (a missing
ServiceAccount: no Pod at all), the Application stays `Progressing`, and whatever waits
for it waits, too.

## Flagged

```yaml
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
          envFrom:
            - secretRef: {name: backstage-env-vars}
```

## Accepted

```yaml
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
          envFrom:
            - secretRef: {name: backstage-env-vars}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: backstage-env-vars, namespace: backstage}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: platform}
  data:
    - secretKey: GITHUB_TOKEN
      remoteRef: {key: platform/backstage, property: github_token}
```

## How to fix

Add the object to the Application, in the same namespace, or correct the name.
If somebody makes it outside Git, accept the finding and say who.

## Seen as

```text
MountVolume.SetUp failed for volume "config" : configmap "app-config" not found
Error: secret "backstage-env-vars" not found
error looking up service account kr/backstage: serviceaccount "backstage" not found
persistentvolumeclaim "data" not found
```
"""

from collections.abc import Iterator

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.ref import ObjectRef
from baro.rules.made import makers
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule


@rule("missing-reference", Severity.ERROR, layer=Layer.SECRET)
def check(ctx: Context) -> Iterator[Finding]:
    made = makers(ctx.declared)
    for manifest, wanted in ctx.declared.needs:
        told = set()
        place = (manifest.cluster, manifest.ref.namespace)
        guess = made.elsewhere or place in made.operators
        for need in wanted:
            ref = ObjectRef(
                need.kind, need.name, manifest.ref.namespace, "", manifest.cluster
            )
            if need.optional or ref in told or made.makes(ref):
                continue
            told.add(ref)
            near = nearest(
                need.name,
                (r.name for r in made.keys if _beside(r, ref)),
            )
            hint = f"; there is {need.kind} {near}" if near else ""
            yield ctx.finding(
                manifest,
                f"needs {ref}, which nobody makes{hint}",
                (Evidence.of(manifest, need.path),),
                fix=f"Add {need.kind} {need.name} to namespace {ref.namespace}, "
                "or name one that is made.",
                confidence=Confidence.LIKELY if guess else Confidence.CERTAIN,
            )


def _beside(other: ObjectRef, ref: ObjectRef) -> bool:
    return (other.kind, other.namespace, other.cluster) == (
        ref.kind,
        ref.namespace,
        ref.cluster,
    )
