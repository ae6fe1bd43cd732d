"""Where a field of an object can be changed."""

from collections.abc import Iterator

from baro.model.argocd import Source
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Evidence
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind

_BUILT = (OriginKind.TEMPLATE, OriginKind.KUSTOMIZE)


def lines(manifest: Manifest, path: str | FieldPath) -> Iterator[Evidence]:
    """Yield the field, and the source that renders it; what can be edited first.

    Nobody edits the template of a chart that comes from a chart repository, so its
    source comes first, where the version and the values are.
    """
    own = Evidence.of(manifest, path)
    owner, within = manifest.origin.owner, manifest.origin.within
    if manifest.origin.kind not in _BUILT or owner is None:
        yield own
        return
    source = Source(owner.mapping(*within), within)
    words = (source.repo_url, source.chart or source.path, source.target_revision)
    stated = Evidence(
        owner.origin.locate(within),
        dotted(within),
        " ".join(word for word in words if word),
        owner.ref,
    )
    yield from (stated, own) if source.chart else (own, stated)
