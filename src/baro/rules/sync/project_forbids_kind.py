"""An AppProject does not permit a kind.

Reports every kind that an Application renders and its project forbids.
Cluster-scoped kinds are forbidden unless `clusterResourceWhitelist` names them;
namespaced kinds are allowed unless a list says otherwise.

## Why it matters

One forbidden object fails the whole sync.
A chart that adds a ClusterRole or a CRD in a new version meets a project that was fine
before.

## Flagged

```yaml
# projects.yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['*'], destinations: [{server: '*', namespace: '*'}]}
```

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# manifests/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: []
```

## Accepted

```yaml
# projects.yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec:
  sourceRepos: ['*']
  destinations: [{server: '*', namespace: '*'}]
  clusterResourceWhitelist: [{group: rbac.authorization.k8s.io, kind: 'ClusterRole*'}]
```

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# manifests/role.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: []
```

## How to fix

Add the kind to the project's `clusterResourceWhitelist` (or take it out of a
blacklist),
or turn it off in the chart.

## Seen as

In the result of the sync:

```text
resource rbac.authorization.k8s.io:ClusterRole is not permitted in project platform
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.rules.kinds import Scopes
from baro.rules.projects import Project, governed
from baro.rules.rule import Context, rule


@rule("project-forbids-kind", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    scopes = Scopes.of(ctx.declared)
    for application, project in governed(ctx.declared):
        said: set[tuple[str, str]] = set()
        for manifest in ctx.declared.of_application(application.manifest.ref):
            ref = manifest.ref
            kind = (ref.group, ref.kind)
            if kind in said or not _forbidden(project, scopes, manifest):
                continue
            said.add(kind)
            name = project.manifest.ref.name
            yield ctx.finding(
                manifest,
                f"resource {ref.group}:{ref.kind} is not permitted in project {name}",
                (
                    Evidence.of(project.manifest, _list(project, scopes, manifest)),
                    Evidence.of(manifest, "kind"),
                ),
                fix=f"Permit {ref.kind} in AppProject {name}.",
            )


def _forbidden(project: Project, scopes: Scopes, manifest: Manifest) -> bool:
    ref = manifest.ref
    alone = scopes.cluster_scoped(ref)
    if alone is None or not ref.kind:
        return False
    return not project.permits_kind(ref.group, ref.kind, ref.name, spaced=not alone)


def _list(project: Project, scopes: Scopes, manifest: Manifest) -> str:
    """Return the field of the project to look at."""
    part = "cluster" if scopes.cluster_scoped(manifest.ref) else "namespace"
    for field in (f"{part}ResourceBlacklist", f"{part}ResourceWhitelist"):
        if project.manifest.has(("spec", field)):
            return f"spec.{field}"
    return "spec"
