"""A generator of an ApplicationSet fails.

Reports every generator that Argo CD refuses or cannot run, whatever the reason:
a matrix
of three, a merge without keys, elements of the wrong type, a selector that does not
parse.

## Why it matters

The error of one generator stops all of them.
Nothing is deleted, but nothing is created or updated either,
and the Applications of the
healthy generators fall behind without a sign on themselves.

## Flagged

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - list: {elements: [{name: one}]}
          - list: {elements: [{region: eu}]}
          - list: {elements: [{tier: free}]}
  template:
    metadata: {name: '{{.name}}-{{.region}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: web}
      destination: {server: 'https://kubernetes.default.svc', namespace: web}
```

## Accepted

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - list: {elements: [{name: one}]}
          - list: {elements: [{region: eu}]}
  template:
    metadata: {name: '{{.name}}-{{.region}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: web}
      destination: {server: 'https://kubernetes.default.svc', namespace: web}
```

## How to fix

Correct the generator that the message names; a matrix combines exactly two,
and nests for
more.

## Seen as

The condition `ErrorOccurred`, reason `ApplicationGenerationFromParamsError`:

```text
found more than two generators, Matrix support only two
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.clusters import missing_key
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("generator-error", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.GENERATOR):
        if missing_key(refusal.failure) is None:
            yield ctx.finding(
                refusal.owner,
                f"a generator fails: {refusal.first_line}",
                (refusal.evidence,),
                fix="Correct the generator; until then none of them has any effect.",
            )
