"""A source on its way to a Rendering: what is known before the engine has answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.ports import RenderRequest
from baro.expand.stop import StoppedError
from baro.model.expansion import Rendering
from baro.model.finding import Gap
from baro.model.origin import OriginKind
from baro.model.text import SourceText


class Destination(Struct, frozen=True):
    """The cluster that an Application goes to, as far as a renderer sees it.

    `kube_version` and `api_versions` are what Argo CD would discover there.
    """

    cluster: str = ""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()


class Printed(Struct, frozen=True):
    """An object that a source gives, as it was printed; `document` is its index."""

    body: Mapping[str, Any]
    kind: OriginKind
    text: SourceText | None = None
    document: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSource:
    """One source of one Application, ready for the engine.

    `rendering` is what is known by now. With a `request` the engine is still to be
    asked, and `tests` and `crds` tell what Helm is to print; without one, `printed`
    is all there is.
    """

    rendering: Rendering
    destination: Destination
    request: RenderRequest | None = None
    tests: bool = True
    crds: bool = True
    printed: tuple[Printed, ...] = field(default=(), repr=False)


def stopped(rendering: Rendering, error: StoppedError) -> Rendering:
    """Return a rendering that ended early; the line to blame is looked up."""
    cause = error.cause
    if isinstance(cause, Gap):
        location = cause.location or rendering.application.origin.locate(
            rendering.within
        )
        gap = replace(cause, location=location, ref=rendering.application.ref)
        return replace(rendering, gaps=(*rendering.gaps, gap))
    location = cause.location or rendering.application.origin.locate(
        cause.path or rendering.within
    )
    missing = cause.fields.get("missing", rendering.missing)
    return replace(
        rendering, failure=replace(cause, location=location), missing=missing
    )
