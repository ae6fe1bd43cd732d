"""A map has one key twice.

Reports keys that stand twice in one map, in value files and in manifests.

## Why it matters

YAML forbids it, Helm and Argo CD accept it, and the last one wins.
The first block, which may be long and look right, has no effect at all.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  host: a.example
  port: "80"
  host: b.example
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  host: b.example
  port: "80"
```

## How to fix

Put both into one block, and remove the other.

## Seen as

Argo CD says nothing; a strict reader such as kubectl's says:

```text
error converting YAML to JSON: yaml: unmarshal errors: \
line 7: key "host" already set in map
```
"""

from collections.abc import Iterator

from baro.model.fieldpath import dotted
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef
from baro.model.text import SourceText
from baro.rules.rule import Context, rule


@rule("duplicate-key", Severity.WARNING, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    for text, ref, index in _texts(ctx):
        for document in text.documents[index : index + 1]:
            for again in document.duplicates:
                places = [text.at(p.line, p.column) for p in (again.first, again.again)]
                name = dotted(again.path)
                yield ctx.finding(
                    ref,
                    f"{name} is set twice, on lines {again.first.line} and"
                    f" {again.again.line}; the last one wins",
                    (Evidence(place, name, "", ref) for place in places),
                    fix="Put both into one, and remove the other.",
                )


def _texts(ctx: Context) -> Iterator[tuple[SourceText, ObjectRef, int]]:
    """Yield each text with what it is, and the number of the document."""
    seen: set[tuple[str, str, str, int]] = set()
    for file in ctx.declared.values_files:
        seen.add((*_key(file.text), 0))
        yield file.text, ObjectRef("ValuesFile", file.text.file), 0
    for manifest in ctx.declared.manifests:
        origin = manifest.origin
        if origin.kind is OriginKind.FILE and origin.text is not None:
            key = (*_key(origin.text), origin.document)
            if key not in seen:
                seen.add(key)
                yield origin.text, manifest.ref, origin.document


def _key(text: SourceText) -> tuple[str, str, str]:
    return (text.repository, text.revision, text.file)
