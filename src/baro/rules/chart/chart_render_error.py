"""A chart's templates fail.

Reports every source whose templates stop: `fail` and `required`, a nil pointer, a
function that refuses its argument.

## Why it matters

Nothing of the source is rendered, so Argo CD compares and applies nothing of the
Application until the values are right.

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
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  host: {{ required "host is needed" .Values.host }}
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

```yaml
# charts/web/values.yaml
host: web.example
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  host: {{ required "host is needed" .Values.host }}
```

## How to fix

Set the value that the message asks for, in a value file that this Application names.

## Seen as

```text
Error: execution error at (web/templates/config.yaml:5:11): host is needed
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind, SourceType
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import RELEASE_NAME, refusals
from baro.rules.rule import Context, rule


@rule("chart-render-error", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.RENDER):
        if RELEASE_NAME in refusal.failure.message:
            continue
        rendering = refusal.rendering
        built = rendering is not None and rendering.type is SourceType.KUSTOMIZE
        what = "kustomization" if built else "templates"
        yield ctx.finding(
            refusal.owner,
            f"the {what} of {refusal.place} {'fails' if built else 'fail'}: "
            f"{refusal.first_line}",
            (refusal.evidence,),
            fix="Correct the kustomization; `kubectl kustomize` builds it without "
            "Argo CD."
            if built
            else "Set the value that the template needs.",
        )
