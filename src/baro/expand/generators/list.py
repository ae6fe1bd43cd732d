"""The list generator: parameter sets written into the ApplicationSet."""

# Argo CD: applicationset/generators/list.go

from collections.abc import Mapping
from typing import Any, NoReturn

from baro.expand.applicationsets.gotypes import GoType, decoding_error, misfits
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Refusal,
    RefusedError,
    Surroundings,
    Terminal,
)
from baro.expand.values.yamlwords import YamlTextError, decoded
from baro.model.fieldpath import FieldPath

_SET = GoType("map[string]interface {}", "object")
_SETS = GoType("[]map[string]interface {}", "array", element=_SET)
_NO_STRING = "error parsing value as string %!w(<nil>)"
"""What Argo CD prints: it wraps an error that it does not have."""


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the elements, then what `elementsYaml` holds.

    Elements are strings without Go templates; `elementsYaml` is taken as it is.
    """
    sets = [
        _element(element, (*path, "elements", index), around)
        for index, element in enumerate(spec.get("elements") or ())
    ]
    text = spec.get("elementsYaml")
    if text:
        sets.extend(_from_yaml(text, (*path, "elementsYaml"), around))
    return Drafts([Draft(params) for params in sets])


def _element(element: Any, path: FieldPath, around: Surroundings) -> Params:
    if element is None:
        return {}
    misfit = next(misfits(element, _SET), None)
    if misfit is not None:
        _refuse(
            f"error unmarshling list element {decoding_error(misfit, _SET)}",
            path,
            around,
        )
    if around.go_template:
        return dict(element)
    params: Params = {}
    for key, value in element.items():
        if key != "values":
            params[key] = _string(value, (*path, key), around)
            continue
        if not isinstance(value, Mapping):
            _refuse("error parsing values map", (*path, key), around)
        for name, inner in value.items():
            params[f"values.{name}"] = _string(inner, (*path, key, name), around)
    return params


def _string(value: Any, path: FieldPath, around: Surroundings) -> str:
    if not isinstance(value, str):
        _refuse(_NO_STRING, path, around)
    return str(value)


def _from_yaml(text: str, path: FieldPath, around: Surroundings) -> list[Params]:
    prefix = "error unmarshling decoded ElementsYaml error"
    try:
        found = decoded(text)
    except YamlTextError as error:
        _refuse(f"{prefix} converting YAML to JSON: {error}", path, around)
    misfit = next(misfits(found, _SETS), None)
    if misfit is not None:
        message = (
            f"{prefix} unmarshaling JSON: while decoding JSON: "
            f"{decoding_error(misfit, _SETS)}"
        )
        _refuse(message, path, around)
    return [dict(each or {}) for each in found or ()]


def _refuse(message: str, path: FieldPath, around: Surroundings) -> NoReturn:
    raise RefusedError(Refusal(message, path, around.locate(path)))


GENERATOR = Terminal("list", 1, drafts)
