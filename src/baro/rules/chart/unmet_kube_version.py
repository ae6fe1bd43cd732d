"""A chart refuses the cluster's Kubernetes version.

Reports every chart whose `kubeVersion` excludes the version that it is rendered for.

## Why it matters

Helm renders nothing, neither now nor after an upgrade of the cluster that leaves the
range.
A constraint without a pre-release part (`>=1.30.0`) also excludes versions such as
`1.31.2-eks-1234`, which managed clusters report.

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
kubeVersion: "<1.20.0"
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
kubeVersion: ">=1.20.0-0"
```

## How to fix

Use a version of the chart that supports the cluster, or upgrade the cluster.
`helm.kubeVersion` in the Application overrides the version, at one's own risk.

## Seen as

```text
Error: chart requires kubeVersion: <1.20.0 which is incompatible with Kubernetes v1.34.0
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.refusals import Refusal, refusals
from baro.rules.rule import Context, rule


@rule("unmet-kube-version", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.KUBE_VERSION):
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} is not for this cluster: {refusal.first_line}",
            (_evidence(refusal),),
            fix="Use a version of the chart that supports the cluster's Kubernetes.",
        )


def _evidence(refusal: Refusal) -> Evidence:
    if refusal.failure.location is None and refusal.rendering is not None:
        revision = (*refusal.rendering.within, "targetRevision")
        if refusal.owner.has(revision):
            return Evidence.of(refusal.owner, revision)
    return refusal.evidence
