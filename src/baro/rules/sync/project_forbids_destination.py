"""An AppProject does not permit a destination.

Reports every Application, and every object that names a namespace of its own, whose
cluster and namespace match no entry of the project's `destinations`,
or one that denies.
With `permitOnlyProjectScopedClusters` the cluster must belong to the project, too: its
Secret names the project.

## Why it matters

For the Application's own destination nothing is compared or synced.
For an object in another namespace the whole sync fails, at the moment when it would be
applied.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{server: 'https://kubernetes.default.svc', namespace: 'web-*'}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{name: in-cluster, namespace: 'web*'}]
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
```

## How to fix

Add the cluster and the namespace to the project's `destinations`, or write the project
into the Secret that registers the cluster (`project`).

## Seen as

The condition `InvalidSpecError`:

```text
application destination server 'https://kubernetes.default.svc' and namespace 'web' \
do not match any of the allowed destinations in project 'platform'
```

An object in another namespace, in the operation's message:

```text
namespace kube-system is not permitted in project 'platform'
```
"""

from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.rules.destinations import Place, Places, unresolved
from baro.rules.kinds import Scopes
from baro.rules.projects import Project, governed, registered
from baro.rules.rule import Context, rule


@rule("project-forbids-destination", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    scopes, places = Scopes.of(ctx.declared), Places.of(ctx.declared)
    for application, project in governed(ctx.declared):
        destination = application.destination
        where = places.of_destination(destination)
        undecided = project.decides_by_unknown(where) or not where.key
        if undecided or unresolved(application):
            continue
        if project.permits_destination(where, destination.namespace):
            yield from _objects(ctx, application, project, where, scopes)
            continue
        name = project.manifest.ref.name
        scoped = project.scoped_clusters_only
        yield ctx.finding(
            application.manifest,
            f"application destination server '{destination}' and namespace"
            f" '{destination.namespace}' do not match any of the allowed destinations"
            f" in project '{name}'",
            (
                Evidence.of(application.manifest, "spec.destination"),
                Evidence.of(
                    project.manifest,
                    "spec.permitOnlyProjectScopedClusters"
                    if scoped
                    else "spec.destinations",
                ),
            ),
            fix=f"Add the destination to AppProject {name}."
            if not scoped
            else f"Register the cluster with `project: {name}`, or permit others.",
            # A registration that is not in Git may give the cluster to the project.
            confidence=Confidence.CERTAIN
            if not scoped or registered(ctx.declared, where)
            else Confidence.POSSIBLE,
        )


def _objects(
    ctx: Context,
    application: Application,
    project: Project,
    where: Place,
    scopes: Scopes,
) -> Iterator[Finding]:
    said: set[str] = set()
    for manifest in ctx.declared.of_application(application.manifest.ref):
        namespace = manifest.ref.namespace
        if not namespace or namespace in said or scopes.cluster_scoped(manifest.ref):
            continue
        if not project.permits_destination(where, namespace):
            said.add(namespace)
            yield ctx.finding(
                manifest,
                f"namespace {namespace} is not permitted in project"
                f" '{project.manifest.ref.name}'",
                (
                    Evidence.of(manifest, "metadata.namespace"),
                    Evidence.of(project.manifest, "spec.destinations"),
                ),
                fix=f"Add {namespace} to destinations of {project.manifest.ref}.",
            )
