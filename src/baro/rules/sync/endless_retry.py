"""An automated Application retries for ever on two revisions of one repository.

Reports an automated Application with `retry.limit` below 0 whose sources share a
repository through `$name/...` value files.

## Why it matters

Argo CD resolves each source by itself.
A push that arrives in between pins the operation to two commits of one repository,
which
it then refuses (`revision-conflict`), and every retry uses the same pins.
A limited operation fails after minutes and the next one succeeds;
an unlimited one never
ends, no later commit is applied, and a deletion of the Application waits for it without
a word.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  sources:
    - {repoURL: 'https://git.example/acme/platform', targetRevision: main, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: main
      path: charts/web
      helm: {valueFiles: [$values/web.yaml]}
  syncPolicy:
    automated: {}
    retry: {limit: -1}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  sources:
    - {repoURL: 'https://git.example/acme/platform', targetRevision: main, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: main
      path: charts/web
      helm: {valueFiles: [$values/web.yaml]}
  syncPolicy:
    automated: {}
    retry: {limit: 5}
```

## How to fix

Set a limit of 0 or more; 5 is what Argo CD takes where nothing is said.
From 3.2 on `retry.refresh: true` lets each retry resolve the revisions again, and is as
good.

## Seen as

In `status.operationState.message`, while `status.conditions` is empty:

```text
cannot reference a different revision of the same repository \
($values references "1e73…" \
which resolves to "1e73…" while the application references "b5f6…" \
which resolves to "b5f6…"). Retrying attempt #41 at 9:17AM.
```
"""

from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.repourl import normal
from baro.model.snapshot import State
from baro.rules.rule import Context, rule


@rule("endless-retry", Severity.WARNING, layer=Layer.SYNC, needs=State.DECLARED)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.applications():
        application = Application(manifest)
        limit = application.retry_limit
        if limit is None or limit >= 0 or not application.automated:
            continue
        if manifest.get("spec", "syncPolicy", "retry", "refresh") is True:
            continue
        shared = _shared(application)
        if shared:
            yield ctx.finding(
                manifest,
                f"a failed sync is retried for ever (retry.limit {limit}) while"
                f" {shared} is read by two sources, so one push at the wrong moment"
                " makes an operation that never ends",
                (Evidence.of(manifest, "spec.syncPolicy.retry.limit"),),
                fix="Set retry.limit to 5.",
            )


def _shared(application: Application) -> str:
    """Return the repository that a source shares with one that it refers to."""
    named = {
        source.ref: normal(source.repo_url)
        for source in application.sources
        if source.ref
    }
    for source in application.sources:
        url = normal(source.repo_url)
        if not source.chart and url in {named.get(r) for r in source.references}:
            return source.repo_url
    return ""
