"""A value file does not exist, and Helm refuses to go on.

Reports every value file that an Application names,
that is not there or not readable, and
that nothing allows to be missing.

## Why it matters

The source does not render, so the whole Application stays as it is, whatever else the
commit changes.
Its health keeps the last colour; only the sync status says `Unknown`.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    path: charts/web
    helm: {valueFiles: [values-prodution.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/values-production.yaml
replicas: 2
```

## Accepted

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    path: charts/web
    helm: {valueFiles: [values-production.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/values-production.yaml
replicas: 2
```

## How to fix

Correct the path, or commit the file.
A path is relative to the chart's folder, `/` means the root of the repository, and
`$name/` the root of the source whose `ref` is `name`.
Set `ignoreMissingValueFiles: true` only where the file is optional by design.

## Seen as

```text
Error: open <path to cached source>/charts/web/values-prodution.yaml: \
no such file or directory
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("value-file-missing", Severity.ERROR, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.VALUE_FILE):
        near = "".join(
            missing.nearest
            for missing in (refusal.rendering.missing if refusal.rendering else ())
            if missing.within == refusal.failure.path
        )
        hint = f"; {near} exists" if near else ""
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} names a value file that cannot be read:"
            f" {refusal.first_line}{hint}",
            (refusal.evidence,),
            fix=f"Name {near}." if near else "Commit the file, or correct its path.",
        )
