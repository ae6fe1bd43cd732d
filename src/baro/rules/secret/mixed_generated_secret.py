"""One ExternalSecret holds a generated password and remote values.

Reports an ExternalSecret that takes some keys from a generator and others from a secret
store.

## Why it matters

external-secrets writes such a Secret as a whole.
To fetch a changed client secret from the store, it must be refreshed, and a refresh
generates every password anew.
The database keeps the old one, and the application can no longer log in.

## Flagged

```yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: backstage-env-vars, namespace: backstage}
spec:
  refreshInterval: "0"
  secretStoreRef: {kind: ClusterSecretStore, name: platform}
  data:
    - secretKey: BACKSTAGE_CLIENT_SECRET
      remoteRef: {key: platform/keycloak, property: client_secret}
  dataFrom:
    - sourceRef:
        generatorRef:
          apiVersion: generators.external-secrets.io/v1alpha1
          kind: Password
          name: database-password
```

## Accepted

```yaml
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: backstage-env-vars, namespace: backstage}
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: ClusterSecretStore, name: platform}
  data:
    - secretKey: BACKSTAGE_CLIENT_SECRET
      remoteRef: {key: platform/keycloak, property: client_secret}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: backstage-database, namespace: backstage}
spec:
  refreshPolicy: CreatedOnce
  target: {creationPolicy: Orphan, immutable: true}
  dataFrom:
    - sourceRef:
        generatorRef:
          apiVersion: generators.external-secrets.io/v1alpha1
          kind: Password
          name: database-password
```

## How to fix

Split it: the generated password alone in an ExternalSecret with
`refreshPolicy: CreatedOnce` and `target.immutable: true`, the remote values in another
with a refresh interval of their own.

## Seen as

Nothing complains when the password changes; the database does, at the next login:

```text
password authentication failed for user "backstage"
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.generated import generator_sources, remote_sources
from baro.rules.rule import Context, rule


@rule("mixed-generated-secret", Severity.WARNING, layer=Layer.SECRET)
def check(ctx: Context) -> Iterator[Finding]:
    for secret in ctx.declared.of_kind("ExternalSecret"):
        generators = list(generator_sources(secret))
        remote = list(remote_sources(secret))
        if generators and remote:
            kinds = " and ".join(sorted({kind for kind, _ in generators}))
            yield ctx.finding(
                secret,
                f"takes values from the generator {kinds} and {len(remote)} from a "
                "store: refreshing one regenerates the other",
                (
                    Evidence.of(secret, generators[0][1]),
                    Evidence.of(secret, remote[0]),
                ),
                fix="Give the generated values an ExternalSecret of their own.",
            )
