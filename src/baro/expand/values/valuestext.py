"""A text of Helm values, read as Helm reads it."""

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.goyaml import conversion_error
from baro.model.text import SourceText
from baro.model.yamltext import YamlError


class ValuesTextError(ValueError):
    """The text is no values; the message is that of Helm's YAML library.

    `line` is where, from 1; None where the library does not say.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep the words and the line."""
        super().__init__(message)
        self.line = line


def values_of(text: SourceText) -> dict[str, Any]:
    """Return the values in a text; several documents are merged, the last wins.

    The values are shared: nobody may change them.

    Raises:
        ValuesTextError: it is not YAML, or no map.
    """
    # Helm: pkg/chart/v2/loader/load.go, LoadValues
    try:
        documents = text.documents
    except YamlError as error:
        line = error.position.line if error.position is not None else None
        raise ValuesTextError(conversion_error(error), line) from error
    values: dict[str, Any] = {}
    for document in documents:
        if document.value is None:
            continue
        if not isinstance(document.value, dict):
            kind = "array" if isinstance(document.value, list) else "string"
            raise ValuesTextError(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                f"{kind} into Go value of type map[string]interface {{}}",
                document.position.line,
            )
        values = merged(values, document.value) if values else document.value
    return values


def merged(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Return two value maps as one: maps merge, everything else is replaced."""
    # Helm: pkg/chart/v2/loader/load.go, MergeMaps
    result = dict(weaker)
    for key, value in stronger.items():
        known = result.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            result[key] = merged(known, value)
        else:
            result[key] = value
    return result
