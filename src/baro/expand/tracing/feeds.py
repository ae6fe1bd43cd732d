"""Which generator parameters, labels and annotations a templated field takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.expand.tracing.written import written
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
    text = _written(application.origin, at)
    if layer.kind is LayerKind.INLINE and text is not None:
        text = _lines_about(text, path)
    if text is None:
        return links, ()
    return links, tuple(_feeds(text, application.origin, clusters))


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
        path = manifest.origin.template_path(path)
        manifest = manifest.origin.owner
    return (manifest, path) if manifest.origin.kind is OriginKind.TEMPLATE else None


def _written(origin: Origin, at: FieldPath) -> str | None:
    """Return the template's text of a field; the nearest text above it, else None."""
    if origin.kind is not OriginKind.GENERATED or origin.owner is None:
        return None
    whole = origin.template_path(at)
    for end in range(len(whole), len(whole) - len(at), -1):
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
    text: str, origin: Origin, clusters: Sequence[ClusterRegistration]
) -> Iterator[Feed]:
    """Yield the parameters in a text, and those in the texts that wrote them."""
    cluster = _cluster(origin.params or {}, clusters)
    seen: set[str] = set()
    texts = [text]
    while texts:
        for name, steps in _parameters(texts.pop(0)):
            if name in seen:
                continue
            seen.add(name)
            feed, behind = _feed(name, steps, origin, cluster)
            if feed.value is not None or feed.location is not None:
                yield feed
                texts.append(behind)


def _feed(
    name: str, steps: FieldPath, origin: Origin, cluster: ClusterRegistration | None
) -> tuple[Feed, str]:
    """Return a parameter with its line, and the text that stands there."""
    params = origin.params or {}
    value = params.get(name, get(params, steps))
    place = _place(cluster, steps) if cluster is not None else None
    if cluster is not None and place is not None:
        return Feed(name, value, cluster.name, place), ""
    entry = written(origin.owner, params, steps) if origin.owner is not None else None
    if entry is None or origin.owner is None:
        return Feed(name, value), ""
    return Feed(name, value, "", origin.owner.origin.locate(entry.path)), entry.text


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
