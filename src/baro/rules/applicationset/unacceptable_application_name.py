"""An Application has a name that Kubernetes refuses.

Reports names with capitals, underscores,
spaces or other characters that an object's name
must not have, names of more than 253 characters, and names that a template left empty.

## Why it matters

The API server refuses the Application.
An ApplicationSet reports the error of one of its Applications only, and deletes nothing
and updates little until it is gone.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: Web_Frontend, namespace: argocd}
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web-frontend, namespace: argocd}
```

## How to fix

Use small letters, digits, `-` and `.`.
In a template, `normalize` or `slugify` makes a name of any text, and the parameters
`.nameNormalized`, `.path.basenameNormalized` and `.branch_slug` are made for it.

## Seen as

```text
Application.argoproj.io "Web_Frontend" is invalid: metadata.name: Invalid value: \
"Web_Frontend": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
characters, '-' or '.', and must start and end with an alphanumeric character
```

A name that is empty:

```text
ApplicationSet addons contains an application with no name; a name must be set in \
the template's metadata.name or via a templatePatch (generateName is not supported)
```
"""

import re
from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.rules.rule import Context, rule

LONGEST = 253
# As in Kubernetes' apimachinery/pkg/util/validation, IsDNS1123Subdomain
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


@rule(
    "unacceptable-application-name",
    Severity.ERROR,
    layer=Layer.APPLICATIONSET,
)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.applications():
        wrong = _wrong(manifest)
        if wrong:
            path = "metadata.name" if manifest.has(("metadata", "name")) else "metadata"
            yield ctx.finding(
                manifest,
                wrong,
                (Evidence.of(manifest, path),),
                fix="Make the name of small letters, digits, `-` and `.`.",
            )


def _wrong(manifest: Manifest) -> str:
    name = manifest.text("metadata", "name")
    generated = manifest.origin.kind is OriginKind.GENERATED
    if not name:
        return "the template leaves the name empty" if generated else ""
    if "{{" in name or "<no value>" in name:
        # What a template did not print is reported as such.
        return ""
    if len(name) > LONGEST:
        return f"the name has {len(name)} characters, at most {LONGEST} are allowed"
    if _NAME.fullmatch(name):
        return ""
    return f"name {name} is no lowercase RFC 1123 subdomain, which Kubernetes demands"
