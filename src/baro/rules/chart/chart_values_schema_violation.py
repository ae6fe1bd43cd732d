"""A chart's schema refuses the values.

Reports every value that the chart's `values.schema.json` does not accept, at the line
that sets it, with the keys that are allowed there and the nearest way to say the same.

## Why it matters

Helm checks the values before it renders anything, so one key too many stops the whole
Application.
Charts grow a schema, or make it stricter, in a new version:
values that worked for years
are refused after an upgrade of the chart.

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
    helm:
      valuesObject:
        ingress: {pathType: ImplementationSpecific}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```json
// charts/web/values.schema.json
{"properties": {"ingress": {
  "additionalProperties": false,
  "properties": {
    "host": {"type": "string"},
    "extraHosts": {"items": {"properties": {"pathType": {"type": "string"}}}}}}}}
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
    helm:
      valuesObject:
        ingress: {extraHosts: [{pathType: ImplementationSpecific}]}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```json
// charts/web/values.schema.json
{"properties": {"ingress": {
  "additionalProperties": false,
  "properties": {
    "host": {"type": "string"},
    "extraHosts": {"items": {"properties": {"pathType": {"type": "string"}}}}}}}}
```

## How to fix

Remove the key, or say it where the schema has a place for it.
A templated leaf of `valuesObject` stays a string:
where a number or a boolean is needed,
write it in `helm.values`, which is rendered as text.

## Seen as

Argo CD 3.3 and later; older ones say `Additional property pathType is not allowed`:

```text
Error: values don't meet the specifications of the schema(s) in the following chart(s):
web:
- at '/ingress': additional properties 'pathType' not allowed
```
"""

from collections.abc import Iterator

from msgspec import Struct

from baro.model.expansion import ChartContent, FailureKind, Rendering
from baro.model.fieldpath import FieldPath, dotted, get
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.schema import Violation, allowed, elsewhere, violations
from baro.model.valueslayer import LayerKind, ValuesLayer
from baro.rules.nearest import nearest
from baro.rules.refusals import Refusal, refusals
from baro.rules.rule import Context, rule
from baro.rules.wording import HIDDEN, value_at


@rule("chart-values-schema-violation", Severity.ERROR, layer=Layer.CHART)
def check(ctx: Context) -> Iterator[Finding]:
    for refusal in refusals(ctx, FailureKind.SCHEMA):
        rendering = refusal.rendering
        found = list(violations(refusal.failure.message))
        if rendering is None or not found:
            yield ctx.finding(
                refusal.owner,
                f"the chart's schema refuses the values: {refusal.failure.message}",
                (refusal.evidence,),
                fix="Give the chart the values that its schema wants.",
            )
            continue
        for violation in found:
            for claim in _claims(rendering, violation):
                yield ctx.finding(
                    refusal.owner,
                    claim.message,
                    _evidence(refusal, rendering, claim.path),
                    fix=claim.fix,
                )


class _Claim(Struct, frozen=True):
    """What is wrong with the value at `path`, a path in the user's values."""

    path: FieldPath
    message: str
    fix: str


def _claims(rendering: Rendering, violation: Violation) -> Iterator[_Claim]:
    within, chart = _subchart(rendering.chart, violation.chart)
    at = (*within, *violation.path)
    name = (
        f"chart {chart.name} {chart.version}" if chart else f"chart {violation.chart}"
    )
    for key in violation.extra:
        yield _extra(name, within, violation, chart, key)
    if violation.missing:
        lacking = ", ".join(dotted((*at, key)) for key in violation.missing)
        fix = f"Set {lacking}."
        yield _Claim(at, f"{name} needs {lacking}, which nothing sets", fix)
    elif not violation.extra:
        raw = get(rendering.values, at)
        value = value_at(at, raw)
        # Helm repeats a value that does not match a pattern.
        text = violation.text
        if value == HIDDEN:
            text = text.replace(str(raw), HIDDEN)
        told = f"{dotted(at) or 'the values'}{f' = {value}' if value else ''}"
        message = f"{name} refuses {told}: {text}"
        yield _Claim(at, message, _retype(rendering, at))


def _extra(
    name: str,
    within: FieldPath,
    violation: Violation,
    chart: ChartContent | None,
    key: str,
) -> _Claim:
    path = (*within, *violation.path, key)
    message = f"{name} does not allow {dotted(path)}"
    schema = chart.schema if chart is not None else None
    if schema is None:
        return _Claim(path, message, f"Remove {dotted(path)}.")
    known = allowed(schema, violation.path)
    if known:
        place = dotted(path[:-1])
        message += (
            f"; {f'{place} may have' if place else 'it knows'} {', '.join(known)}"
        )
    near = nearest(key, known)
    if near:
        return _Claim(path, message, f"Write {dotted((*path[:-1], near))}.")
    other = elsewhere(schema, violation.path, key)
    if other:
        prefix = f"{dotted(within)}." if within else ""
        return _Claim(path, message, f"Say it as {prefix}{other}, or remove it.")
    return _Claim(path, message, f"Remove {dotted(path)}.")


def _subchart(
    chart: ChartContent | None, name: str
) -> tuple[FieldPath, ChartContent | None]:
    """Return where in the values a sub-chart of that name is, and the chart."""
    if chart is None or chart.name == name:
        return (), chart
    waiting: list[tuple[FieldPath, ChartContent]] = [((), chart)]
    for path, parent in waiting:
        for key, child in parent.subcharts.items():
            if name in (key, child.name):
                return (*path, key), child
            waiting.append(((*path, key), child))
    return (), chart


def _retype(rendering: Rendering, path: FieldPath) -> str:
    for layer in rendering.setter(path)[:1]:
        if layer.kind is LayerKind.OBJECT and _templated(layer, path):
            return (
                "Write it in helm.values, where a template prints a number or boolean;"
                " in valuesObject a templated leaf stays a string."
            )
    what = dotted(path) or "the values"
    return f"Give {what} the type and form that the schema wants."


def _templated(layer: ValuesLayer, path: FieldPath) -> bool:
    application = layer.application
    if application is None:
        return False
    return "{{" in application.origin.template((*layer.within, *path))


def _evidence(
    refusal: Refusal, rendering: Rendering, path: FieldPath
) -> Iterator[Evidence]:
    """Yield the lines that set the value, the one in force first."""
    owner = refusal.owner.ref
    said = False
    while not said:
        for layer in rendering.setter(path):
            value = value_at(path, get(layer.values, path))
            yield Evidence(layer.locate(path), dotted(path), value, owner)
            said = True
        chart = rendering.chart
        if not said and chart is not None and chart.text is not None and path:
            absent = object()
            value = get(chart.defaults, path, absent)
            if value is not absent:
                place = chart.text.locate(path)
                yield Evidence(place, dotted(path), value_at(path, value), owner)
                said = True
        if not path:
            break
        path = path[:-1]
    if not said:
        yield refusal.evidence
