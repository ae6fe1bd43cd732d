"""Several manifests declare one Application.

Reports every Application that is declared more than once in one namespace, by hand, by
one ApplicationSet, or by two.
Files of different folders that no Application renders may be alternatives,
of which only
one is ever applied; they are a warning.

## Why it matters

Argo CD keeps one object per name.
Two files overwrite each other for ever, and whichever was applied last wins.
An ApplicationSet that generates a name twice applies neither of the two, and the
Applications that it made before keep their old spec.
Two ApplicationSets fight for the owner reference, and the second one fails.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: guestbook, namespace: argocd}
spec:
  source: {repoURL: https://git.example/acme/apps, path: guestbook}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: guestbook, namespace: argocd}
spec:
  source: {repoURL: https://git.example/acme/apps, path: guestbook-staging}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: guestbook, namespace: argocd}
spec:
  source: {repoURL: https://git.example/acme/apps, path: guestbook}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: guestbook-staging, namespace: argocd}
spec:
  source: {repoURL: https://git.example/acme/apps, path: guestbook-staging}
```

## How to fix

Give each Application a name that contains a parameter unique to it: the cluster's name,
the folder's name, the instance.

## Seen as

```text
ApplicationSet addons contains applications with duplicate name: guestbook
```

Two ApplicationSets, in the second one's condition `ErrorOccurred`:

```text
Object argocd/guestbook is already owned by another ApplicationSet controller addons
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from baro.model.fieldpath import leaves
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.rules.rule import Context, rule


@rule(
    "duplicate-application-name",
    Severity.ERROR,
    layer=Layer.APPLICATIONSET,
)
def check(ctx: Context) -> Iterator[Finding]:
    declared: defaultdict[ObjectRef, list[Manifest]] = defaultdict(list)
    for application in _applications(ctx.declared):
        if application.ref.name:
            declared[application.ref].append(application)
    for ref, manifests in declared.items():
        distinct = _distinct(manifests) if len(manifests) > 1 else ()
        if len(distinct) > 1:
            apart = _apart(distinct)
            yield ctx.finding(
                ref,
                f"{len(distinct)} manifests declare {ref}{_by_whom(distinct)}",
                (Evidence.of(m, "metadata.name") for m in distinct),
                fix="Give each Application a name of its own.",
                confidence=Confidence.POSSIBLE if apart else Confidence.CERTAIN,
                severity=Severity.WARNING if apart else None,
            )


def _applications(snapshot: Snapshot) -> Sequence[Manifest]:
    found = {id(m): m for m in snapshot.applications()}
    for generation in snapshot.generations:
        found.update((id(m), m) for m in generation.applications)
    return list(found.values())


def _distinct(manifests: Sequence[Manifest]) -> list[Manifest]:
    """Return the manifests less those that are one document, read on two ways."""
    kept: dict[object, Manifest] = {}
    for manifest in manifests:
        origin = manifest.origin
        document: object = id(manifest)
        if origin.kind is OriginKind.FILE and origin.text is not None:
            document = (origin.text.file, origin.text.revision, origin.document)
        if not _is_skeleton(manifest):
            kept.setdefault(document, manifest)
    return list(kept.values())


def _apart(manifests: Sequence[Manifest]) -> bool:
    """Tell whether they stand in folders of which perhaps only one is applied."""
    folders = {
        manifest.origin.text.file.rpartition("/")[0]
        for manifest in manifests
        if manifest.origin.kind is OriginKind.FILE
        and manifest.application is None
        and manifest.origin.text is not None
    }
    return len(folders) == len(manifests)


def _is_skeleton(manifest: Manifest) -> bool:
    """Tell whether a file is what a scaffolder makes Applications of: `${{ … }}`."""
    return any("${{" in str(value) for _, value in leaves(manifest.body))


def _by_whom(manifests: Sequence[Manifest]) -> str:
    owners = {m.origin.owner.ref.path for m in manifests if m.origin.owner is not None}
    return f" (from {', '.join(sorted(owners))})" if owners else ""
