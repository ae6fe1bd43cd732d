"""A database that keeps its volume gets a password that is generated anew.

Reports a StatefulSet with a volume of its own whose password comes from an
ExternalSecret with a generator, where nothing keeps the generated value.

## Why it matters

Deleting an Application deletes its ExternalSecret and its Secret; the StatefulSet's
volume stays.
When the Application comes back, a new password is generated, and the database goes on
with the one in its volume: it reads the Secret only while the volume is empty.
The record's outage was this one, and deleting the volume was taken for the repair.

## Flagged

```yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: database, namespace: backstage}
spec:
  refreshInterval: "0"
  dataFrom:
    - sourceRef:
        generatorRef:
          apiVersion: generators.external-secrets.io/v1alpha1
          kind: Password
          name: database-password
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgresql, namespace: backstage}
spec:
  serviceName: postgresql
  selector: {matchLabels: {app: postgresql}}
  template:
    metadata: {labels: {app: postgresql}}
    spec:
      containers:
        - name: postgresql
          image: docker.io/library/postgres:17
          env:
            - name: POSTGRES_PASSWORD
              valueFrom: {secretKeyRef: {name: database, key: password}}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 8Gi}}}
```

## Accepted

```yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: database, namespace: backstage}
spec:
  refreshPolicy: CreatedOnce
  target: {creationPolicy: Orphan, immutable: true}
  dataFrom:
    - sourceRef:
        generatorRef:
          apiVersion: generators.external-secrets.io/v1alpha1
          kind: Password
          name: database-password
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgresql, namespace: backstage}
spec:
  serviceName: postgresql
  selector: {matchLabels: {app: postgresql}}
  template:
    metadata: {labels: {app: postgresql}}
    spec:
      containers:
        - name: postgresql
          image: docker.io/library/postgres:17
          env:
            - name: POSTGRES_PASSWORD
              valueFrom: {secretKeyRef: {name: database, key: password}}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 8Gi}}}
```

## How to fix

Keep the generated value: `target.immutable: true` with `creationPolicy: Orphan`
(or with the sync options `Delete=false,Prune=false` on the ExternalSecret).
Or let the secret store be where the password lives.

## Seen as

```text
error: password authentication failed for user "backstage"
```

and in the database's log, while its Pod is `Ready`:

```text
DETAIL:  Connection matched file "pg_hba.conf" line 1: "host all all all md5"
```
"""

from collections.abc import Iterator

from baro.graph.relations.provides import made_secret
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.workload import needs
from baro.rules.generated import generator_sources, is_kept
from baro.rules.rule import Context, rule


@rule("regenerated-database-password", Severity.WARNING, layer=Layer.SECRET)
def check(ctx: Context) -> Iterator[Finding]:
    generated = {
        (secret.cluster, secret.ref.namespace, made_secret(secret)[0]): secret
        for secret in ctx.declared.of_kind("ExternalSecret")
        if any(generator_sources(secret)) and not is_kept(secret)
    }
    for database in ctx.declared.of_kind("StatefulSet"):
        if not keeps_its_volume(database):
            continue
        told = set()
        for need in needs(database):
            place = (database.cluster, database.ref.namespace, need.name)
            secret = generated.get(place)
            if need.kind != "Secret" or secret is None or need.name in told:
                continue
            told.add(need.name)
            _, path = next(generator_sources(secret))
            yield ctx.finding(
                secret,
                f"generates a new password whenever it is re-created, and "
                f"{database.ref}, which reads it, keeps its volume and the old one",
                (
                    Evidence.of(secret, path),
                    Evidence.of(database, need.path),
                    Evidence.of(database, "spec.volumeClaimTemplates[0].metadata.name"),
                ),
                fix="Set target.immutable: true and target.creationPolicy: Orphan.",
            )


def keeps_its_volume(database: Manifest) -> bool:
    """Tell whether a StatefulSet's claims outlive it."""
    if not database.sequence("spec", "volumeClaimTemplates"):
        return False
    policy = ("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    return database.text(*policy) != "Delete"
