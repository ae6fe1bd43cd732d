"""An ApplicationSet's template does not render.

Reports every failure of a template, of a `templatePatch`,
or of a patched result that is
no Application, except for a key that a cluster lacks
(`template-key-missing-on-cluster`).

## Why it matters

One failing parameter set stops the whole ApplicationSet.
Argo CD creates, updates and deletes none of its Applications until the template
renders,
so a later fix in the same file does not arrive either.
The Applications keep running with their old spec and look healthy.

## Flagged

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - list: {elements: [{branch: main}]}
  template:
    metadata: {name: 'preview-{{.brnch}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example/acme/platform
        targetRevision: '{{.branch}}'
        path: preview
      destination: {server: 'https://kubernetes.default.svc', namespace: preview}
```

## Accepted

```yaml
# bootstrap/addons.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - list: {elements: [{branch: main}]}
  template:
    metadata: {name: 'preview-{{.branch}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example/acme/platform
        targetRevision: '{{.branch}}'
        path: preview
      destination: {server: 'https://kubernetes.default.svc', namespace: preview}
```

## How to fix

Correct the template at the line that is shown.
For a parameter that only some generators yield, read it with `dig` or `index` and a
default; Helm's own functions (`include`, `tpl`, `required`, `lookup`)
do not exist here.

## Seen as

The ApplicationSet's condition `ErrorOccurred`, reason `RenderTemplateParamsError`:

```text
failed to execute go template preview-{{.brnch}}: template: base:1:10: \
executing "base" at <.brnch>: map has no entry for key "brnch"
```
"""

from collections.abc import Iterator

from baro.model.expansion import FailureKind
from baro.model.finding import Finding, Layer, Severity
from baro.rules.clusters import missing_key
from baro.rules.refusals import refusals
from baro.rules.rule import Context, rule


@rule("applicationset-template-error", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.TEMPLATE):
        if missing_key(refusal.failure) is None:
            yield ctx.finding(
                refusal.owner,
                f"the template does not render: {refusal.first_line}",
                (refusal.evidence,),
                fix="Correct the template so that it renders for every parameter set.",
            )
