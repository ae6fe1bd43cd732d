"""A generator yields no Application.

Reports list, git, matrix and plugin generators that yield no parameter set.
Cluster generators have a rule of their own (`selector-matches-no-cluster`);
pull request
and SCM generators are empty by nature, and so is a list with `elements: []` on purpose.

## Why it matters

To Argo CD nothing is a result: it deletes every Application that the generator made
before, with everything that they deployed.
A folder that was renamed, or a glob that matches one level too few, is enough.

## Flagged

```yaml
# bootstrap/apps.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - git:
        repoURL: https://git.example/acme/platform
        revision: HEAD
        directories: [{path: aps/*}]
  template:
    metadata: {name: '{{.path.basename}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: '{{.path.path}}'}
      destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# apps/web/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## Accepted

```yaml
# bootstrap/apps.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - git:
        repoURL: https://git.example/acme/platform
        revision: HEAD
        directories: [{path: apps/*}]
  template:
    metadata: {name: '{{.path.basename}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: '{{.path.path}}'}
      destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# apps/web/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Correct the path or the file pattern.
In `directories` a `*` does not cross a `/`, and there is no `**`.

## Seen as

The ApplicationSet says that all is well while its Applications go:

```text
All applications have been generated successfully
```
"""

from collections.abc import Iterator

from baro.model.argocd import ApplicationSet
from baro.model.expansion import Generation, GeneratorOutcome
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.clusters import adds_only
from baro.rules.rule import Context, rule
from baro.rules.wording import once_it_works

EMPTY_BY_NATURE = frozenset(
    ("clusters", "pullRequest", "scmProvider", "clusterDecisionResource")
)


@rule("generator-yields-nothing", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    for generation in ctx.declared.generations:
        for outcome in generation.generators:
            if _empty(generation, outcome):
                view = ApplicationSet(generation.applicationset)
                yield ctx.finding(
                    generation.applicationset,
                    f"the {outcome.kind} generator yields nothing, so"
                    f" {once_it_works(generation)}{_consequence(view)}",
                    (Evidence.of(generation.applicationset, _path(outcome, view)),),
                    fix="Correct the generator so that it finds what it should.",
                )


def _empty(generation: Generation, outcome: GeneratorOutcome) -> bool:
    if outcome.count != 0 or outcome.kind in EMPTY_BY_NATURE or adds_only(outcome):
        return False
    block = generation.applicationset.mapping(*outcome.within)
    if block.get("elements") == [] and not block.get("elementsYaml"):
        return False
    depth = len(outcome.within)
    children = [
        other
        for other in generation.generators
        if len(other.within) > depth and other.within[:depth] == outcome.within
    ]
    # The child that is empty is reported, or is empty by nature, or failed.
    if any(child.count in (0, None) for child in children):
        return False
    return not _after_empty(generation, outcome)


def _after_empty(generation: Generation, outcome: GeneratorOutcome) -> bool:
    """Tell whether the first child of its matrix yields nothing to multiply with."""
    *parent, index, _ = outcome.within
    if tuple(parent[-2:]) != ("matrix", "generators") or index != 1:
        return False
    first = (*parent, 0)
    return any(
        other.within[: len(first)] == first and other.count in (0, None)
        for other in generation.generators
    )


def _path(outcome: GeneratorOutcome, view: ApplicationSet) -> tuple[str | int, ...]:
    if view.manifest.has(outcome.within):
        return outcome.within
    return ("spec", "generators")


def _consequence(view: ApplicationSet) -> str:
    if not view.deletes:
        return f"nothing is generated (applicationsSync: {view.policy} keeps the rest)"
    kept = ", and keeps what they deployed" if view.preserves_resources else ""
    return (
        "Argo CD would delete every Application that it generated before"
        f" ({view.name_template}){kept}"
    )
