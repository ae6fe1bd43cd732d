"""One cluster is registered twice.

Reports two registrations with one name, and two with one server.

## Why it matters

Two clusters of one name make every Application that names it invalid, and a deletion of
such an Application orphans what it deployed.
Two names of one server make a cluster generator yield each Application twice, and the
two fight for the same objects.

## Flagged

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: production
stringData: {name: hub, server: 'https://hub.example'}
```

```yaml
# clusters/main.yaml
apiVersion: v1
kind: Secret
metadata:
  name: main
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: production
stringData: {name: main, server: 'https://hub.example'}
```

## Accepted

```yaml
# clusters/hub.yaml
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: production
stringData: {name: hub, server: 'https://hub.example'}
```

```yaml
# clusters/main.yaml
apiVersion: v1
kind: Secret
metadata:
  name: main
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    environment: production
stringData: {name: main, server: 'https://main.example'}
```

## How to fix

Keep one Secret for each cluster, with the labels and annotations of both.

## Seen as

The condition `InvalidSpecError` of every Application that names the cluster:

```text
there are 2 clusters with the same name: [https://a.example https://b.example]
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from baro.model.cluster import ClusterRegistration
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.clusters import registered
from baro.rules.rule import Context, rule


@rule(
    "cluster-registered-twice",
    Severity.ERROR,
    layer=Layer.CLUSTER_REGISTRATION,
)
def check(ctx: Context) -> Iterator[Finding]:
    by_name: defaultdict[str, list[ClusterRegistration]] = defaultdict(list)
    by_server: defaultdict[str, list[ClusterRegistration]] = defaultdict(list)
    for cluster in registered(ctx.declared):
        by_name[cluster.name].append(cluster)
        by_server[cluster.server.rstrip("/")].append(cluster)
    for name, clusters in by_name.items():
        if name and len(clusters) > 1:
            servers = " ".join(sorted(c.server for c in clusters))
            count = f"there are {len(clusters)} clusters with the same name"
            yield _finding(ctx, clusters, f"{count}, {name}: [{servers}]")
    for server, clusters in by_server.items():
        names = sorted({cluster.name for cluster in clusters})
        if server and len(names) > 1:
            yield _finding(
                ctx, clusters, f"server {server} is registered as {' and '.join(names)}"
            )


def _finding(
    ctx: Context, clusters: Sequence[ClusterRegistration], message: str
) -> Finding:
    return ctx.finding(
        clusters[0].ref,
        message,
        (
            Evidence(
                cluster.locate(), "", f"{cluster.name} {cluster.server}", cluster.ref
            )
            for cluster in clusters
        ),
        fix="Keep one registration of each cluster.",
    )
