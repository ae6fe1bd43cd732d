"""A list of values replaces another list, and entries are lost.

Reports a list of named entries (environment variables, volumes, containers)
in one value
file whose entries a stronger file, or `valuesObject`, drops without naming any of them.

## Why it matters

Helm merges maps, and replaces lists.
Somebody who adds one variable for one cluster takes away all those of the shared file.
A list that repeats the entries which it wants to keep shows that its author knows.

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
    helm: {valueFiles: [all.yaml, seoul.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/all.yaml
extraEnv:
  - {name: LOG_LEVEL, value: info}
  - {name: DATABASE, value: db.example}
```

```yaml
# charts/web/seoul.yaml
extraEnv:
  - {name: TZ, value: Asia/Seoul}
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
    helm: {valueFiles: [all.yaml, seoul.yaml]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/all.yaml
extraEnv:
  - {name: LOG_LEVEL, value: info}
  - {name: DATABASE, value: db.example}
```

```yaml
# charts/web/seoul.yaml
extraEnv:
  - {name: LOG_LEVEL, value: info}
  - {name: DATABASE, value: db.example}
  - {name: TZ, value: Asia/Seoul}
```

## How to fix

Repeat the entries that are to stay, or keep them where the chart takes a map.

## Seen as

Nothing says so; the Pod misses what the weaker file set, for example:

```text
Error: Missing required config value at 'backend.database.connection.host'
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from baro.model.expansion import Rendering
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.valueslayer import ValuesLayer
from baro.rules.rule import Context, rule
from baro.rules.wording import some


@rule("list-replaces-list", Severity.WARNING, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    for rendering in ctx.declared.renderings:
        for weaker, stronger, path, lost in _replaced(rendering):
            places = (stronger.locate(path), weaker.locate(path))
            key = (str(places[0]), str(places[1]))
            if key in said:
                continue
            said.add(key)
            ref = rendering.application.ref
            yield ctx.finding(
                rendering.application,
                f"{dotted(path)} of {_called(stronger)} replaces the list of"
                f" {_called(weaker)}; {some(lost)} is lost",
                (
                    Evidence(places[0], dotted(path), _called(stronger), ref),
                    Evidence(places[1], dotted(path), some(lost), ref),
                ),
                fix="Repeat in the stronger list what is to stay.",
                confidence=Confidence.LIKELY,
            )


def _replaced(
    rendering: Rendering,
) -> Iterator[tuple[ValuesLayer, ValuesLayer, FieldPath, list[str]]]:
    """Yield the weaker and the stronger layer, the path, and the names that go."""
    current: dict[FieldPath, tuple[ValuesLayer, list[str]]] = {}
    for layer in rendering.layers:
        for path, names in _lists(layer.values, ()):
            weaker = current.get(path)
            if weaker is not None and weaker[1] and names:
                lost = [name for name in weaker[1] if name not in names]
                if len(lost) == len(weaker[1]):
                    yield weaker[0], layer, path, lost
            current[path] = (layer, names)


def _lists(value: object, path: FieldPath) -> Iterator[tuple[FieldPath, list[str]]]:
    """Yield every list with the names of its entries; none where one has no name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lists(inner, (*path, key))
    elif isinstance(value, list):
        names = [_name(entry) for entry in value]
        yield path, names if all(names) else []


def _name(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    # What has a host or a path beside its name is a route, and meant for its cluster.
    if not isinstance(name, str) or {"host", "path", "hosts"} & set(entry):
        return ""
    return name


def _called(layer: ValuesLayer) -> str:
    return layer.text.file if layer.text is not None else str(layer.kind)
