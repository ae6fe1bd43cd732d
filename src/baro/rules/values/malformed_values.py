"""Values do not parse, or cannot be merged.

Reports every value file, `values` block and parameter that Helm refuses before it
renders
anything: broken YAML, a list where a map must be, `--set` that does not parse.

## Why it matters

The source does not render, and no change of this Application arrives any more.
One shared value file takes down every Application that names it.

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
    helm: {valueFiles: [production.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/production.yaml
- replicas: 2
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
    helm: {valueFiles: [production.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/production.yaml
replicas: 2
```

## How to fix

Correct the file at the line that is shown; a value file is one YAML map.

## Seen as

```text
Error: failed to parse <path to cached source>/charts/web/production.yaml: \
error unmarshaling JSON: while decoding JSON: \
json: cannot unmarshal array into Go value of type map[string]interface {}
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("malformed-values", Severity.ERROR, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.VALUES):
        yield ctx.finding(
            refusal.owner,
            f"Helm cannot read the values of {refusal.place}: {refusal.first_line}",
            (refusal.evidence,),
            fix="Correct the values so that they are one map of YAML.",
        )
