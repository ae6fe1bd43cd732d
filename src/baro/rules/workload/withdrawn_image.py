"""An image comes from a place that no longer has it.

Reports images that a registry has withdrawn: the versioned images of Docker Hub's
`bitnami` organisation, since 28 August 2025, and everything of `k8s.gcr.io`, which is
frozen.

## Why it matters

A node that has the image in its cache goes on working, so nothing is seen until a Pod
starts on another node: after a drain, an upgrade, or when nodes come back from zero.

## Flagged

```yaml
apiVersion: v1
kind: Pod
metadata: {name: postgresql, namespace: backstage}
spec:
  containers:
    - name: postgresql
      image: docker.io/bitnami/postgresql:15.4.0-debian-11-r10
```

## Accepted

```yaml
apiVersion: v1
kind: Pod
metadata: {name: postgresql, namespace: backstage}
spec:
  containers:
    - name: postgresql
      image: docker.io/bitnamilegacy/postgresql:15.4.0-debian-11-r10
```

## How to fix

Take the image from where it is now: `bitnamilegacy` keeps the old tags (without
updates), `registry.k8s.io` serves what `k8s.gcr.io` did.
Better, move to an image that is maintained.

## Seen as

```text
Failed to pull image "docker.io/bitnami/postgresql:15.4.0-debian-11-r10": \
rpc error: code = NotFound desc = failed to pull and unpack image: \
docker.io/bitnami/postgresql:15.4.0-debian-11-r10: not found
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.workload import containers
from baro.rules.rule import Context, rule

# Without a registry an image is Docker Hub's.
_BITNAMI = re.compile(
    r"(?:(?:registry-1\.)?docker\.io/)?bitnami/(?P<name>[^:@/]+)"
    r"(?::(?P<tag>[^@]+))?(?P<digest>@.+)?"
)
_FROZEN = re.compile(r"(?:[a-z]+\.)?k8s\.gcr\.io/(?P<rest>.+)")


@rule("withdrawn-image", Severity.WARNING, layer=Layer.WORKLOAD)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.workloads:
        for path, container in containers(manifest):
            image = container.get("image")
            if not isinstance(image, str):
                continue
            replacement = _replacement(image)
            if replacement:
                yield ctx.finding(
                    manifest,
                    f"container {container.get('name')} runs {image}, "
                    "which its registry has withdrawn",
                    (Evidence.of(manifest, (*path, "image")),),
                    fix=f"Use {replacement}.",
                )


@lru_cache(maxsize=1024)
def _replacement(image: str) -> str:
    """Return where an image is now; nothing where it has not moved."""
    bitnami = _BITNAMI.fullmatch(image)
    if bitnami is not None:
        # What stayed in `bitnami` has the tag `latest` alone.
        if bitnami["tag"] in (None, "latest"):
            return ""
        tail = f":{bitnami['tag']}" + (bitnami["digest"] or "")
        return f"docker.io/bitnamilegacy/{bitnami['name']}{tail}"
    frozen = _FROZEN.fullmatch(image)
    return f"registry.k8s.io/{frozen['rest']}" if frozen is not None else ""
