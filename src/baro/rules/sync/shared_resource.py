"""Two Applications own one object.

Reports what two Applications render for one cluster: one finding for each two (or more)
of them, which counts their objects and names the first.
Where they render the same content, such as a Namespace, it is a warning.

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
from baro.rules.wording import SHOWN, some

Owners = tuple[ObjectRef, ...]
"""The Applications that render one object, by their names."""
Shared = list[tuple[ObjectRef, Sequence[Manifest]]]
"""The objects of some Applications, each with what these render of it."""


@rule("shared-resource", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for (owners, same), shared in _shared(ctx.declared).items():
        first, *others = owners
        names = " and ".join(owner.path for owner in others)
        what = f"what {names} {'renders' if len(others) == 1 else 'render'}"
        how = f"{what}, too" if same else f"{what} otherwise"
        shared.sort(key=lambda entry: str(entry[0]))
        refs = [ref for ref, _ in shared]
        one = len(refs) == 1
        yield ctx.finding(
            refs[0] if one else first,
            f"{first.path} renders {how}: {'' if one else f'{len(refs)} objects, '}"
            f"{some(map(str, refs))}",
            (
                evidence
                for _, manifests in shared[:SHOWN]
                for manifest in manifests
                for evidence in lines(manifest, "metadata.name")
            ),
            fix=f"Leave {'the object' if one else 'each object'} to one Application, "
            f"or rename {'it' if one else 'them'} in each.",
            application=first,
            severity=Severity.WARNING if same else None,
        )


def _shared(snapshot: Snapshot) -> dict[tuple[Owners, bool], Shared]:
    """Return what several Applications render, and whether all render it alike."""
    owned: defaultdict[ObjectRef, dict[ObjectRef, Manifest]] = defaultdict(dict)
    scopes = Scopes.of(snapshot)
    for manifest in snapshot.manifests:
        if manifest.application is not None and manifest.get("metadata", "name"):
            ref = _placed(snapshot, scopes, manifest)
            owned[ref].setdefault(manifest.application, manifest)
    shared: defaultdict[tuple[Owners, bool], Shared] = defaultdict(list)
    for ref, by_owner in owned.items():
        if len(by_owner) > 1:
            owners = tuple(sorted(by_owner, key=str))
            manifests = [by_owner[owner] for owner in owners]
            shared[owners, _same(manifests)].append((ref, manifests))
    return shared


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
