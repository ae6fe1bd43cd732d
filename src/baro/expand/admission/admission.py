"""Which of Argo CD's objects the API server does not take."""

from baro.expand.admission.shapes import Version, shape_of
from baro.expand.admission.structural import causes
from baro.model.argocd import GROUP
from baro.model.expansion import Failure, FailureKind
from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.refused import RefusedObject


def refused(manifest: Manifest, version: Version) -> RefusedObject | None:
    """Return why the API server refuses an object; None where it does not.

    What an ApplicationSet generates is complete: Go prints a field that is empty.
    """
    generated = manifest.origin.kind is OriginKind.GENERATED
    if generated or manifest.ref.group != GROUP:
        return None
    shape = shape_of(manifest.kind, version)
    if shape is None:
        return None
    failures = tuple(
        Failure(FailureKind.SPEC, message, path, manifest.origin.locate(path))
        for path, message in causes(manifest.body, shape)
    )
    return RefusedObject(manifest, failures) if failures else None
