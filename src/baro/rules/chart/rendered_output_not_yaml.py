"""What a chart renders is not YAML.

Reports every source whose output does not parse, or holds a document that is no object.

## Why it matters

Argo CD applies nothing of the source.
The usual cause is a value that is inserted without `quote` or with the wrong `indent`,
so
the same chart renders with one value and not with another.

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
# charts/web/values.yaml
note: "one: two"
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  note: {{ .Values.note }}
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
note: "one: two"
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  note: {{ .Values.note | quote }}
```

## How to fix

Quote the value in the template (`quote`, or `toYaml` with `nindent`);
where the chart is
not yours, change the value that breaks it.

## Seen as

```text
Error: YAML parse error on web/templates/config.yaml: \
error converting YAML to JSON: yaml: line 6: \
mapping values are not allowed in this context
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("rendered-output-not-yaml", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.OUTPUT):
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} renders what is not YAML: {refusal.first_line}",
            (refusal.evidence,),
            fix="Quote or indent the value in the template that is named.",
        )
