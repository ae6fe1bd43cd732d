"""An ApplicationSet's `templatePatch`, applied to one rendered Application."""

# Argo CD: applicationset/controllers/template/patch.go

import json
import re
from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.applicationtypes import APPLICATION
from baro.expand.applicationsets.blueprint import as_float64
from baro.expand.applicationsets.gotext import quoted
from baro.expand.applicationsets.gotypes import decoding_error, misfits
from baro.expand.applicationsets.strategicmerge import PatchError, patched
from baro.expand.values.yamlwords import YamlTextError, decoded

_PLAIN = 1e21


class TemplatePatchError(ValueError):
    """The patch is refused; the text is Argo CD's."""


def apply(application: Mapping[str, Any], patch: str) -> dict[str, Any]:
    """Return the Application with a rendered patch applied.

    The project stays as it was; a patch of white space alone changes nothing.

    Raises:
        TemplatePatchError: the patch is no YAML, no Application, or does not apply.
    """
    content, written = _read(patch)
    was_json = written is patch
    misfit = next(misfits(content, APPLICATION, by_name=not was_json), None)
    if misfit is not None:
        said = decoding_error(misfit, APPLICATION)
        raise TemplatePatchError(f"invalid templatePatch {quoted(written)}: {said}")
    try:
        result = patched(application, as_float64(content or {}), APPLICATION)
    except PatchError as error:
        raise TemplatePatchError(
            f"error while applying templatePatch template to json {quoted(written)}: "
            f"{error}"
        ) from error
    project = (application.get("spec") or {}).get("project", "")
    result["spec"] = {**(result.get("spec") or {}), "project": project}
    result["metadata"] = result.get("metadata") or {}
    return result


def _read(patch: str) -> tuple[Any, str]:
    """Return what a patch holds, and its JSON as Argo CD prints it."""
    if patch.strip().startswith("{"):
        try:
            return json.loads(patch), patch
        except json.JSONDecodeError as error:
            raise TemplatePatchError(
                f"invalid templatePatch {quoted(patch)}: {_json_error(patch, error)}"
            ) from error
    try:
        content = decoded(patch)
    except YamlTextError as error:
        raise TemplatePatchError(
            f"error while converting template to json {quoted(patch)}: {error}"
        ) from error
    return content, go_json(content)


# Go 1.27: encoding/json, the words for what Python says
_JSON_WORDS = {
    "Expecting property name": "looking for beginning of object key string",
    "Expecting ':'": "after object key",
    "Extra data": "after top-level value",
    "Invalid control": "in string",
}
_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"')


def _json_error(text: str, error: json.JSONDecodeError) -> str:
    at = error.pos
    if at >= len(text.rstrip()):
        return "unexpected end of JSON input"
    if error.msg.startswith("Invalid \\escape"):
        return f"invalid escape sequence `{text[at : at + 2]}` in string"
    if error.msg.startswith("Expecting ','"):
        where = f"after {_inside(text[:at])}"
    else:
        where = next(
            (words for said, words in _JSON_WORDS.items() if said in error.msg),
            "looking for beginning of value",
        )
    return f"invalid character {_character(text[at])} {where}"


def _inside(before: str) -> str:
    """Return what a text breaks off in: an array, or an object."""
    open_ones: list[str] = []
    for character in _STRINGS.sub("", before):
        if character in "[{":
            open_ones.append(character)
        elif character in "]}" and open_ones:
            open_ones.pop()
    return "array element" if open_ones[-1:] == ["["] else "object key:value pair"


def _character(character: str) -> str:
    if character in "'\"":
        return "'\\''" if character == "'" else "'\"'"
    return f"'{quoted(character)[1:-1]}'"


def go_json(value: Any) -> str:
    """Return JSON as Go writes it: sorted keys, no spaces, `<`, `>`, `&` escaped."""
    text = json.dumps(
        _integral(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _integral(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < _PLAIN:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _integral(inner) for key, inner in value.items()}
    return [_integral(each) for each in value] if isinstance(value, list) else value
