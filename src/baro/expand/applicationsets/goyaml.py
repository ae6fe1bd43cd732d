"""A YAML error in the words of Go's library, with the line it would name."""

from yaml.scanner import ScannerError

from baro.model.yamltext import YamlError


def conversion_error(error: YamlError) -> str:
    """Return what sigs.k8s.io/yaml says: `error converting YAML to JSON: …`."""
    if error.message.startswith("json: "):
        return f"error converting YAML to JSON: {error.message}"
    line = error.position.line if error.position is not None else 0
    # go-yaml counts a parser's error from 0 and a scanner's from 1.
    if line and not isinstance(error.__cause__, ScannerError):
        line -= 1
    where = f"line {line}: " if line else ""
    return f"error converting YAML to JSON: yaml: {where}{error.message}"
