"""An object is of an API version that the cluster does not serve any more.

Reports every object whose `apiVersion` was removed before, or in,
the Kubernetes version
that it is rendered for.

## Why it matters

The sync fails, for this object and with it for the whole Application.
It happens at the upgrade of the cluster, when nobody changed the manifests.

## Flagged

```yaml
# manifests/web.yaml
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: web, namespace: default}
```

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

## Accepted

```yaml
# manifests/web.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: default}
```

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

## How to fix

Write the version that took its place, or use a version of the chart that does.
A chart that asks `.Capabilities.APIVersions` renders the right one by itself,
if Argo CD
knows the cluster's version.

## Seen as

```text
The Kubernetes API could not find version "v1beta1" of networking.k8s.io/Ingress for \
requested resource default/web. Version "v1" of networking.k8s.io/Ingress is installed \
on the destination cluster.
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from baro.model.finding import Finding, Layer, Severity
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.rules.lines import lines
from baro.rules.removals import REMOVALS, Removal, Version
from baro.rules.rule import Context, rule

_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_KINDS = frozenset(removed.rpartition("/")[2] for removed in REMOVALS)


@rule("removed-kubernetes-api", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    versions = _versions(ctx.declared)
    everywhere = _parsed(ctx.declared.kubernetes_version)
    for manifest in ctx.declared.manifests:
        if manifest.kind not in _KINDS:
            continue
        api = manifest.text("apiVersion")
        removal = REMOVALS.get(f"{api}/{manifest.kind}")
        if removal is None:
            continue
        version = everywhere
        if manifest.application is not None:
            version = versions.get(manifest.application) or everywhere
        if version is not None and version >= removal.since:
            since = f"{removal.since[0]}.{removal.since[1]}"
            yield ctx.finding(
                manifest,
                f"{api} {manifest.kind} was removed in Kubernetes {since}, and this is"
                f" for {version[0]}.{version[1]}",
                lines(manifest, "apiVersion"),
                fix=_fix(removal),
            )


def _fix(removal: Removal) -> str:
    if removal.instead:
        return f"Write apiVersion: {removal.instead}."
    return "Remove it; nothing takes its place."


def _versions(snapshot: Snapshot) -> dict[ObjectRef, Version]:
    """Return the Kubernetes version that each Application is rendered for."""
    found: dict[ObjectRef, Version] = {}
    for rendering in snapshot.renderings:
        version = _parsed(rendering.kube_version)
        if version is not None:
            found[rendering.application.ref] = version
    return found


@lru_cache(maxsize=64)
def _parsed(text: str) -> Version | None:
    match = _VERSION.match(text)
    return (int(match.group(1)), int(match.group(2))) if match is not None else None
