"""A value file is looked up in a source that does not exist.

Reports every `$name/...` among the value files and file parameters of a multi-source
Application for which no source has `ref: name`.

## Why it matters

The source does not render.
The usual cause is a renamed `ref`,
or an environment variable such as `$ARGOCD_APP_NAME`
at the beginning of a path: in an Application with several sources it is taken for a
`ref`.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources:
    - {repoURL: 'https://git.example/acme/platform', targetRevision: HEAD, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: HEAD
      path: charts/web
      helm: {valueFiles: [$value/values/web.yaml]}
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
    - {repoURL: 'https://git.example/acme/platform', targetRevision: HEAD, ref: values}
    - repoURL: https://git.example/acme/platform
      targetRevision: HEAD
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

Use the `ref` of one of the sources, or add the source.

## Seen as

```text
Failed to load target state: failed to generate manifest for source 2 of 2: \
rpc error: code = Unknown desc = error resolving helm value files: \
source referenced "$value", which is not one of the available sources ($values)
```
"""

import re
from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.nearest import nearest
from baro.rules.refusals import Refusal, refusals
from baro.rules.rule import Context, rule

_FIXES = {
    "the same `ref` key": "Give each source a ref of its own.",
    "special characters": "Write the ref with letters, digits, - and _ only.",
    "'chart' field defined": "Take the file from a Git source; a chart has no ref.",
}
"""What to do, by what Argo CD says."""
_NAME = re.compile(r'source referenced "\$([^"]*)"')


@rule("unknown-source-reference", Severity.ERROR, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.REFERENCE):
        yield ctx.finding(
            refusal.owner,
            f"{refusal.place} {_fault(refusal)}: {refusal.first_line}",
            (refusal.evidence,),
            fix=_fix(refusal),
        )


def _fault(refusal: Refusal) -> str:
    asked = _NAME.search(refusal.failure.message)
    if asked is not None:
        return "reads a file of a source that does not exist"
    return "cannot be rendered with the refs that there are"


def _fix(refusal: Refusal) -> str:
    said = refusal.failure.message
    for words, fix in _FIXES.items():
        if words in said:
            return fix
    known = {s.ref for s in Application(refusal.owner).sources if s.ref}
    asked = _NAME.search(said)
    near = nearest(asked.group(1), known) if asked is not None else ""
    if near:
        return f"Write ${near}."
    if known:
        return f"Use one of the refs that exist: {', '.join(sorted(known))}."
    return "Add `ref` to the source that holds the file."
