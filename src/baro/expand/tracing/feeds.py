"""Which generator parameters, labels and annotations a templated field takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import FieldPath, get
from baro.model.manifest import Manifest
from baro.model.origin import Link, Origin, OriginKind
from baro.model.text import Location
from baro.model.valueslayer import LayerKind, ValuesLayer

_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_INDEXED = re.compile(r"index\s+\.?([A-Za-z_][\w.]*)((?:\s+\"[^\"]+\")+)")
_DOTTED = re.compile(r"(?<![\w\")])\.([A-Za-z_]\w*(?:\.[A-Za-z_][\w-]*)*)")
_FLAT = re.compile(r"\s*([A-Za-z_][\w.\[\]/-]*)\s*")


class Feed(Struct, frozen=True):
    """A parameter that a template takes in, its value, and where that was written."""

    parameter: str
    value: Any
    cluster: str = ""
    location: Location | None = None


def feeds_of(
    layer: ValuesLayer, path: FieldPath, clusters: Sequence[ClusterRegistration]
) -> tuple[tuple[Link, ...], tuple[Feed, ...]]:
    """Return the way back from a layer's value, and the parameters in its template.

    A value file has the parameters of its name: they choose the file.
    """
    application = layer.application
    if application is None:
        return (), ()
    inner = path if layer.kind is LayerKind.OBJECT else ()
    at = (*layer.within, *inner)
    links = application.origin.chain(at)
    written = _written(application.origin, at)
    if layer.kind is LayerKind.INLINE and written is not None:
        written = _lines_about(written, path)
    if written is None:
        return links, ()
    params = application.origin.params or {}
    return links, tuple(_feeds(written, params, clusters))


def rendered_field(
    application: Manifest, at: FieldPath
) -> tuple[Manifest, FieldPath] | None:
    """Return the rendered object, and the field in it, that a field was written in.

    That is an Application that a chart renders, or the ApplicationSet that generates
    it; None where the way ends at a file.
    """
    manifest, path = application, at
    while manifest.origin.kind is OriginKind.GENERATED:
        if manifest.origin.owner is None:
            return None
        path = (*manifest.origin.within, *path)
        manifest = manifest.origin.owner
    return (manifest, path) if manifest.origin.kind is OriginKind.TEMPLATE else None


def _written(origin: Origin, at: FieldPath) -> str | None:
    """Return the template's text of a field; the nearest text above it, else None."""
    if origin.kind is not OriginKind.GENERATED or origin.owner is None:
        return None
    whole = (*origin.within, *at)
    for end in range(len(whole), len(origin.within), -1):
        value = get(origin.owner.body, whole[:end])
        if isinstance(value, str):
            return value
    return _patch_text(origin.owner)


def _patch_text(applicationset: Manifest) -> str | None:
    """Return `templatePatch`, which may set what the template does not have."""
    return applicationset.text("spec", "templatePatch") or None


def _lines_about(text: str, path: FieldPath) -> str:
    """Return the lines of a block of values that name the last key of a path."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    lines = [line for line in text.splitlines() if key and key in line]
    return "\n".join(lines) or text


def _feeds(
    text: str, params: Mapping[str, Any], clusters: Sequence[ClusterRegistration]
) -> Iterator[Feed]:
    seen: set[str] = set()
    for name, steps in _parameters(text):
        if name in seen:
            continue
        seen.add(name)
        value = params.get(name, get(params, steps))
        cluster = _cluster(params, clusters)
        place = _place(cluster, steps) if cluster is not None else None
        if value is None and place is None:
            continue
        yield Feed(
            name,
            value,
            cluster.name if cluster is not None and place is not None else "",
            place,
        )


def _parameters(text: str) -> Iterator[tuple[str, FieldPath]]:
    """Yield the parameters that a template names, in both of its languages."""
    for action in _ACTION.findall(text):
        found = False
        for base, keys in _INDEXED.findall(action):
            found = True
            steps = (*base.split("."), *re.findall(r'"([^"]+)"', keys))
            yield ".".join(steps), steps
        for name in _DOTTED.findall(_INDEXED.sub("", action)):
            found = True
            yield name, tuple(name.split("."))
        flat = _FLAT.fullmatch(action)
        if not found and flat is not None:
            name = flat[1]
            prefix = re.match(r"metadata\.(labels|annotations)\.(.+)", name)
            steps = ("metadata", *prefix.groups()) if prefix else tuple(name.split("."))
            yield name, steps


def _cluster(
    params: Mapping[str, Any], clusters: Sequence[ClusterRegistration]
) -> ClusterRegistration | None:
    """Return the cluster that a parameter set was made of."""
    names = {params.get("name"), params.get("nameNormalized")}
    server = params.get("server")
    for cluster in clusters:
        if cluster.name in names and server in (None, cluster.server):
            return cluster
    return None


def _place(cluster: ClusterRegistration, steps: FieldPath) -> Location | None:
    words = tuple(str(step) for step in steps)
    if words[:1] == ("metadata",) and len(words) > 1:
        return cluster.locate(*words[1:])
    if words in {("name",), ("server",), ("nameNormalized",), ("project",)}:
        return cluster.location
    return None
