"""Argo CD refuses the spec of an Application or ApplicationSet.

Reports every spec that is not valid in itself: a source without a path, two kinds of
source at once, a chart without a version, an unknown Helm version.

## Why it matters

An Application with an `InvalidSpecError` is not compared and not synced at all;
its sync
status and its health become `Unknown`.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform'}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

## Accepted

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Complete or correct the field that the message names.

## Seen as

The condition `InvalidSpecError`:

```text
spec.source.repoURL and either spec.source.path or spec.source.chart are required
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import RELEASE_NAME, refusals
from baro.rules.rule import Context, rule


@rule("refused-spec", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.SPEC):
        if RELEASE_NAME not in refusal.failure.message:
            yield ctx.finding(
                refusal.owner,
                f"Argo CD refuses the spec: {refusal.first_line}",
                (refusal.evidence,),
                fix="Correct the field that the message names.",
            )
