"""What `kustomize edit` does to a kustomization for `source.kustomize`."""

# Argo CD: util/kustomize/kustomize.go, Build

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import refused
from baro.expand.values.buildenv import substitute
from baro.model.expansion import FailureKind

_TAGGED = re.compile(r"(.*):([a-zA-Z0-9._-]*|\*)")
_Body = dict[str, Any]


def edited(
    body: Mapping[str, Any],
    spec: SourceSpec,
    environment: Mapping[str, str],
    component_exists: Callable[[str], bool],
) -> dict[str, Any]:
    """Return a kustomization with the options of a source laid over it.

    Raises:
        StoppedError: `kustomize edit` would refuse an option.
    """
    options = spec.section("kustomize")
    result = dict(body)
    for key in ("namePrefix", "nameSuffix", "namespace"):
        if options.get(key):
            result[key] = str(options[key])
    images = _strings(options.get("images"))
    if images:
        written = (_image(substitute(i, environment), spec) for i in images)
        result["images"] = _replaced(body.get("images"), written)
    replicas = [_replica(entry, spec) for entry in _maps(options.get("replicas"))]
    if replicas:
        result["replicas"] = _replaced(body.get("replicas"), replicas)
    _add_labels(result, options, spec, environment)
    _add_annotations(result, options, spec, environment)
    for key, added in (
        ("patches", _maps(options.get("patches"))),
        ("components", _components(options, component_exists)),
    ):
        if added:
            known = result.get(key)
            result[key] = [*(known if isinstance(known, list) else ()), *added]
    return result


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _maps(value: object) -> list[_Body]:
    return (
        [dict(v) for v in value if isinstance(v, Mapping)]
        if isinstance(value, list)
        else []
    )


def _image(argument: str, spec: SourceSpec) -> _Body:
    """Read `name=new:tag`, `name:tag` or `name@digest`."""
    # As in kustomize: kustomize/commands/edit/set/setimage.go
    name, mark, new = argument.partition("=")
    found = _named(new if mark else argument, new_name=bool(mark))
    if found is None:
        raise refused(
            FailureKind.SPEC,
            "invalid format of image, use one of the following options:\n- "
            "<image>=<newimage>:<newtag>\n- <image>=<newimage>@<digest>\n- "
            "<image>=<newimage>\n- <image>:<newtag>\n- <image>@<digest>",
            spec.at("kustomize", "images"),
            image=argument,
        )
    image, version = found
    return (
        {"name": name, "newName": image, **version}
        if mark
        else {
            "name": image,
            **version,
        }
    )


def _named(text: str, *, new_name: bool) -> tuple[str, _Body] | None:
    image, at, digest = text.partition("@")
    if at:
        return image, {"digest": digest}
    tagged = _TAGGED.fullmatch(text)
    if tagged is not None:
        return tagged[1], {"newTag": tagged[2]}
    return (text, {}) if new_name and text else None


def _replica(entry: Mapping[str, Any], spec: SourceSpec) -> _Body:
    try:
        count = int(str(entry.get("count")))
    except ValueError as error:
        raise refused(
            FailureKind.SPEC,
            f'expected integer value for count. Received: "{entry.get("count")}"',
            spec.at("kustomize", "replicas"),
        ) from error
    return {"name": str(entry.get("name")), "count": count}


def _replaced(known: object, written: Iterable[_Body]) -> list[_Body]:
    by_name = {entry["name"]: entry for entry in _maps(known) if "name" in entry}
    by_name |= {entry["name"]: entry for entry in written}
    return [by_name[name] for name in sorted(by_name)]


def _add_labels(
    result: _Body,
    options: Mapping[str, Any],
    spec: SourceSpec,
    environment: Mapping[str, str],
) -> None:
    labels = options.get("commonLabels")
    if not isinstance(labels, Mapping) or not labels:
        return
    values = {k: substitute(str(v), environment) for k, v in labels.items()}
    force = options.get("forceCommonLabels") is True
    if options.get("labelWithoutSelector") is not True:
        known = result.get("commonLabels")
        result["commonLabels"] = _joined(known, values, "label", spec, force=force)
        return
    entry: _Body = {"pairs": values, "includeSelectors": False}
    if options.get("labelIncludeTemplates") is True:
        entry["includeTemplates"] = True
    known = result.get("labels")
    result["labels"] = [*(known if isinstance(known, list) else ()), entry]


def _add_annotations(
    result: _Body,
    options: Mapping[str, Any],
    spec: SourceSpec,
    environment: Mapping[str, str],
) -> None:
    annotations = options.get("commonAnnotations")
    if not isinstance(annotations, Mapping) or not annotations:
        return
    values = {k: str(v) for k, v in annotations.items()}
    if options.get("commonAnnotationsEnvsubst") is True:
        values = {k: substitute(v, environment) for k, v in values.items()}
    known = result.get("commonAnnotations")
    force = options.get("forceCommonAnnotations") is True
    joined = _joined(known, values, "annotation", spec, force=force)
    result["commonAnnotations"] = joined


def _joined(
    known: object,
    values: Mapping[str, str],
    what: str,
    spec: SourceSpec,
    *,
    force: bool,
) -> _Body:
    there = dict(known) if isinstance(known, Mapping) else {}
    twice = next((key for key in values if key in there), None)
    if twice is not None and not force:
        raise refused(
            FailureKind.SPEC,
            f"{what} {twice} already in kustomization file",
            spec.at("kustomize", f"common{what.capitalize()}s", twice),
        )
    return {**there, **values}


def _components(options: Mapping[str, Any], exists: Callable[[str], bool]) -> list[str]:
    components = _strings(options.get("components"))
    if options.get("ignoreMissingComponents") is True:
        return [component for component in components if exists(component)]
    return components
