"""Nobody creates the namespace that an Application deploys into.

Reports every destination namespace that no `CreateNamespace=true`,
no Namespace object of
the target state, and not Kubernetes itself makes on that cluster.

## Why it matters

The first sync fails at its first namespaced object.
On a cluster where somebody once made the namespace by hand it works, which is why the
fault shows only on the next cluster.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
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
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Add `CreateNamespace=true` to `syncPolicy.syncOptions`, or put the Namespace into Git.

## Seen as

In the result of the sync:

```text
namespaces "web" not found
```
"""

from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.snapshot import Snapshot
from baro.rules.destinations import Places, unresolved
from baro.rules.kinds import Scopes
from baro.rules.rule import Context, rule

BUILT_IN = frozenset(("default", "kube-system", "kube-public", "kube-node-lease"))


@rule("destination-namespace-missing", Severity.WARNING, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    live = ctx.live.of_kind("Namespace") if ctx.live is not None else ()
    known = {*BUILT_IN, *(manifest.ref.name for manifest in live)}
    scopes, places = Scopes.of(ctx.declared), Places.of(ctx.declared)
    made = _made(ctx.declared, places)
    for manifest in ctx.declared.applications():
        application = Application(manifest)
        destination = application.destination
        namespace = destination.namespace
        where = places.of_destination(destination)
        if not namespace or namespace in known or unresolved(application):
            continue
        if {(where.key, namespace), ("", namespace)} & made:
            continue
        if _deploys(ctx.declared, application, scopes):
            yield ctx.finding(
                manifest,
                f"nothing creates namespace {namespace} on cluster {where}",
                (Evidence.of(manifest, "spec.destination.namespace"),),
                fix="Add CreateNamespace=true to spec.syncPolicy.syncOptions.",
                # What could not be rendered may well create it.
                confidence=Confidence.POSSIBLE
                if ctx.declared.gaps
                else Confidence.LIKELY,
            )


def _made(snapshot: Snapshot, places: Places) -> set[tuple[str, str]]:
    """Return (cluster, namespace) of what is made; no cluster stands for any."""
    made: set[tuple[str, str]] = set()
    for manifest in snapshot.applications():
        application = Application(manifest)
        if application.creates_namespace:
            destination = application.destination
            where = places.of_destination(destination)
            made.add((where.key, destination.namespace))
    for manifest in snapshot.of_kind("Namespace"):
        owner = snapshot.get(manifest.application) if manifest.application else None
        cluster = ""
        if owner is not None:
            cluster = places.of_destination(Application(owner).destination).key
        made.add((cluster, manifest.ref.name))
    # Where Argo CD's own objects live, Argo CD lives.
    argocd = (*snapshot.applications(), *snapshot.applicationsets())
    made.update(("", manifest.ref.namespace) for manifest in argocd)
    return made


def _deploys(snapshot: Snapshot, application: Application, scopes: Scopes) -> bool:
    """Tell whether it puts a namespaced object into the destination namespace."""
    namespace = application.destination.namespace
    return any(
        manifest.ref.namespace in ("", namespace)
        and scopes.cluster_scoped(manifest.ref) is False
        for manifest in snapshot.of_application(application.manifest.ref)
    )
