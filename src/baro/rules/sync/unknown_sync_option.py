"""A sync option is one that Argo CD does not know.

Reports every entry of `syncPolicy.syncOptions`, and of the annotation
`argocd.argoproj.io/sync-options`, that Argo CD ignores because its name,
its value or its
form is none that it compares with.

## Why it matters

Options are compared as texts, to the letter.
`CreateNamespace=True`, `createNamespace=true` and `CreateNamespace: true` are accepted
everywhere and do nothing, and the sync fails much later, or prunes what was to be kept.

## Flagged

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  syncPolicy:
    syncOptions: [CreateNamespaces=true]
```

## Accepted

```yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  syncPolicy:
    syncOptions: [CreateNamespace=true, PrunePropagationPolicy=foreground]
```

## How to fix

Write the option as `Name=value`, with the capitals that Argo CD uses.

## Seen as

Nothing says that an option was ignored; a namespace that was to be created shows as:

```text
namespaces "web" not found
```
"""

from collections.abc import Iterator

from baro.model.argocd import GROUP, Application
from baro.model.fieldpath import FieldPath
from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.snapshot import State
from baro.rules.nearest import nearest
from baro.rules.rule import Context, rule

SWITCH = frozenset(("true", "false"))
ANNOTATION = "argocd.argoproj.io/sync-options"
# Argo CD: gitops-engine/pkg/sync/common/types.go, controller/sync.go
OPTIONS = {
    "ApplyOutOfSyncOnly": SWITCH,
    "ClientSideApplyMigration": SWITCH,
    "CreateNamespace": SWITCH,
    "Delete": SWITCH | {"confirm"},
    "DisableClientSideApplyMigration": SWITCH,
    "FailOnSharedResource": SWITCH,
    "Force": SWITCH,
    "Prune": SWITCH | {"confirm"},
    "PruneLast": SWITCH,
    "PrunePropagationPolicy": frozenset(("foreground", "background", "orphan")),
    "Replace": SWITCH,
    "RespectIgnoreDifferences": SWITCH,
    "ServerSideApply": SWITCH,
    "ServerSideDiff": SWITCH,
    "SkipDryRunOnMissingResource": SWITCH,
    "Validate": SWITCH,
}


@rule(
    "unknown-sync-option",
    Severity.WARNING,
    layer=Layer.SYNC,
    needs=State.DECLARED,
)
def check(ctx: Context) -> Iterator[Finding]:
    for manifest in ctx.declared.manifests:
        for path, option in _options(manifest):
            wrong = _wrong(option)
            if wrong:
                near = _meant(option)
                yield ctx.finding(
                    manifest,
                    f"sync option {option} is ignored: {wrong}",
                    (Evidence.of(manifest, path),),
                    fix=f"Write {near}." if near else "Remove it.",
                )


def _options(manifest: Manifest) -> Iterator[tuple[FieldPath, str]]:
    if manifest.ref.group == GROUP and manifest.kind == "Application":
        for index, option in enumerate(Application(manifest).sync_options):
            yield ("spec", "syncPolicy", "syncOptions", index), option
    path = ("metadata", "annotations", ANNOTATION)
    for option in manifest.text(*path).split(","):
        if option.strip():
            yield path, option.strip()


def _wrong(option: str) -> str:
    name, equals, value = option.partition("=")
    if name not in OPTIONS:
        return f"Argo CD knows no {name}"
    if not equals or value not in OPTIONS[name]:
        return f"{name} is one of {', '.join(sorted(OPTIONS[name]))}"
    return ""


def _meant(option: str) -> str:
    name, _, value = option.replace(":", "=").replace(" ", "").partition("=")
    known = name if name in OPTIONS else nearest(name, OPTIONS)
    if not known:
        return ""
    values = OPTIONS[known]
    folded = value.lower()
    if folded not in values:
        folded = nearest(folded, values) or ("true" if "true" in values else "")
    return f"{known}={folded}" if folded else ""
