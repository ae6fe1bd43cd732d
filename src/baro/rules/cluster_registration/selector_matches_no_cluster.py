"""A cluster generator's selector matches no cluster.

Reports every cluster generator that selects none of the clusters that are registered,
and says what that deletes.
A switch (`enable_x: "true"`) that no cluster turns on, and a selector that excludes,
are
empty on purpose; they count only where a label is nearly right, or where the live state
shows Applications that would go.

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
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation, GeneratorOutcome
from baro.model.fieldpath import dotted
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.selector import Requirement, requirements
from baro.rules.clusters import alike, cluster_generators, hidden, registered, selected
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule
from baro.rules.wording import once_it_works, some

_SWITCH_VALUES = frozenset(("true", "enabled", "yes", "on"))
_SWITCH_NAMES = ("enable", "install", "use_", "use-", "with_", "with-")
_POSITIVE = frozenset(("In", "Exists", "Gt", "Lt"))
_ALIKE = 0.85
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
            severity = _severity(ctx, generation, wanted)
            if severity is not None:
                yield _finding(ctx, generation, outcome, severity)


def _undecided(
    wanted: Sequence[Requirement], clusters: Sequence[ClusterRegistration]
) -> bool:
    return any(hidden(c, requirement.key) for c in clusters for requirement in wanted)


def _severity(
    ctx: Context, generation: Generation, wanted: Sequence[Requirement]
) -> Severity | None:
    """Return how bad it is; None for what is empty on purpose."""
    clusters = registered(ctx.declared)
    unmet = _unmet(clusters, wanted)
    if _living(ctx, generation) or _meant(ctx, unmet):
        return Severity.ERROR
    if any(_is_switch(r) or r.operator not in _POSITIVE for r in unmet or wanted):
        return None
    if not unmet or generation.applications:
        return Severity.WARNING
    return Severity.ERROR


def _unmet(
    clusters: Sequence[ClusterRegistration], wanted: Sequence[Requirement]
) -> list[Requirement]:
    """Return the conditions that not a single cluster fulfils."""
    return [r for r in wanted if not any(r.accepts(c.labels) for c in clusters)]


def _is_switch(requirement: Requirement) -> bool:
    """Tell whether a condition is there to be turned on by those who want it."""
    if requirement.operator == "Exists":
        return True
    named = requirement.key.rpartition("/")[2].startswith(_SWITCH_NAMES)
    return named or (
        bool(requirement.values) and set(requirement.values) <= _SWITCH_VALUES
    )


def _meant(ctx: Context, unmet: Sequence[Requirement]) -> str:
    """Return what to write on which cluster, where a label is nearly right."""
    used = {
        requirement.key
        for generation in ctx.declared.generations
        for outcome in generation.generators
        for requirement in requirements(outcome.selector)
    }
    for requirement in unmet:
        if requirement.operator not in _POSITIVE:
            continue
        for cluster in registered(ctx.declared):
            value = cluster.labels.get(requirement.key, "")
            if any(alike(value, word) for word in requirement.values):
                return f"Set label {requirement} on cluster {cluster.name}."
            # A label that another selector wants is right as it is.
            other = nearest(requirement.key, set(cluster.labels) - used, alike=_ALIKE)
            if other and requirement.key not in cluster.labels:
                return f"Rename label {other} of cluster {cluster.name}."
    return ""


def _finding(
    ctx: Context,
    generation: Generation,
    outcome: GeneratorOutcome,
    severity: Severity,
) -> Finding:
    clusters = registered(ctx.declared)
    wanted = list(requirements(outcome.selector))
    unmet = _unmet(clusters, wanted)
    selector = " and ".join(str(r) for r in wanted)
    names = [cluster.name for cluster in clusters]
    applicationset = generation.applicationset
    path = (*outcome.within, "selector")
    if not applicationset.has(path):
        path = ("spec", "generators")
    place = applicationset.origin.locate(path)
    lacking = " and ".join(str(r) for r in unmet if r.operator in _POSITIVE)
    return ctx.finding(
        applicationset,
        f"selector {selector} matches none of the {len(clusters)} registered clusters"
        f" ({some(names, SHOWN)}); {_consequence(ctx, generation)}",
        (
            Evidence(place, dotted(path), selector, applicationset.ref),
            *_labels(clusters, wanted),
        ),
        fix=_meant(ctx, unmet)
        or f"Give a cluster the label {lacking or selector}, or correct the selector.",
        severity=severity,
    )


def _consequence(ctx: Context, generation: Generation) -> str:
    view = ApplicationSet(generation.applicationset)
    whose = "this generator made" if generation.applications else "it generated"
    which = f"every Application that {whose} before ({view.name_template})"
    live = _living(ctx, generation)
    if live and not generation.applications:
        which = f"{len(live)} Applications ({some(live, SHOWN)})"
    if not view.deletes:
        return f"{which} would stay, because applicationsSync is {view.policy}"
    finalizers = view.manifest.get("spec", "template", "metadata", "finalizers")
    own = finalizers if isinstance(finalizers, list) else []
    kept = view.preserves_resources or (
        bool(own) and not any(str(f).startswith(RESOURCES_FINALIZER) for f in own)
    )
    fate = "and keeps what they deployed" if kept else "with everything they deployed"
    return f"{once_it_works(generation)}Argo CD would delete {which}, {fate}"


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
