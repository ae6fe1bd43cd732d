"""A templated field is text where a number or a boolean is needed.

Reports templates in fields of an Application that must be a boolean or a number, and
templated leaves of `helm.valuesObject` whose result looks like a boolean or number
where
the chart's own default is one.

## Why it matters

A template prints text, always.
Argo CD's own fields do not accept it, so the ApplicationSet is refused.
A chart does accept it, and then `"false"` is a text that is not empty:
`if` takes it for
true, and what should be off is on.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: web, prune: "true"}]}
  template:
    metadata: {name: '{{.name}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: manifests}
      destination: {server: 'https://kubernetes.default.svc', namespace: default}
      syncPolicy:
        automated: {prune: '{{.prune}}'}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: web, prune: "true"}]}
  template:
    metadata: {name: '{{.name}}'}
    spec:
      project: default
      source: {repoURL: 'https://git.example/acme/platform', path: manifests}
      destination: {server: 'https://kubernetes.default.svc', namespace: default}
  templatePatch: |
    spec:
      syncPolicy:
        automated: {prune: {{.prune}}}
```

## How to fix

For a field of the Application, write it in `templatePatch`, which is rendered as text
and then read as YAML.
For a value of a chart, write it in `helm.values` (a text) or in `helm.parameters`.

## Seen as

```text
spec.template.spec.syncPolicy.automated.prune: Invalid value: "string": \
spec.template.spec.syncPolicy.automated.prune in body must be of type boolean: "string"
```
"""

from collections.abc import Iterator

from msgspec import Struct

from baro.model.expansion import Rendering
from baro.model.fieldpath import MISSING, FieldPath, dotted, get, leaves
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.valueslayer import LayerKind, ValuesLayer
from baro.rules.rule import Context, rule
from baro.rules.typedfields import WITHIN, wanted_type


@rule(
    "templated-value-stays-string",
    Severity.ERROR,
    layer=Layer.APPLICATIONSET,
)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.applicationsets():
        for path, text in leaves(manifest.get(*WITHIN)):
            at: FieldPath = (*WITHIN, *path)
            kind = wanted_type(at)
            if kind and isinstance(text, str):
                yield ctx.finding(
                    manifest,
                    f"{dotted(at)} must be of type {kind}, and a template prints text",
                    (Evidence.of(manifest, at),),
                    fix="Write the field in spec.templatePatch.",
                )
    said: set[tuple[int, FieldPath]] = set()
    for rendering in ctx.declared.renderings:
        for layer in rendering.layers:
            for leaf in _templated(layer):
                wrong = _wrong(leaf.text, _default(rendering, leaf.path))
                key = (id(leaf.owner), leaf.template)
                if wrong and key not in said:
                    said.add(key)
                    yield _finding(ctx, rendering, leaf, wrong)


class _Leaf(Struct, frozen=True):
    """A templated value: its path and text, and the template that printed it."""

    path: FieldPath
    text: str
    owner: Manifest
    template: FieldPath


def _templated(layer: ValuesLayer) -> Iterator[_Leaf]:
    """Yield the values of a layer that a template of an ApplicationSet printed."""
    application = layer.application
    if layer.kind is not LayerKind.OBJECT or application is None:
        return
    origin = application.origin
    if origin.kind is not OriginKind.GENERATED or origin.owner is None:
        return
    for path, text in leaves(layer.values):
        at = (*layer.within, *path)
        if isinstance(text, str) and "{{" in origin.template(at):
            yield _Leaf(path, text, origin.owner, origin.template_path(at))


def _default(rendering: Rendering, path: FieldPath) -> object:
    if rendering.chart is None or rendering.failure is not None:
        return MISSING
    return get(rendering.chart.defaults, path, MISSING)


def _wrong(text: str, default: object) -> str:
    """Return what a text is taken for, if the chart's default is a boolean."""
    if isinstance(default, bool) and text in ("true", "false"):
        taken = ", which a template takes for true" if text == "false" else ""
        return f'the text "{text}"{taken}, where the chart has the boolean'
    return ""


def _finding(ctx: Context, rendering: Rendering, leaf: _Leaf, wrong: str) -> Finding:
    default = str(_default(rendering, leaf.path)).lower()
    name = rendering.application.ref.name
    return ctx.finding(
        leaf.owner,
        f"{dotted(leaf.path)} of Application {name} is {wrong} {default}",
        (Evidence.of(leaf.owner, leaf.template),),
        fix=f"Write {dotted(leaf.path)} in helm.values, where a template prints a"
        " boolean.",
        severity=Severity.WARNING,
    )
