"""An object that the API server does not take."""

from dataclasses import dataclass

from baro.model.expansion import Failure
from baro.model.manifest import Manifest


@dataclass(frozen=True, slots=True, eq=False)
class RefusedObject:
    """An object in Git that never comes to be, and why.

    Nothing follows from it: no Application is generated, no source is rendered.
    Each failure is one cause, as the API server prints it.
    """

    manifest: Manifest
    failures: tuple[Failure, ...]
