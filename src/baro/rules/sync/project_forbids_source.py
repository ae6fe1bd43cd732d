"""An AppProject does not permit a repository.

Reports every source whose repository matches no entry of its project's `sourceRepos`,
or
one that begins with `!`.

## Why it matters

The Application is neither compared nor synced.
The patterns are stricter than they look: `*` does not cross a `/`, so
`https://git.example/*` permits no repository with two path segments, and SSH and HTTPS
are different repositories.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['https://git.example/*']}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  source: {repoURL: 'https://git.example/acme/platform', path: web}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec: {sourceRepos: ['https://git.example/acme/*']}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: platform
  source: {repoURL: 'https://git.example/acme/platform.git', path: web}
```

## How to fix

Add the repository to the project's `sourceRepos`; `**` crosses slashes.

## Seen as

The condition `InvalidSpecError`:

```text
application repo https://git.example/acme/platform is not permitted \
in project 'platform'
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.snapshot import State
from baro.rules.projects import governed
from baro.rules.rule import Context, rule


@rule(
    "project-forbids-source",
    Severity.ERROR,
    layer=Layer.SYNC,
    needs=State.DECLARED,
)
def check(ctx: Context) -> Iterator[Finding]:
    for application, project in governed(ctx.declared):
        for source in application.sources:
            url = source.repo_url
            if not url or "{{" in url or project.permits_source(url):
                continue
            name = project.manifest.ref.name
            yield ctx.finding(
                application.manifest,
                f"application repo {url} is not permitted in project '{name}'",
                (
                    Evidence.of(application.manifest, (*source.within, "repoURL")),
                    Evidence.of(project.manifest, "spec.sourceRepos"),
                ),
                fix=f"Add {url} to sourceRepos of AppProject {name}.",
            )
