"""A cluster generator's selector matches no cluster.

Reports every cluster generator that selects none of the clusters that are registered,
and says what that deletes.
A selector that is a switch (`enable_x: "true"`) and that every cluster turns off is
fine; where no cluster has such a label, it is a note.

## Why it matters

A generator that yields nothing is no error to Argo CD.
It deletes every Application that the generator once made, within seconds, and each
Application with the default finalizer deletes everything that it deployed.
One label that is removed from a cluster's Secret, or misspelt in a selector,
empties the
cluster while every condition says that all went well.

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
    environment: staging
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

Correct the label or the selector before the change is merged.
To take the ApplicationSet's hands off the Applications first, set
`syncPolicy.applicationsSync: create-update`, or `preserveResourcesOnDeletion: true` to
keep at least what they deployed.

## Seen as

The ApplicationSet's condition `ErrorOccurred` is `False` while its Applications go:

```text
All applications have been generated successfully
```
"""

from collections.abc import Iterator, Sequence

from baro.model.argocd import RESOURCES_FINALIZER, ApplicationSet
from baro.model.expansion import ClusterRegistration, Generation, GeneratorOutcome
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.selector import Requirement, requirements
from baro.rules.clusters import alike, cluster_generators, hidden, registered, selected
from baro.rules.rule import Context, rule
from baro.rules.wording import some

_SWITCH = frozenset(("true", "enabled", "yes", "on"))
SHOWN = 5
"""How many names a message lists."""


@rule(
    "selector-matches-no-cluster",
    Severity.ERROR,
    layer=Layer.CLUSTER_REGISTRATION,
)
def check(ctx: Context) -> Iterator[Finding]:
    clusters = registered(ctx.declared)
    for generation in ctx.declared.generations if clusters else ():
        for outcome in cluster_generators(generation):
            wanted = list(requirements(outcome.selector))
            if not wanted or outcome.count != 0 or "{{" in str(outcome.selector):
                continue
            if any(selected(ctx.declared, outcome)) or _undecided(wanted, clusters):
                continue
            severity = _severity(wanted, clusters)
            if severity is not None:
                yield _finding(ctx, generation, outcome, severity)


def _undecided(
    wanted: Sequence[Requirement], clusters: Sequence[ClusterRegistration]
) -> bool:
    return any(hidden(c, requirement.key) for c in clusters for requirement in wanted)


def _severity(
    wanted: Sequence[Requirement], clusters: Sequence[ClusterRegistration]
) -> Severity | None:
    """Return how bad it is; None for a switch that is off on purpose."""
    switches = [r for r in wanted if set(r.values) and set(r.values) <= _SWITCH]
    for switch in switches:
        stated = [c.labels[switch.key] for c in clusters if switch.key in c.labels]
        if not stated:
            return Severity.NOTE
        near = any(alike(value, word) for value in stated for word in switch.values)
        if not near and not any(switch.accepts(c.labels) for c in clusters):
            return None
    return Severity.ERROR


def _finding(
    ctx: Context,
    generation: Generation,
    outcome: GeneratorOutcome,
    severity: Severity,
) -> Finding:
    clusters = registered(ctx.declared)
    selector = " and ".join(str(r) for r in requirements(outcome.selector))
    names = [cluster.name for cluster in clusters]
    path = (*outcome.within, "selector")
    stated = generation.applicationset.has(path)
    return ctx.finding(
        generation.applicationset,
        f"selector {selector} matches none of the {len(clusters)} registered clusters"
        f" ({some(names, SHOWN)}); {_consequence(ctx, generation)}",
        (
            Evidence.of(
                generation.applicationset, path if stated else ("spec", "generators")
            ),
            *_labels(clusters, list(requirements(outcome.selector))),
        ),
        fix=_fix(clusters, list(requirements(outcome.selector))),
        severity=severity,
    )


def _consequence(ctx: Context, generation: Generation) -> str:
    view = ApplicationSet(generation.applicationset)
    theirs = "that it generated" if not generation.applications else "of this generator"
    which = f"every Application {theirs} ({view.name_template})"
    live = _living(ctx, generation)
    if live and not generation.applications:
        which = f"{len(live)} Applications ({some(live, SHOWN)})"
    if not view.deletes:
        return f"{which} stays as it is, because applicationsSync is {view.policy}"
    finalizers = view.manifest.get("spec", "template", "metadata", "finalizers")
    own = finalizers if isinstance(finalizers, list) else []
    kept = view.preserves_resources or (
        bool(own) and not any(str(f).startswith(RESOURCES_FINALIZER) for f in own)
    )
    fate = "and keeps what they deployed" if kept else "with everything they deployed"
    return f"Argo CD deletes {which}, {fate}"


def _living(ctx: Context, generation: Generation) -> list[str]:
    """Return the names of the live Applications that the ApplicationSet owns."""
    name = generation.applicationset.ref.name
    return [
        manifest.ref.name
        for manifest in (ctx.live.applications() if ctx.live is not None else ())
        if any(
            isinstance(owner, dict)
            and owner.get("kind") == "ApplicationSet"
            and owner.get("name") == name
            for owner in manifest.sequence("metadata", "ownerReferences")
        )
    ]


def _labels(
    clusters: Sequence[ClusterRegistration], wanted: Sequence[Requirement]
) -> Iterator[Evidence]:
    """Yield the labels of that key that some clusters have."""
    for cluster in clusters[:SHOWN]:
        for requirement in wanted:
            if requirement.key in cluster.labels:
                place = cluster.locate("labels", requirement.key)
                value = cluster.labels[requirement.key]
                yield Evidence(place, f"labels.{requirement.key}", value, cluster.ref)


def _fix(clusters: Sequence[ClusterRegistration], wanted: Sequence[Requirement]) -> str:
    lacking = [r for r in wanted if not any(r.accepts(c.labels) for c in clusters)]
    for requirement in lacking:
        for cluster in clusters:
            value = cluster.labels.get(requirement.key, "")
            if any(alike(value, word) for word in requirement.values):
                return f"Set label {requirement} on cluster {cluster.name}."
    words = " and ".join(str(r) for r in lacking or wanted)
    return f"Give a cluster the label {words}, or correct the selector."
