"""A cluster's label is almost the text that it is compared with.

Reports labels that differ from what a selector wants, or from what a template compares
them with, only in case, in spaces, in `_` for `-`,
or in the spelling of a truth (`True`,
`yes` for `true`), and labels that are no text at all.

## Why it matters

Labels are texts and are compared to the letter.
`Production` is not selected by `production`, and `eq .metadata.labels.public "true"` is
false for `True`: the cluster silently gets less than it should, or loses what it has.
A label that is written without quotes as `true` is a boolean, which Kubernetes refuses.

## Flagged

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: Production
stringData: {name: hub, server: 'https://hub.example'}
```

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - clusters:
        selector: {matchLabels: {environment: production}}
  template:
    metadata: {name: 'addons-{{.name}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: addons}
      destination: {name: '{{.name}}', namespace: default}
```

```yaml
# addons/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: addons}
```

## Accepted

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: production
stringData: {name: hub, server: 'https://hub.example'}
```

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - clusters:
        selector: {matchLabels: {environment: production}}
  template:
    metadata: {name: 'addons-{{.name}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: addons}
      destination: {name: '{{.name}}', namespace: default}
```

```yaml
# addons/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: addons}
```

## How to fix

Write the label as the selector and the templates have it, in quotes.

## Seen as

Nothing says that a label was not equal.
A label that is no text is refused when the Secret is applied:

```text
json: cannot unmarshal bool into Go struct field \
ObjectMeta.metadata.labels of type string
```
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation
from baro.model.fieldpath import FieldPath, leaves
from baro.model.finding import Evidence, Finding, Layer, Severity, shown
from baro.model.selector import requirements
from baro.rules.clusters import alike, cluster_generators, hidden, registered, selected
from baro.rules.rule import Context, rule

_EQUAL = re.compile(
    r"\beq\s+\(?\s*(?:index\s+)?\.metadata\.labels(?:\.([\w]+)|\s+\"([^\"]+)\")"
    r"\s*\)?\s+\"([^\"]*)\""
)
_LABELS: tuple[FieldPath, ...] = (
    ("spec", "target", "template", "metadata", "labels"),
    ("metadata", "labels"),
)


class _Wanted(Struct, frozen=True):
    """What a label is compared with, and the field that does it."""

    key: str
    values: tuple[str, ...]
    path: FieldPath


@rule(
    "cluster-label-near-miss",
    Severity.WARNING,
    layer=Layer.CLUSTER_REGISTRATION,
)
def check(ctx: Context) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    for generation in ctx.declared.generations:
        for cluster, wanted in _compared(ctx, generation):
            value = cluster.labels.get(wanted.key)
            if value is None or value in wanted.values or hidden(cluster, wanted.key):
                continue
            near = next((word for word in wanted.values if alike(value, word)), "")
            if near and (cluster.name, wanted.key) not in said:
                said.add((cluster.name, wanted.key))
                yield _finding(ctx, generation, cluster, wanted, near)
    for cluster in registered(ctx.declared):
        yield from _typed(ctx, cluster)


def _compared(
    ctx: Context, generation: Generation
) -> Iterator[tuple[ClusterRegistration, _Wanted]]:
    for outcome in generation.generators:
        if outcome.kind != "clusters":
            continue
        for requirement in requirements(outcome.selector):
            path = (*outcome.within, "selector")
            wanted = _Wanted(requirement.key, requirement.values, path)
            if requirement.operator in ("In", "NotIn"):
                for cluster in registered(ctx.declared):
                    yield cluster, wanted
    taken = {
        cluster.name: cluster
        for outcome in cluster_generators(generation)
        for cluster in selected(ctx.declared, outcome)
    }
    for part in ("template", "templatePatch"):
        for path, text in leaves(generation.applicationset.get("spec", part)):
            for plain, quoted, value in _EQUAL.findall(str(text)):
                wanted = _Wanted(plain or quoted, (value,), ("spec", part, *path))
                for cluster in taken.values():
                    yield cluster, wanted


def _finding(
    ctx: Context,
    generation: Generation,
    cluster: ClusterRegistration,
    wanted: _Wanted,
    near: str,
) -> Finding:
    value = cluster.labels[wanted.key]
    owner = generation.applicationset
    place = cluster.locate("labels", wanted.key)
    stated = wanted.path if owner.has(wanted.path) else ("spec",)
    return ctx.finding(
        cluster.ref,
        f"label {wanted.key} of cluster {cluster.name} is {_quoted(value)}, which is"
        f" not the {_quoted(near)} that {owner.ref} compares it with",
        (
            Evidence(place, f"labels.{wanted.key}", value, cluster.ref),
            Evidence.of(owner, stated),
        ),
        fix=f"Write {wanted.key}: {_quoted(near)}.",
    )


def _typed(ctx: Context, cluster: ClusterRegistration) -> Iterator[Finding]:
    origin = cluster.origin
    if origin is None:
        return
    for labels in _LABELS:
        for key, value in origin.mapping(*labels).items():
            if not isinstance(value, str):
                kind = "boolean" if isinstance(value, bool) else "number"
                yield ctx.finding(
                    origin,
                    f"label {key} of cluster {cluster.name} is the {kind}"
                    f" {shown(value)}, and Kubernetes accepts only text",
                    (Evidence.of(origin, (*labels, key)),),
                    fix=f"Write {key}: {_quoted(shown(value))}.",
                    severity=Severity.ERROR,
                )


def _quoted(value: str) -> str:
    return f'"{value}"'
