"""The API server refuses an Application, ApplicationSet or AppProject.

Reports every field of Argo CD's own objects that their definition does not accept:
one that is required and missing, a number where a text belongs, a word that is not
among those allowed.
What is required depends on the version of Argo CD (`--argocd-version`).

## Why it matters

The object never comes to be, so Argo CD does not see it: nothing is generated from
it, nothing is deployed, and no condition anywhere says so.
The message appears once, to whoever applies the object: in a terminal, or in the sync
of the Application that contains it, which then fails.
What does exist already keeps its old spec.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: eu}, {name: us}]}
  template:
    metadata: {name: 'web-{{.name}}'}
    spec:
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
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: eu}, {name: us}]}
  template:
    metadata: {name: 'web-{{.name}}'}
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

## How to fix

Add the field that is required, or write the value in the type that the message names.
An empty text counts as present: `project: ""` is the project `default`.

## Seen as

From `kubectl apply`, or as the message of a failed sync:

```text
The ApplicationSet "web" is invalid: spec.template.spec.project: Required value
```
"""

from collections.abc import Iterator

from baro.model.expansion import Failure
from baro.model.fieldpath import dotted, get
from baro.model.finding import Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.rules.refusals import Refusal
from baro.rules.rule import Context, rule
from baro.rules.typedfields import wanted_type


@rule("refused-object", Severity.ERROR, layer=Layer.SYNC)
def check(ctx: Context) -> Iterator[Finding]:
    for refused in ctx.declared.refused:
        for failure in refused.failures:
            if not _prints_text(refused.manifest, failure):
                yield ctx.finding(
                    refused.manifest,
                    f"the API server refuses it: {failure.message}",
                    (Refusal(refused.manifest, failure).evidence,),
                    fix=_fix(failure),
                )


def _fix(failure: Failure) -> str:
    if failure.message.endswith(": Required value"):
        return f"Add {dotted(failure.path)}."
    return "Write the field as the message asks for it."


def _prints_text(manifest: Manifest, failure: Failure) -> bool:
    """Tell whether a template prints text there, which a rule of its own reports."""
    text = get(manifest.body, failure.path)
    applicationset = manifest.kind == "ApplicationSet"
    return applicationset and isinstance(text, str) and bool(wanted_type(failure.path))
