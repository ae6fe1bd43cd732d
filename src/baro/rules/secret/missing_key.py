"""A Pod needs a key that its Secret or ConfigMap does not have.

Reports a reference to one key of a Secret or ConfigMap whose keys are all known and do
not include it.

## Why it matters

The container stays in `CreateContainerConfigError`; a volume that lists the key under
`items` is never mounted.
The object exists, so nothing else looks wrong.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {LOG_LEVEL: debug}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
    - name: shop
      image: ghcr.io/acme/shop:1.0.0
      env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef: {name: settings, key: LOGLEVEL}
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {LOG_LEVEL: debug}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
    - name: shop
      image: ghcr.io/acme/shop:1.0.0
      env:
        - name: LOG_LEVEL
          valueFrom:
            configMapKeyRef: {name: settings, key: LOG_LEVEL}
```

## How to fix

Name a key that the object has, or add the key to whatever makes the object.

## Seen as

```text
Error: couldn't find key LOGLEVEL in ConfigMap shop/settings
Error: couldn't find key password in Secret kr/backstage-database
references non-existent secret key: password
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.ref import ObjectRef
from baro.rules.made import makers
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule

_SHOWN = 12
"""How many keys a message lists."""


@rule("missing-key", Severity.ERROR, layer=Layer.SECRET)
def check(ctx: Context) -> Iterator[Finding]:
    made = makers(ctx.declared)
    for manifest, wanted in ctx.declared.needs:
        for need in wanted:
            ref = ObjectRef(
                need.kind, need.name, manifest.ref.namespace, "", manifest.cluster
            )
            keys = made.keys.get(ref)
            if not need.key or need.optional or keys is None or need.key in keys:
                continue
            near = nearest(need.key, keys)
            fix = f"Write {near}" if near else "Name a key that it has"
            yield ctx.finding(
                manifest,
                f"needs key {need.key} of {ref}, which has {_listed(keys)}",
                (Evidence.of(manifest, need.path),),
                fix=f"{fix}, or add {need.key} to {ref}.",
            )


def _listed(keys: frozenset[str]) -> str:
    listed = sorted(keys)
    if not listed:
        return "no keys"
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
