"""A value is set that the chart never reads.

Reports values that no template of the chart reads, confirmed by rendering with another
value: the output stays the same.
A value file that several charts share is judged by all of them.

## Why it matters

The value has no effect, and Helm does not say so.
The usual causes are a misspelt key, a key of an older version of the chart,
and a key at
the wrong level.

## Flagged

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    path: charts/web
    helm: {valuesObject: {replicaCont: 2}}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/values.yaml
replicaCount: 1
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {replicas: "{{ .Values.replicaCount }}"}
```

## Accepted

```yaml
# apps/web.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source:
    repoURL: https://git.example/acme/platform
    path: charts/web
    helm: {valuesObject: {replicaCount: 2}}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/values.yaml
replicaCount: 1
```

```yaml
# charts/web/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {replicas: "{{ .Values.replicaCount }}"}
```

## How to fix

Write the key that the chart reads, or remove the line.

## Seen as

Nothing; the Application is well and the value is not in force:

```text
Synced  Healthy
```
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from baro.model.expansion import Rendering
from baro.model.fieldpath import FieldPath, dotted, get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.valueslayer import ValuesLayer
from baro.rules.readable import nearest_key
from baro.rules.rule import Context, rule
from baro.rules.wording import some, value_at

Line = tuple[str, FieldPath]
"""A place in a text, and the value's path."""


class _Setting(Struct, frozen=True, eq=False):
    """A layer of one source that sets a value."""

    rendering: Rendering
    layer: ValuesLayer
    path: FieldPath


@rule("unread-value", Severity.WARNING, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    found: defaultdict[Line, list[_Setting]] = defaultdict(list)
    for rendering in ctx.declared.renderings:
        for path in rendering.unread:
            for layer in rendering.setter(path):
                line = (str(layer.locate(path)), path)
                found[line].append(_Setting(rendering, layer, path))
    readers = _readers(ctx.declared.renderings)
    for settings in found.values():
        layer = settings[0].layer
        text = layer.text.file if layer.text is not None else ""
        if not text or readers[text] <= {id(s.rendering) for s in settings}:
            yield _finding(ctx, settings)


def _readers(renderings: Iterable[Rendering]) -> defaultdict[str, set[int]]:
    """Return the sources that take each value file."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for rendering in renderings:
        for layer in rendering.layers:
            if layer.text is not None:
                found[layer.text.file].add(id(rendering))
    return found


def _finding(ctx: Context, settings: Sequence[_Setting]) -> Finding:
    first = settings[0]
    path, layer, chart = first.path, first.layer, first.rendering.chart
    near = nearest_key(chart, path) if chart is not None else ""
    charts = some(f"{c.name} {c.version}" for s in settings if (c := s.rendering.chart))
    hint = f"; the nearest key that it reads is {near}" if near else ""
    return ctx.finding(
        first.rendering.application,
        f"chart {charts} never reads {dotted(path)}{hint}",
        (
            Evidence(
                layer.locate(path),
                dotted(path),
                value_at(path, get(layer.values, path)),
                first.rendering.application.ref,
            ),
        ),
        fix=f"Write {near}, or remove the line." if near else "Remove the line.",
    )
