"""YAML inside a text field, with go-yaml's words for what is wrong with it."""

# go.yaml.in/yaml/v2: decode.go, parser.fail; sigs.k8s.io/yaml

import re
from typing import Any

from baro.model import yamltext

_SCANNER = (
    "found character that cannot start any token",
    "mapping values are not allowed in this context",
    "could not find expected ':'",
    "found unexpected end of stream",
    "block sequence entries are not allowed in this context",
    "mapping keys are not allowed in this context",
    "did not find expected",
    "found unknown escape character",
    "found unexpected ':'",
    "found a tab character",
    "did not find digit",
)
_UNDEFINED = "found undefined alias"
_ALIAS = re.compile(r"[\w-]+")
_PARSER = re.compile(
    r"did not find expected (?:node content|key|'-' indicator|',' or '[\]}]'"
    r"|<document start>|<stream-start>)"
)


class YamlTextError(ValueError):
    """The text is no YAML; the message is go-yaml's."""


def decoded(text: str) -> Any:
    """Return the first document of a text.

    Raises:
        YamlTextError: the text is not YAML, or exceeds the bounds.
    """
    try:
        documents = yamltext.read(text)
    except yamltext.YamlError as error:
        raise YamlTextError(_worded(error, text)) from error
    return documents[0].value if documents else None


def _worded(error: yamltext.YamlError, text: str) -> str:
    message = error.message
    if message == _UNDEFINED and error.position is not None:
        lines = text.split("\n")
        written = lines[error.position.line - 1][error.position.column :]
        alias = _ALIAS.match(written)
        return f"yaml: unknown anchor '{alias[0] if alias else ''}' referenced"
    line = error.position.line - 1 if error.position is not None else 0
    scanned = message.startswith(_SCANNER) and not _PARSER.match(message)
    if line and scanned:
        line += 1
    return f"yaml: line {line}: {message}" if line else f"yaml: {message}"
