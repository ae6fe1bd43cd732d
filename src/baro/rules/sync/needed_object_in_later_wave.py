"""A hook or wave needs an object that comes after it.

Reports every workload that needs a Secret, ConfigMap, claim or ServiceAccount which the
same Application makes only in a later wave or phase.

## Why it matters

The later wave waits until this workload is ready, and the workload waits for the later
wave.
It shows only on the first installation; where the object is there from an earlier
time, the same manifests work.
`PreSync` comes before everything that is not a hook, whatever its wave is.

## Flagged

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
# manifests/migrate.yaml
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: {argocd.argoproj.io/hook: PreSync}
spec:
  template:
    spec:
      restartPolicy: Never
      serviceAccountName: migrate
      containers: [{name: migrate, image: acme/migrate:1}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: migrate}
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
# manifests/migrate.yaml
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: {argocd.argoproj.io/hook: PreSync}
spec:
  template:
    spec:
      restartPolicy: Never
      serviceAccountName: migrate
      containers: [{name: migrate, image: acme/migrate:1}]
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: migrate
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/sync-wave: "-1"
```

## How to fix

Give the needed object an earlier wave,
or the hook a later phase (`Sync` or `PostSync`).

## Seen as

```text
pods "migrate-" is forbidden: error looking up service account default/migrate: \
serviceaccount "migrate" not found
```

and, in the operation's message, for ever:

```text
waiting for completion of hook batch/Job/migrate
```
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from baro.graph.relations.provides import claimed, made_secret
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.model.workload import Need
from baro.rules.lines import lines
from baro.rules.rule import Context, rule
from baro.rules.waves import first_step

WAITING = frozenset(("Job", "Pod", "Deployment", "StatefulSet", "DaemonSet"))
"""Kinds whose health waits for their Pods."""

Makers = Mapping[tuple[str, str, str, str], list[Manifest]]


@rule("needed-object-in-later-wave", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    waiting = [
        (manifest, wanted)
        for manifest, wanted in ctx.declared.needs
        if manifest.application is not None and manifest.kind in WAITING
    ]
    made = _made(ctx.declared) if waiting else {}
    for manifest, wanted in waiting:
        said: set[tuple[str, str]] = set()
        for need in wanted:
            maker = _later(made, manifest, need)
            if maker is None or need.optional or (need.kind, need.name) in said:
                continue
            said.add((need.kind, need.name))
            thing = "" if maker.kind == need.kind else f", made by {maker.ref},"
            yield ctx.finding(
                manifest,
                f"{first_step(manifest)} needs {need.kind} {need.name}{thing} which"
                f" comes in {first_step(maker)}",
                (
                    *lines(manifest, need.path),
                    Evidence.of(maker, "metadata.name"),
                ),
                fix=f"Give {maker.ref} an earlier wave or phase.",
            )


def _later(made: Makers, manifest: Manifest, need: Need) -> Manifest | None:
    """Return what makes a need, if all that make it come later in the same sync."""
    own = first_step(manifest)
    makers = made.get(
        (manifest.cluster, need.kind, manifest.ref.namespace, need.name), []
    )
    if own is None or not makers:
        return None
    for maker in makers:
        step = first_step(maker)
        if maker.application != manifest.application or step is None or step <= own:
            return None
    return makers[0]


def _made(snapshot: Snapshot) -> Makers:
    found: defaultdict[tuple[str, str, str, str], list[Manifest]] = defaultdict(list)
    for manifest in snapshot.manifests:
        for ref in _makes(manifest):
            found[manifest.cluster, ref.kind, ref.namespace, ref.name].append(manifest)
    return found


def _makes(manifest: Manifest) -> Iterator[ObjectRef]:
    if not manifest.ref.group:
        yield manifest.ref
    secret, _ = made_secret(manifest)
    if secret:
        yield ObjectRef("Secret", secret, manifest.ref.namespace)
    if manifest.kind == "StatefulSet":
        for name in claimed(manifest):
            yield ObjectRef("PersistentVolumeClaim", name, manifest.ref.namespace)
