"""A template prints `<no value>`, or leaves its braces.

Reports template fields that name a parameter which is not there.
With `goTemplate: true` and without `missingkey=error` Go prints `<no value>`; with
`goTemplate: false` the tag stays as it is.
Where a cluster lacks the label or annotation that is read, the finding is
`template-key-missing-on-cluster`.

## Why it matters

Nothing fails where the mistake is.
Argo CD creates Applications for a repository,
a path or a cluster called `<no value>`, and
a key that one new cluster lacks turns a working template into such an Application.

## Flagged

```yaml
# bootstrap/previews.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: web}]}
  template:
    metadata: {name: '{{.name}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example/acme/platform
        path: manifests
      destination: {server: 'https://kubernetes.default.svc', namespace: '{{.nmspace}}'}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## Accepted

```yaml
# bootstrap/previews.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - list: {elements: [{name: web, space: default}]}
  template:
    metadata: {name: '{{.name}}'}
    spec:
      project: default
      source:
        repoURL: https://git.example/acme/platform
        path: manifests
      destination: {server: 'https://kubernetes.default.svc', namespace: '{{.space}}'}
```

```yaml
# manifests/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
```

## How to fix

Correct the parameter's name.
Set `goTemplateOptions: ["missingkey=error"]`, so that a missing key stops the
ApplicationSet before it reaches a cluster.

## Seen as

In the generated Application:

```text
application destination server 'in-cluster' and namespace '<no value>' do not \
match any of the allowed destinations in project 'default'
```
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from baro.model.argocd import ApplicationSet
from baro.model.expansion import Generation
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.rules.clusters import keys_read, lacking
from baro.rules.rule import Context, rule
from baro.rules.wording import unprinted_line


@rule("template-prints-no-value", Severity.ERROR, layer=Layer.APPLICATIONSET)
def check(ctx: Context) -> Iterator[Finding]:
    for generation in ctx.declared.generations:
        found: defaultdict[tuple[FieldPath, str], list[str]] = defaultdict(list)
        for name, path, text in generation.unresolved:
            if not _lacks_key(ctx, generation, path):
                found[path, text].append(name)
        for (path, text), names in found.items():
            yield _finding(ctx, generation, (path, text), names)


def _lacks_key(ctx: Context, generation: Generation, path: FieldPath) -> bool:
    """Tell whether a cluster lacks the key; a rule of its own names the cluster."""
    template = generation.applicationset.text("spec", "template", *path)
    return any(
        lacking(ctx.declared, generation, part, key)
        for part, key in keys_read(template)
    )


def _finding(
    ctx: Context,
    generation: Generation,
    place: tuple[FieldPath, str],
    names: Sequence[str],
) -> Finding:
    path, text = place
    owner = generation.applicationset
    at = _stated(generation, path)
    fix = "Correct the tag; only goTemplate: true can refuse what is missing."
    if ApplicationSet(owner).go_template:
        fix = 'Correct the key, and set goTemplateOptions: ["missingkey=error"].'
    first = min(names)
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return ctx.finding(
        owner,
        f"{dotted(path)} of Application {first}{more} becomes {unprinted_line(text)}",
        (Evidence.of(owner, at),),
        fix=fix,
    )


def _stated(generation: Generation, path: FieldPath) -> FieldPath:
    """Return the longest beginning of the field that the template writes."""
    at: FieldPath = ("spec", "template", *path)
    while not generation.applicationset.has(at):
        at = at[:-1]
    return at
