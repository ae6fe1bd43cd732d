"""A chart needs a sub-chart that is not there.

Reports every chart whose `Chart.yaml` names a dependency that `charts/` does not hold
and that nobody could get: it has no repository,
or a `file://` folder that is not there.
A repository that is only out of reach is a gap, not a finding.

## Why it matters

Helm renders nothing without them.
Argo CD then runs `helm dependency build`, which needs the network, a `Chart.lock` that
agrees, and a project that permits the repositories: what works on one day fails on the
next.

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
version: 1.0.0
dependencies:
  - {name: postgresql, version: 12.10.0}
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
dependencies:
  - {name: postgresql, version: 12.10.0}
```

```yaml
# charts/web/charts/postgresql/Chart.yaml
apiVersion: v2
name: postgresql
version: 12.10.0
```

## How to fix

Run `helm dependency update` and commit `charts/` and `Chart.lock`;
or keep the chart in a
chart store and name it under `charts:` in `baro.yaml`.

## Seen as

```text
Error: an error occurred while checking for chart dependencies. You may need to run \
'helm dependency build' to fetch missing dependencies: \
found in Chart.yaml, but missing in charts/ directory: postgresql
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule

_MISSING = "missing in charts/ directory:"


@rule("chart-dependency-missing", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.DEPENDENCY):
        message = refusal.failure.message
        told = refusal.first_line
        if _MISSING in message:
            told = message.rpartition(_MISSING)[2].strip()
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} needs sub-charts that are not in charts/: {told}",
            (refusal.evidence,),
            fix="Run `helm dependency update` and commit charts/ and Chart.lock.",
        )
