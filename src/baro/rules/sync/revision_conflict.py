"""One Application reads one repository at two revisions.

Reports every source that renders with value files (`$name/...`) of a source of the same
repository that is at another commit,
and every pair of references to one repository whose
`targetRevision` differs.

## Why it matters

Argo CD checks a repository out once while it renders a source, so it refuses.
The Application keeps what it has, and an operation that was pinned to the two commits
fails on every retry.
With `retry.limit: -1` that never ends, and a deletion waits for it.

Two references to one repository are worse, because nothing may be said: Argo CD refuses
them in a hard refresh only.
In any other one, the key under which it looks for the result gives both the commit of
the first reference, and with it the second one's value files are read from there,
whatever its `targetRevision` says.
The Application is `Synced`, with values of another revision.

The same message also comes without anybody's doing, when a push arrives between the
resolution of two sources.
If it stands in `status.operationState.message` alone, with no condition, the spec is
right and the operation is stale; if it stands in `status.conditions`,
the spec is wrong.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources:
    - {repoURL: 'https://git.example/acme/platform', targetRevision: main, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: v1.0.0
      path: charts/web
      helm: {valueFiles: [$values/values/web.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# values/web.yaml
replicas: 2
```

## Accepted

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources:
    - {repoURL: 'https://git.example/acme/platform', targetRevision: main, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: main
      path: charts/web
      helm: {valueFiles: [$values/values/web.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# values/web.yaml
replicas: 2
```

## How to fix

Give all sources of the repository one `targetRevision`.
Where two revisions are wanted, publish the chart to a chart repository,
which is another
URL.
After the fix, end an operation that is still pinned to the old commits.

## Seen as

The rendered source and the one it refers to resolve to different commits:

```text
cannot reference a different revision of the same repository \
($values references "main" which resolves to "1e73…" \
while the application references "v1.0.0" which resolves to "b5f6…")
```

Two references to one repository have a different text, whatever they resolve to, and
only in a hard refresh:

```text
cannot reference multiple revisions for the same repository \
($values references "main" while $shared references "v1.0.0")
```
"""

import re
from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.expansion import FailureKind
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.refusals import Refusal, refusals
from baro.rules.rule import Context, rule

_REFERENCES = re.compile(r"\$([\w-]+) references")


@rule("revision-conflict", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.REVISION_CONFLICT):
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} meets one repository at two revisions:"
            f" {refusal.first_line}",
            _evidence(refusal),
            fix="Give all sources of the repository one targetRevision.",
        )


def _evidence(refusal: Refusal) -> Iterator[Evidence]:
    """Yield where each of the two revisions is written, the source's own first."""
    named = _REFERENCES.findall(refusal.failure.message)
    places = [s.within for s in Application(refusal.owner).sources if s.ref in named]
    if len(named) == 1 and refusal.rendering is not None:
        places.insert(0, refusal.rendering.within)
    for place in places:
        revision = (*place, "targetRevision")
        stated = refusal.owner.has(revision)
        yield Evidence.of(refusal.owner, revision if stated else place)
    if not places:
        yield refusal.evidence
