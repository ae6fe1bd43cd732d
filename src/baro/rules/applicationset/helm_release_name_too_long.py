"""A Helm release has a name that Helm refuses.

Reports every Helm source whose release name has more than 53 characters, or characters
that a release name must not have.
The release is named by `helm.releaseName`, else by the Application.

## Why it matters

An Application may have 253 characters, a release 53.
A template such as `{{.cluster}}-{{.instance}}-{{.addon}}` works for short names, and
fails for the first long one.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: observability-stack-for-the-second-instance-in-seoul-kr
  namespace: argocd
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: charts/web}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

## Accepted

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: observability-stack-for-the-second-instance-in-seoul-kr
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    path: charts/web
    helm: {releaseName: observability-kr}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

## How to fix

Set a shorter `helm.releaseName`, or shorten the Application's name.
Changing the release name of something that runs renames its objects.

## Seen as

```text
Error: release name "observability-stack-for-the-second-instance-in-seoul-kr": \
invalid release name, must match regex … and the length must not be longer than 53
```
"""

import re
from collections.abc import Iterator

from baro.model.expansion import FailureKind, Rendering, SourceType
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.refusals import RELEASE_NAME, refusals
from baro.rules.rule import Context, rule

LONGEST = 53
# As in Helm's pkg/chart/v2/util/validate_name.go
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


@rule("helm-release-name-too-long", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    refused = {
        (refusal.owner.ref, refusal.place): refusal
        for refusal in refusals(ctx, FailureKind.RENDER, FailureKind.SPEC)
        if RELEASE_NAME in refusal.failure.message
    }
    for refusal in refused.values():
        yield ctx.finding(
            refusal.owner,
            f"Helm refuses the release of {refusal.place}: {refusal.first_line}",
            (refusal.evidence,),
            fix="Set a shorter helm.releaseName.",
        )
    for rendering in ctx.declared.renderings:
        name = rendering.release
        if rendering.failure is not None or rendering.type is not SourceType.HELM:
            continue
        if name and (len(name) > LONGEST or not _NAME.fullmatch(name)):
            yield ctx.finding(
                rendering.application,
                f"Helm refuses the release name {name} ({len(name)} characters,"
                f" at most {LONGEST} are allowed)",
                (_evidence(rendering),),
                fix="Set a shorter helm.releaseName.",
            )


def _evidence(rendering: Rendering) -> Evidence:
    stated = (*rendering.within, "helm", "releaseName")
    if rendering.application.has(stated):
        return Evidence.of(rendering.application, stated)
    return Evidence.of(rendering.application, "metadata.name")
