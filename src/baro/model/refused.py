"""An object that the API server does not take."""

from msgspec import Struct

from baro.model.expansion import Failure
from baro.model.manifest import Manifest


class RefusedObject(Struct, frozen=True, eq=False):
    """An object in Git that never comes to be, and why.

    Nothing follows from it: no Application is generated, no source is rendered.
    Each failure is one cause, as the API server prints it.
    """

    manifest: Manifest
    failures: tuple[Failure, ...]
