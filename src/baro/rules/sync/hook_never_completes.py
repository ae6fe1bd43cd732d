"""A sync waits for an object that cannot become ready.

Reports hooks and waves that can never finish:
a suspended Job and a paused Deployment, a
hook Job whose Pod restarts for ever, a claim that waits for a Pod of a later wave.

## Why it matters

Argo CD applies a wave when everything in the wave before is healthy, and ends a phase
when all its hooks are complete.
What never becomes healthy keeps the operation `Running` for ever: later waves are not
applied, no new commit is synced, and a deletion waits too.

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
  suspend: true
  template:
    spec: {restartPolicy: Never, containers: [{name: migrate, image: acme/migrate:1}]}
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
    spec: {restartPolicy: Never, containers: [{name: migrate, image: acme/migrate:1}]}
```

## How to fix

Remove `suspend` or `paused`; give a Job's Pod `restartPolicy: Never` or `OnFailure`.
Put a claim into the wave of the workload that uses it.

## Seen as

The operation's message, for ever:

```text
waiting for completion of hook batch/Job/migrate
```

A wave that is not healthy:

```text
waiting for healthy state of apps/Deployment/web
```

A Job that restarts is refused when it is applied:

```text
Job.batch "migrate" is invalid: spec.template.spec.restartPolicy: \
Required value: valid values: "OnFailure", "Never"
```
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from baro.model.fieldpath import FieldPath
from baro.model.finding import Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.snapshot import Snapshot
from baro.model.workload import needs
from baro.rules.lines import lines
from baro.rules.projects import stated
from baro.rules.rule import Context, rule
from baro.rules.waves import Step, first_step, is_hook

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


class _Stop(Struct, frozen=True):
    """Why an object is never ready, the field that says so, and the way out."""

    reason: str
    path: FieldPath
    fix: str


@rule("hook-never-completes", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    late = _late_binding(ctx.declared)
    for application in ctx.declared.applications():
        objects = ctx.declared.of_application(application.ref)
        steps = {id(m): step for m in objects if (step := first_step(m)) is not None}
        last = max(steps.values(), default=Step(0, 0))
        for manifest in objects:
            step = steps.get(id(manifest))
            if step is None or not (is_hook(manifest) or step < last):
                continue
            stop = _stop(manifest) or _unbound(manifest, objects, late)
            if stop is not None:
                waits = "hook" if is_hook(manifest) else f"{step}, before {last},"
                yield ctx.finding(
                    manifest,
                    f"{waits} never completes: {stop.reason}",
                    lines(manifest, stop.path),
                    fix=stop.fix,
                )


def _stop(manifest: Manifest) -> _Stop | None:
    # Argo CD: gitops-engine/pkg/health, and getOperationPhase: Suspended is Running
    kind = (manifest.ref.group, manifest.kind)
    if kind == ("apps", "Deployment") and manifest.get("spec", "paused") is True:
        return _Stop(
            "Deployment is paused, which Argo CD counts as suspended",
            ("spec", "paused"),
            "Remove spec.paused.",
        )
    if kind != ("batch", "Job"):
        return None
    if manifest.get("spec", "suspend") is True:
        return _Stop(
            "the Job is suspended, so it starts no Pod",
            ("spec", "suspend"),
            "Remove spec.suspend.",
        )
    policy = ("spec", "template", "spec", "restartPolicy")
    if manifest.get(*policy) not in ("Never", "OnFailure") and not manifest.has(
        ("spec", "managedBy")
    ):
        said = manifest.text(*policy) or "Always, the default,"
        return _Stop(
            f"restartPolicy {said} is refused for a Job",
            stated(manifest, policy, policy[:-1]),
            "Set restartPolicy to Never or OnFailure.",
        )
    return None


def _unbound(
    manifest: Manifest, objects: Sequence[Manifest], late: frozenset[str]
) -> _Stop | None:
    """Tell whether a claim waits for a Pod that comes in a later step."""
    if manifest.kind != "PersistentVolumeClaim" or manifest.text("spec", "volumeName"):
        return None
    if manifest.text("spec", "storageClassName") not in late:
        return None
    own = first_step(manifest)
    users = [
        step
        for other in objects
        if any(
            n.kind == manifest.kind and n.name == manifest.ref.name
            for n in needs(other)
        )
        if (step := first_step(other)) is not None
    ]
    if own is None or not users or min(users) <= own:
        return None
    return _Stop(
        "its storage class binds a claim when a Pod uses it, and the first Pod that"
        f" does comes in {min(users)}",
        stated(manifest, ("spec", "storageClassName")),
        "Put the claim into the wave of the workload that uses it.",
    )


def _late_binding(snapshot: Snapshot) -> frozenset[str]:
    """Return the storage classes that wait for a consumer; empty is the default one."""
    found: set[str] = set()
    for manifest in snapshot.of_kind("StorageClass"):
        if manifest.get("volumeBindingMode") == "WaitForFirstConsumer":
            found.add(manifest.ref.name)
            default = manifest.get("metadata", "annotations", _DEFAULT_CLASS)
            if default == "true":
                found.add("")
    return frozenset(found)
