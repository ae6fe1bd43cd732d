"""A value file is named everywhere and exists nowhere.

Reports entries of `valueFiles` that `ignoreMissingValueFiles` hides and whose file
exists for no Application that has the entry.
A file that exists for some clusters or some add-ons is an override, as intended.
An entry that a template makes up is a note, because the first override may be to come.

## Why it matters

Nothing fails.
What somebody wrote into a file with a slightly different name is not in force, and
nobody is told.

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
      ignoreMissingValueFiles: true
      valueFiles: [production.yml]
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/production.yaml
replicas: 2
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
      ignoreMissingValueFiles: true
      valueFiles: [production.yaml]
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

```yaml
# charts/web/production.yaml
replicas: 2
```

## How to fix

Correct the entry, commit the file, or remove the entry.

## Seen as

Nothing. Without `ignoreMissingValueFiles` Helm would say:

```text
Error: open production.yml: no such file or directory
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct

from baro.model.expansion import MissingValueFile, Rendering
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.rules.rule import Context, rule
from baro.rules.wording import some

Entry = tuple[str, str]
"""Where an entry of `valueFiles` is written: a line, and the field."""


class _Hidden(Struct, frozen=True):
    """A file that is missing for one Application."""

    application: Manifest
    missing: MissingValueFile


@rule("value-file-never-exists", Severity.WARNING, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    hidden: defaultdict[Entry, list[_Hidden]] = defaultdict(list)
    for rendering in ctx.declared.renderings:
        for missing in rendering.missing:
            if missing.ignored:
                entry = _entry(rendering.application, missing.within)
                hidden[entry].append(_Hidden(rendering.application, missing))
    if not hidden:
        # Finding the line of what is there costs a look at every Application's file.
        return
    present = {
        _entry(rendering.application, within)
        for rendering in ctx.declared.renderings
        for within in _present(rendering)
    }
    for entry, cases in hidden.items():
        if entry not in present:
            yield _finding(ctx, cases)


def _present(rendering: Rendering) -> Iterator[FieldPath]:
    for layer in rendering.layers:
        if "valueFiles" in layer.within:
            yield layer.within


def _entry(application: Manifest, within: FieldPath) -> Entry:
    place = application.origin.locate(within)
    return (str(place or application.ref), dotted(within))


def _finding(ctx: Context, cases: Sequence[_Hidden]) -> Finding:
    case = next((c for c in cases if c.missing.nearest), cases[0])
    missing = case.missing
    names = [other.application.ref.name for other in cases]
    paths = [other.missing.path for other in cases]
    near = f"; {missing.nearest} exists" if missing.nearest else ""
    certain = bool(missing.nearest) or not _made_up(case)
    return ctx.finding(
        case.application,
        f"value file {some(paths)} exists for none of the Applications that name it"
        f" ({some(names)}), and ignoreMissingValueFiles hides it{near}",
        (Evidence.of(case.application, missing.within),),
        fix=f"Name {missing.nearest}."
        if missing.nearest
        else "Commit the file, or remove the entry.",
        severity=None if certain else Severity.NOTE,
    )


def _made_up(case: _Hidden) -> bool:
    """Tell whether a template or a variable makes the path."""
    written = case.missing.entry
    origin = case.application.origin
    if origin.owner is not None and origin.kind is OriginKind.GENERATED:
        written += origin.template(case.missing.within)
        inner = origin.owner.origin
        if inner.kind is OriginKind.TEMPLATE:
            return True
    if origin.kind is OriginKind.TEMPLATE:
        return True
    return "{{" in written or "$ARGOCD" in written or "${" in written
