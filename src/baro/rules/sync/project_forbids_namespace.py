"""An AppProject does not accept Applications of a namespace.

Reports every Application that lives outside of Argo CD's own namespace, and whose
namespace matches no entry of its project's `sourceNamespaces`.
An entry is a glob, or an expression between slashes.

## Why it matters

The Application is neither compared nor synced, and the project `default` accepts none
of them unless somebody changes it.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['*'], sourceNamespaces: [team-b]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: team-a}
spec: {project: platform}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['*'], sourceNamespaces: [team-*]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: team-a}
spec: {project: platform}
```

## How to fix

Add the namespace to the project's `sourceNamespaces`, or move the Application into
Argo CD's namespace.

## Seen as

The condition `UnknownError`:

```text
application 'web' in namespace 'team-a' is not permitted to use project 'platform'
```
"""

from collections.abc import Iterator

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.snapshot import State
from baro.rules.projects import governed, stated
from baro.rules.rule import Context, rule


@rule(
    "project-forbids-namespace",
    Severity.ERROR,
    layer=Layer.SYNC,
    needs=State.DECLARED,
)
def check(ctx: Context) -> Iterator[Finding]:
    for application, project in governed(ctx.declared):
        ref = application.manifest.ref
        permitted = project.permits_applications_of(ref.namespace)
        if permitted:
            continue
        name = project.manifest.ref.name
        listed = stated(project.manifest, ("spec", "sourceNamespaces"))
        yield ctx.finding(
            application.manifest,
            f"application '{ref.name}' in namespace '{ref.namespace}' is not permitted"
            f" to use project '{name}'",
            (
                Evidence.of(application.manifest, "metadata.namespace"),
                Evidence.of(project.manifest, listed),
            ),
            fix=f"Add {ref.namespace} to sourceNamespaces of AppProject {name}.",
            # An expression may be one that is not tried here.
            confidence=Confidence.CERTAIN
            if permitted is False
            else Confidence.POSSIBLE,
        )
