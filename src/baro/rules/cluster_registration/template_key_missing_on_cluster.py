"""A cluster lacks a label or annotation that a template reads.

Reports every cluster that a cluster generator selects and that has not the label or
annotation that the ApplicationSet's template reads.

## Why it matters

With `goTemplateOptions: [missingkey=error]` the template fails for this one cluster,
and with it the whole ApplicationSet:
no Application of any cluster is created, updated or deleted until the key is there.
Without that option the field becomes `<no value>`, or keeps its braces.
Where the template reads the key with `index`, nothing fails:
it prints an empty text, and a repository, a path or a destination is silently empty.

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
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - clusters:
        selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}
  template:
    metadata: {name: 'addons-{{.name}}'}
    spec:
      project: default
      source:
        repoURL: '{{.metadata.annotations.addons_repo_url}}'
        path: addons
      destination: {name: '{{.name}}', namespace: addons}
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
  annotations: {addons_repo_url: https://git.example/acme/platform}
stringData: {name: hub, server: https://hub.example}
```

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - clusters:
        selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}
  template:
    metadata: {name: 'addons-{{.name}}'}
    spec:
      project: default
      source:
        repoURL: '{{.metadata.annotations.addons_repo_url}}'
        path: addons
      destination: {name: '{{.name}}', namespace: addons}
```

## How to fix

Add the label or annotation to the cluster's Secret (or to the ExternalSecret that makes
it), or take the cluster out of the selection.
The implicit local cluster has no labels and no annotations at all: register it with a
Secret of its own.
Where no registration can be seen at all, the finding is a warning: Terraform or a
person may have made the Secret, and `clusters` in `baro.yaml` can say so.

## Seen as

The ApplicationSet's condition `ErrorOccurred`, reason `RenderTemplateParamsError`:

```text
failed to execute go template {{.metadata.annotations.addons_repo_url}}: \
template: base:1:11: executing "base" at <.metadata.annotations.addons_repo_url>: \
map has no entry for key "addons_repo_url"
```
"""

import re
from collections.abc import Iterator
from typing import TypedDict

from baro.model.cluster import ClusterRegistration
from baro.model.expansion import FailureKind, Generation
from baro.model.fieldpath import FieldPath, dotted, leaves
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.rules.clusters import keys_read, lacking, missing_key, registered
from baro.rules.refusals import Refusal, refusals
from baro.rules.rule import Context, rule
from baro.rules.wording import unprinted_line

_INDEX = re.compile(r'\{\{-?\s*index\s+\.metadata\.(\w+)\s+"([^"]+)"\s*-?\}\}')
_BRANCH = re.compile(r"\{\{-?\s*(?:if|with|range|else)\b")
NEEDED = frozenset(
    ("repoURL", "path", "chart", "name", "server", "namespace", "project")
)
"""Fields of an Application that must not be empty."""


@rule(
    "template-key-missing-on-cluster",
    Severity.ERROR,
    layer=Layer.CLUSTER_REGISTRATION,
)
def check(ctx: Context) -> Iterator[Finding]:
    kinds = (FailureKind.TEMPLATE, FailureKind.GENERATOR)
    for refusal in refusals(ctx, *kinds):
        missed = missing_key(refusal.failure)
        if missed is not None:
            yield from _refused(ctx, refusal, *missed)
    for generation in ctx.declared.generations:
        yield from _silent(ctx, generation)
        yield from _unprinted(ctx, generation)


def _refused(ctx: Context, refusal: Refusal, part: str, key: str) -> Iterator[Finding]:
    template = refusal.evidence
    without = []
    if refusal.generation is not None:
        without = lacking(ctx.declared, refusal.generation, part, key)
    for cluster in without:
        yield ctx.finding(
            cluster.ref,
            f"cluster {cluster.name} has no {part[:-1]} {key}, so {refusal.owner.ref}"
            f" generates nothing: {refusal.first_line}",
            (*_written(cluster, part), template),
            fix=_fix(cluster, part, key),
            **_doubt(ctx, Confidence.CERTAIN),
        )
    if not without:
        yield ctx.finding(
            refusal.owner,
            f"a selected cluster has no {part[:-1]} {key}: {refusal.first_line}",
            (template,),
            fix=f"Add the {part[:-1]} {key} to every cluster that is selected.",
        )


def _silent(ctx: Context, generation: Generation) -> Iterator[Finding]:
    applicationset = generation.applicationset
    said: set[tuple[str, str]] = set()
    for path, text in leaves(applicationset.get("spec", "template", "spec")):
        for part, key in _read(path, text):
            for cluster in lacking(ctx.declared, generation, part, key):
                if (cluster.name, key) in said:
                    continue
                said.add((cluster.name, key))
                field: FieldPath = ("spec", "template", "spec", *path)
                template = Evidence.of(applicationset, field)
                yield ctx.finding(
                    cluster.ref,
                    f"cluster {cluster.name} has no {part[:-1]} {key}, so"
                    f" {applicationset.ref} prints an empty {dotted(path)}",
                    (*_written(cluster, part), template),
                    fix=_fix(cluster, part, key),
                    **_doubt(ctx, Confidence.LIKELY),
                )


def _unprinted(ctx: Context, generation: Generation) -> Iterator[Finding]:
    """Yield what was printed as `<no value>`, or stayed in its braces."""
    applicationset = generation.applicationset
    said: set[tuple[str, str]] = set()
    for _, path, printed in generation.unresolved:
        field: FieldPath = ("spec", "template", *path)
        for part, key in keys_read(applicationset.text(*field)):
            for cluster in lacking(ctx.declared, generation, part, key):
                if (cluster.name, key) not in said:
                    said.add((cluster.name, key))
                    yield ctx.finding(
                        cluster.ref,
                        f"cluster {cluster.name} has no {part[:-1]} {key}, so"
                        f" {dotted(path)} of {applicationset.ref} becomes"
                        f" {unprinted_line(printed)}",
                        (
                            *_written(cluster, part),
                            Evidence.of(applicationset, field),
                        ),
                        fix=_fix(cluster, part, key),
                        **_doubt(ctx, Confidence.CERTAIN),
                    )


class _Doubt(TypedDict):
    confidence: Confidence
    severity: Severity


def _doubt(ctx: Context, sure: Confidence) -> _Doubt:
    """Tell how sure one can be; a cluster that is registered elsewhere is unseen."""
    if registered(ctx.declared):
        return {"confidence": sure, "severity": Severity.ERROR}
    return {"confidence": Confidence.POSSIBLE, "severity": Severity.WARNING}


def _read(path: FieldPath, text: object) -> Iterator[tuple[str, str]]:
    needed = path[-1:] and path[-1] in NEEDED and "helm" not in path
    if not needed or not isinstance(text, str):
        return
    if not _BRANCH.search(text):
        for part, key in _INDEX.findall(text):
            if part in ("labels", "annotations"):
                yield part, key


def _written(cluster: ClusterRegistration, part: str) -> Iterator[Evidence]:
    keys = cluster.labels if part == "labels" else cluster.annotations
    place = next((cluster.locate(part, k) for k in keys), cluster.locate())
    if place is not None:
        yield Evidence(place, f"metadata.{part}", ", ".join(sorted(keys)), cluster.ref)


def _fix(cluster: ClusterRegistration, part: str, key: str) -> str:
    if cluster.implicit:
        return f"Register the local cluster with a Secret that has the {key}."
    return f"Add the {part[:-1]} {key} to the registration of {cluster.name}."
