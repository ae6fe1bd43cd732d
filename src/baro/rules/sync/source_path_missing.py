"""A source's folder does not exist.

Reports every source whose `path` is not in the repository at that revision, is a file,
or leads out of the repository; and every source of a repository that has a symbolic
link out of it, which Argo CD refuses whole.

## Why it matters

Argo CD cannot load the target state.
A folder that was moved without its Application leaves the Application frozen at what it
last applied.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: manifest}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
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
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Correct the path: it counts from the root of the repository, without a leading `/`.
Remove a link that leads out of the repository, or let it lead to a place in it.

## Seen as

```text
Failed to load target state: failed to generate manifest for source 1 of 1: \
rpc error: code = Unknown desc = manifest: app path does not exist
repository contains out-of-bounds symlinks. file: shared
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("source-path-missing", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.PATH):
        fails = "has no such folder"
        fix = "Correct the path; it counts from the root of the repository."
        if link := refusal.failure.fields.get("link"):
            fails = "is in a repository with a link that leads out of it"
            fix = f"Remove {link}, or let it lead to a place in the repository."
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} {fails}: {refusal.first_line}",
            (refusal.evidence,),
            fix=fix,
        )
