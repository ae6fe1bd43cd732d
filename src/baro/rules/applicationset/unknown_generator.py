"""An ApplicationSet has a generator that Argo CD does not know.

Reports keys of `spec.generators[]`, nested ones included, that are no generator.

## Why it matters

Argo CD ignores the key and takes the entry for a generator that yields nothing.
Where that was the only one, every Application that it once made is deleted.
The API server drops the key without a word when the object is stored.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  generators:
    - cluster: {}
  template: {metadata: {name: 'addons-{{name}}'}}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  generators:
    - clusters: {}
  template: {metadata: {name: 'addons-{{name}}'}}
```

## How to fix

Write the generator's name as Argo CD has it: `clusters`, `git`, `list`, `matrix`,
`merge`, `plugin`, `pullRequest`, `scmProvider`, `clusterDecisionResource`.

## Seen as

Only in the log of the controller:

```text
ApplicationSet addons contains unrecognized generators: cluster
```
"""

from collections.abc import Iterator

from baro.model.argocd import ApplicationSet
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule

# Argo CD: pkg/apis/application/v1alpha1/applicationset_types.go
GENERATORS = frozenset(
    (
        "clusterDecisionResource",
        "clusters",
        "git",
        "list",
        "matrix",
        "merge",
        "plugin",
        "pullRequest",
        "scmProvider",
    )
)


@rule("unknown-generator", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.applicationsets():
        for path, entry in ApplicationSet(manifest).generators():
            for key in entry:
                if key not in GENERATORS and key != "selector":
                    near = nearest(str(key), GENERATORS)
                    names = ", ".join(sorted(GENERATORS))
                    yield ctx.finding(
                        manifest,
                        f"there is no generator {key}; Argo CD ignores it",
                        (Evidence.of(manifest, (*path, key)),),
                        fix=f"Write {near}." if near else f"Use one of {names}.",
                    )
