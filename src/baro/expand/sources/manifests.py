"""The manifests of a source: what was printed, in its namespace and cluster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import structs

from baro.expand.ports import RenderOutcome
from baro.expand.sources.helmoutput import finish_helm
from baro.expand.sources.prepared import Destination, PreparedSource, Printed
from baro.expand.sources.scope import Scopes
from baro.model.expansion import Rendering
from baro.model.manifest import Manifest
from baro.model.origin import Origin
from baro.model.secret import redact


def finish_source(
    prepared: PreparedSource, outcome: RenderOutcome | None, scopes: Scopes
) -> Rendering:
    """Return the rendering of a prepared source; `outcome` answers its request."""
    rendering, printed = prepared.rendering, prepared.printed
    if outcome is not None:
        rendering, printed = finish_helm(prepared, outcome)
    # A chart's own CRDs count at once.
    for each in printed:
        scopes.learn(each.body)
    made = tuple(_manifests(rendering, printed, prepared.destination, scopes))
    return structs.replace(rendering, manifests=made)


def _manifests(
    rendering: Rendering,
    printed: Iterable[Printed],
    destination: Destination,
    scopes: Scopes,
) -> Iterator[Manifest]:
    application = rendering.application
    namespace = application.text("spec", "destination", "namespace")
    for each in printed:
        yield Manifest(
            body=redact(scopes.settled(each.body, namespace)),
            origin=Origin(
                kind=each.kind,
                text=each.text,
                document=each.document,
                owner=application,
                within=rendering.within,
            ),
            cluster=destination.cluster,
            application=application.ref,
        )


def rescoped(rendering: Rendering, scopes: Scopes) -> Rendering:
    """Return a rendering with the namespaces that `scopes` knows by now.

    For kinds whose CRD was rendered later than they were.
    """
    if not scopes.knows_custom:
        return rendering
    namespace = rendering.application.text("spec", "destination", "namespace")
    settled = tuple(
        _resettled(manifest, scopes.settled(manifest.body, namespace))
        for manifest in rendering.manifests
    )
    if all(new is old for new, old in zip(settled, rendering.manifests, strict=True)):
        return rendering
    return structs.replace(rendering, manifests=settled)


def _resettled(manifest: Manifest, body: Mapping[str, Any]) -> Manifest:
    if body is manifest.body:
        return manifest
    return Manifest(body, manifest.origin, manifest.cluster, manifest.application)
