"""YAML inside a text field, with go-yaml's words for what is wrong with it."""

# go.yaml.in/yaml/v2: decode.go, parser.fail; sigs.k8s.io/yaml

import re
from typing import Any

from baro.expand.applicationsets.gotext import quoted
from baro.expand.ports import UNDECIDED
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
_MARK = re.compile(r"(?:---|\.\.\.)(?=\s|$)")
_EMPTY = re.compile(r"\s*(?:#.*|%.*)?\s*")
_NOT_YAML = ("json: ", "unsupported map key")
_CONTROL = "unacceptable character"
_UNDEFINED = "found undefined alias"
_NO_KEY = "a map or list cannot be a key"
_LEFT_TAG = re.compile(r"\{\s*([^{}:,\n]*[^{}:,\s])\s*\}")
_ALIAS = re.compile(r"[\w-]+")
_PARSER = re.compile(
    r"did not find expected (?:node content|key|'-' indicator|',' or '[\]}]'"
    r"|<document start>|<stream-start>)"
)


class YamlTextError(ValueError):
    """The text is no YAML, in go-yaml's words; or nobody read it, and `UNDECIDED`."""


def decoded(text: str) -> Any:
    """Return the first document of a text; what follows is not looked at.

    Raises:
        YamlTextError: the text is not YAML, exceeds the bounds, or is no JSON.
    """
    first = _first_document(text)
    try:
        documents = yamltext.read(first)
    except yamltext.BoundsError as error:
        raise YamlTextError(f"{UNDECIDED}a text {error.message}") from error
    except yamltext.YamlError as error:
        raise YamlTextError(_worded(error, first)) from error
    return documents[0].value if documents else None


def _first_document(text: str) -> str:
    begun = False
    at = 0
    for line in text.splitlines(keepends=True):
        marks = _MARK.match(line)
        if begun and marks:
            return text[:at]
        written = line[3:] if marks else line
        begun = begun or not _EMPTY.fullmatch(written)
        at += len(line)
    return text


def _worded(error: yamltext.YamlError, text: str) -> str:
    message = error.message
    if message == _UNDEFINED and error.position is not None:
        lines = text.split("\n")
        written = lines[error.position.line - 1][error.position.column :]
        alias = _ALIAS.match(written)
        return f"yaml: unknown anchor '{alias[0] if alias else ''}' referenced"
    if message.startswith(_NOT_YAML):
        return message
    if message.startswith(_CONTROL):
        return "yaml: control characters are not allowed"
    if message == _NO_KEY and error.position is not None:
        return f"yaml: invalid map key: {_key_at(text, error.position)}"
    line = error.position.line - 1 if error.position is not None else 0
    scanned = message.startswith(_SCANNER) and not _PARSER.match(message)
    if line and scanned:
        line += 1
    return f"yaml: line {line}: {message}" if line else f"yaml: {message}"


def _key_at(text: str, position: yamltext.Position) -> str:
    """Return a map as Go shows it that stands as a key: a `{{tag}}` left over."""
    line = text.split("\n")[position.line - 1]
    tag = _LEFT_TAG.match(line, position.column - 1)
    inside = f"{quoted(tag[1])}:interface {{}}(nil)" if tag else "..."
    return f"map[interface {{}}]interface {{}}{{{inside}}}"
