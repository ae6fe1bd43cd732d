"""An Application's AppProject does not exist.

Reports every Application whose `spec.project` is made by nothing in the target state.
The project `default` is made by Argo CD itself.
Where no AppProject at all is in Git, or a gap may hide it, this is only a note: such as
one among the `extraObjects` of a chart that is not on this machine.

## Why it matters

Argo CD neither compares nor syncs the Application, and it cannot delete it either: a
deletion needs the project.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['*'], destinations: [{server: '*', namespace: '*'}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec: {project: platforms}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['*'], destinations: [{server: '*', namespace: '*'}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec: {project: platform}
```

## How to fix

Name a project that exists, or add the AppProject, in a wave before its Applications.

## Seen as

The condition `InvalidSpecError`:

```text
Application referencing project platforms which does not exist
```
"""

from collections.abc import Iterator

from baro.model.argocd import DEFAULT_PROJECT, Application
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.rules.nearest import nearest
from baro.rules.projects import projects
from baro.rules.rule import Context, rule


@rule("project-missing", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    known = projects(ctx.declared)
    for manifest in ctx.declared.applications():
        project = Application(manifest).project
        if project in known or project == DEFAULT_PROJECT or "{{" in project:
            continue
        near = nearest(project, known)
        there = f"; there is {', '.join(sorted(known))}" if known else ""
        # What could not be rendered may well make it.
        seen = bool(known) and not ctx.declared.gaps
        yield ctx.finding(
            manifest,
            f"AppProject {project} does not exist{there}"
            if seen
            else f"AppProject {project} is not in what could be seen{there}",
            (Evidence.of(manifest, "spec.project"),),
            fix=f"Write {near}." if near else f"Add the AppProject {project}.",
            confidence=Confidence.CERTAIN if seen else Confidence.POSSIBLE,
            severity=None if seen else Severity.NOTE,
        )
