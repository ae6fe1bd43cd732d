"""ExternalSecrets that generate values, and what keeps such a value."""

from collections.abc import Iterator

from baro.model.fieldpath import FieldPath, get
from baro.model.manifest import Manifest


def generator_sources(secret: Manifest) -> Iterator[tuple[str, FieldPath]]:
    """Yield the kind of each generator of an ExternalSecret, and the field."""
    for field in ("data", "dataFrom"):
        for index, entry in enumerate(secret.sequence("spec", field)):
            kind = get(entry, ("sourceRef", "generatorRef", "kind"))
            if isinstance(kind, str):
                path = ("spec", field, index, "sourceRef", "generatorRef", "kind")
                yield kind, path


def remote_sources(secret: Manifest) -> Iterator[FieldPath]:
    """Yield the fields of an ExternalSecret that ask a secret store."""
    for index, entry in enumerate(secret.sequence("spec", "data")):
        if get(entry, ("remoteRef",)):
            yield ("spec", "data", index, "remoteRef")
    for index, entry in enumerate(secret.sequence("spec", "dataFrom")):
        for part in ("extract", "find"):
            if get(entry, (part,)):
                yield ("spec", "dataFrom", index, part)


def is_kept(secret: Manifest) -> bool:
    """Tell whether a generated value survives a refresh and a re-creation.

    external-secrets overwrites the Secret of a re-created ExternalSecret unless it is
    immutable; with creationPolicy Owner the Secret is deleted with the ExternalSecret,
    unless neither Argo CD nor a prune may delete that.
    """
    # external-secrets: pkg/controllers/externalsecret, shouldRefresh, immutable
    target = ("spec", "target")
    if secret.get(*target, "immutable") is not True:
        return False
    policy = secret.text(*target, "creationPolicy") or "Owner"
    return policy == "Orphan" or _undeletable(secret)


def _undeletable(secret: Manifest) -> bool:
    options = secret.text(
        "metadata", "annotations", "argocd.argoproj.io/sync-options"
    ).split(",")
    words = {option.strip() for option in options}
    return {"Delete=false", "Prune=false"} <= words
