"""Nobody registers the cluster that an Application is for.

Reports every destination whose name or server is none of the registered clusters,
and one
that names both or neither.
Where no cluster is registered in Git or in `baro.yaml`, or where the name of one comes
from a secret store, a name that nobody registers is not reported.

## Why it matters

Argo CD refuses the spec.
If the registration disappears later, a deletion of the Application drops its finalizer
and orphans everything that it deployed.

## Flagged

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels: {argocd.argoproj.io/secret-type: cluster}
stringData: {name: hub, server: https://hub.example}
```

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {name: hub-1, namespace: default}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## Accepted

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels: {argocd.argoproj.io/secret-type: cluster}
stringData: {name: hub, server: https://hub.example}
```

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example/acme/platform', path: manifests}
  destination: {name: hub, namespace: default}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Name a registered cluster, or register this one; state the name or the server, not both.

## Seen as

The condition `InvalidSpecError`:

```text
there are no clusters with this name: hub-1
```
"""

from collections.abc import Iterator

from baro.model.argocd import Application
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.snapshot import Snapshot
from baro.rules.clusters import registered
from baro.rules.destinations import Places, unresolved
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule


@rule("destination-cluster-unknown", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    places = Places.of(ctx.declared)
    clusters = registered(ctx.declared)
    # A cluster whose name or server nobody knows may be any of them.
    nameless = any({("name",), ("server",)} & c.unknown for c in clusters)
    known = bool(clusters) and not nameless
    for manifest in ctx.declared.applications():
        application = Application(manifest)
        if unresolved(application):
            continue
        message = _refusal(application, places if known else None)
        if message:
            stated = manifest.has(("spec", "destination"))
            path = "spec.destination" if stated else "spec"
            yield ctx.finding(
                manifest,
                message,
                (Evidence.of(manifest, path),),
                fix=_fix(ctx.declared, application),
            )


def _refusal(application: Application, places: Places | None) -> str:
    # Argo CD: util/argo/argo.go, GetDestinationCluster
    destination = application.destination
    name, server = destination.name, destination.server
    if name and server:
        return (
            "application destination can't have both name and server defined:"
            f" {name} {server}"
        )
    if not name and not server:
        return "Destination server missing from app spec"
    if places is None or destination.local:
        return ""
    if name and name not in places.by_name:
        return f"there are no clusters with this name: {name}"
    if server and server.rstrip("/") not in places.by_server:
        return f'cluster "{server}" not found'
    return ""


def _fix(snapshot: Snapshot, application: Application) -> str:
    destination = application.destination
    if destination.name and destination.server:
        return "Remove the name or the server."
    names = [cluster.name for cluster in registered(snapshot)]
    near = nearest(destination.name, names) if destination.name else ""
    return f"Write {near}." if near else "Name a cluster that is registered."
