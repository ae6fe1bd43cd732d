"""Two Applications own one object.

Reports every object that two Applications render for one cluster; where both render the
same content, such as a Namespace, it is a warning.

## Why it matters

The Application that syncs last takes the object, and the other one is out of sync until
it takes it back.
With self-heal the two overwrite each other for ever; with prune, or when one of them is
deleted, the object goes although the other still needs it.

## Flagged

```yaml
# apps/a.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: one, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: shared}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# apps/b.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: two, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: shared}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# shared/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
```

## Accepted

```yaml
# apps/a.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: one, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: shared}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# apps/b.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: two, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: shared}
  destination: {server: 'https://kubernetes.default.svc', namespace: kube-public}
```

```yaml
# shared/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
```

## How to fix

Leave the object to one of the two, or give it a name that differs in each.

## Seen as

The condition `SharedResourceWarning`:

```text
ConfigMap/settings is part of applications argocd/one and two
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from baro.model.argocd import Application
from baro.model.finding import Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.rules.kinds import Scopes
from baro.rules.lines import lines
from baro.rules.rule import Context, rule


@rule("shared-resource", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    owned: defaultdict[ObjectRef, dict[ObjectRef, Manifest]] = defaultdict(dict)
    scopes = Scopes.of(ctx.declared)
    for manifest in ctx.declared.manifests:
        if manifest.application is not None and manifest.get("metadata", "name"):
            ref = _placed(ctx.declared, scopes, manifest)
            owned[ref].setdefault(manifest.application, manifest)
    for ref, owners in owned.items():
        if len(owners) > 1:
            yield ctx.finding(
                ref,
                f"{len(owners)} Applications render {ref}: {_names(list(owners))}",
                (e for m in owners.values() for e in lines(m, "metadata.name")),
                fix="Leave the object to one Application, or rename it in each.",
                application=next(iter(owners)),
                severity=Severity.WARNING if _same(list(owners.values())) else None,
            )


def _placed(snapshot: Snapshot, scopes: Scopes, manifest: Manifest) -> ObjectRef:
    """Return the object's name with the namespace that Argo CD gives it."""
    ref = manifest.ref
    if scopes.cluster_scoped(ref):
        return replace(ref, namespace="")
    if ref.namespace or manifest.application is None:
        return ref
    owner = snapshot.get(manifest.application)
    if owner is None:
        return ref
    return replace(ref, namespace=Application(owner).destination.namespace)


def _same(manifests: Sequence[Manifest]) -> bool:
    """Tell whether it makes no difference whose version is applied."""
    first = _content(manifests[0])
    return all(_content(manifest) == first for manifest in manifests)


def _content(manifest: Manifest) -> dict[str, object]:
    return {k: v for k, v in manifest.body.items() if k not in ("metadata", "status")}


def _names(refs: Sequence[ObjectRef]) -> str:
    return ", ".join(sorted(ref.path for ref in refs))
