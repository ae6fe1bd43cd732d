"""A chart, or the version of it, does not exist.

Reports every source whose chart cannot be had: the repository has no chart of that name
or no version that the constraint accepts, or the folder holds no chart that Helm can
load.

## Why it matters

The source does not render.
Argo CD shows the sync status `Unknown` while the health stays `Healthy`, so a dashboard
that looks only at health sees nothing.

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
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
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
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

## How to fix

Name a chart and a version that the repository has.
In a folder, `Chart.yaml` needs at least `apiVersion`, `name` and `version`.

## Seen as

```text
Error: chart "backstage" matching 9.9.9 not found in https://charts.example index. \
(try 'helm repo update'): no chart version found for backstage-9.9.9
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("chart-not-found", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.CHART):
        place = refusal.failure.location
        yield ctx.finding(
            refusal.owner,
            f"the chart of {refusal.place} cannot be loaded: {refusal.first_line}",
            (refusal.evidence,),
            fix=f"Correct {place.file}."
            if place is not None and place.line is not None
            else "Name a chart and a version that exist, or complete its Chart.yaml.",
        )
