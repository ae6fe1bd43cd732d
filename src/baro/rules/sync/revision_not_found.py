"""A revision does not exist in its repository.

Reports every source or git generator whose `targetRevision` is no branch, no tag, no
commit, and no constraint that a tag fulfils.

## Why it matters

Argo CD cannot load the target state, so the Application stops following Git.
A branch that was deleted after its merge is the usual case.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    targetRevision: feature/deleted
    path: manifests
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
  source:
    repoURL: https://git.example/acme/platform
    targetRevision: HEAD
    path: manifests
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Name a branch, a tag or a commit that the repository has; push it if it is only here.

## Seen as

```text
Failed to load target state: failed to generate manifest for source 1 of 1: \
rpc error: code = Unknown desc = \
unable to resolve 'feature/deleted' to a commit SHA: revision not found
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("revision-not-found", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.REVISION):
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} wants a revision that is not there: {refusal.first_line}",
            (refusal.evidence,),
            fix="Name a branch, a tag or a commit that the repository has.",
        )
