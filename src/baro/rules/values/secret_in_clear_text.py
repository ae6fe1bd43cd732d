"""A secret stands in Git in clear text.

Reports passwords, tokens and keys that are written in value files, in the values of an
Application, and in Secrets, judged by their form (a private key, a GitHub token) or by
the name of the key and the look of the value.
Placeholders, templates, references (`$secret:key`, `existingSecret`),
and names are fine.

## Why it matters

Everybody who can read the repository, or any of its clones, has the secret,
and removing
the line does not take it out of the history.

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
    helm: {valuesObject: {auth: {password: Xk29-qLmz8!}}}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
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
    helm: {valuesObject: {auth: {existingSecret: web-login-2, passwordKey: password}}}
  destination: {server: 'https://kubernetes.default.svc', namespace: default}
```

```yaml
# charts/web/Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
```

## How to fix

Change the secret where it is used, because it is known now;
keep the new one in a secret
store, and name the Secret that external-secrets or sealed-secrets makes of it.

## Seen as

Nothing in Argo CD; a scanner of the host says, for example:

```text
remote: - GITHUB PUSH PROTECTION
remote:   Push cannot contain secrets
```
"""

from collections.abc import Iterator, Mapping

from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef
from baro.model.secret import decoded
from baro.model.text import Location
from baro.model.valueslayer import LayerKind
from baro.rules.cleartext import Clear, clear_texts
from baro.rules.rule import Context, rule


@rule("secret-in-clear-text", Severity.ERROR, layer=Layer.VALUES)
def check(ctx: Context) -> Iterator[Finding]:
    said: set[tuple[str, FieldPath]] = set()
    for ref, place, path, clear in _found(ctx):
        key = (str(place), path)
        if key not in said:
            said.add(key)
            # The value itself is never shown: a report is read by more people.
            yield ctx.finding(
                ref,
                f"{dotted(path)} is {clear.what} in clear text",
                (Evidence(place, dotted(path), f"{clear.length} characters", ref),),
                fix="Change the secret, and keep the new one in a secret store.",
                confidence=Confidence.CERTAIN if clear.certain else Confidence.LIKELY,
            )


Found = tuple[ObjectRef, Location | None, FieldPath, Clear]


def _found(ctx: Context) -> Iterator[Found]:
    for file in ctx.declared.values_files:
        ref = ObjectRef("ValuesFile", file.text.file)
        for path, clear in clear_texts(file.values):
            yield ref, file.text.locate(path), path, clear
    for rendering in ctx.declared.renderings:
        for layer in rendering.layers:
            if layer.text is None and layer.kind is not LayerKind.DEFAULTS:
                for path, clear in clear_texts(layer.values):
                    yield rendering.application.ref, layer.locate(path), path, clear
    for manifest in ctx.declared.of_kind("Secret", group=""):
        yield from _secret(manifest)


def _secret(manifest: Manifest) -> Iterator[Found]:
    """Look at a Secret as its file has it; the state holds digests."""
    origin = manifest.origin
    if origin.kind is not OriginKind.FILE or origin.text is None:
        return
    body = origin.text.documents[origin.document].value
    for part in ("stringData", "data"):
        values = body.get(part) if isinstance(body, Mapping) else None
        for key, value in values.items() if isinstance(values, Mapping) else ():
            text = value
            if part == "data":
                text = (decoded(value) or b"").decode("utf-8", "replace")
            for _, clear in clear_texts({key: text}):
                path = (part, key)
                yield manifest.ref, origin.locate(path), path, clear
