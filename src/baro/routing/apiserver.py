"""What the API server itself refuses in an Ingress, whatever the controller."""

# kubernetes: pkg/apis/networking/validation/validation.go, ValidateIngress

import re
from collections.abc import Iterator

from baro.routing.world import Ingress, PathRule

_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*", re.ASCII)
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}", re.ASCII)
_INSIDE = ("//", "/./", "/../", "%2f", "%2F")
_ENDS = ("/..", "/.")
_LONGEST_HOST = 253


def refusals(ingress: Ingress) -> Iterator[str]:
    """Return what the API server would say, field first; nothing if it is content."""
    if not ingress.rules and not ingress.has_default_backend:
        yield "spec: either `defaultBackend` or `rules` must be specified"
    for number, rule in enumerate(ingress.rules):
        field = f"spec.rules[{number}]"
        yield from _host(f"{field}.host", rule.host)
        if rule.paths == ():
            yield f"{field}.http.paths: Required value"
        for index, path in enumerate(rule.paths or ()):
            yield from _path(f"{field}.http.paths[{index}]", path)


def _host(field: str, host: str) -> Iterator[str]:
    if not host:
        return
    if _ADDRESS.fullmatch(host):
        yield f'{field}: Invalid value: "{host}": must be a DNS name, not an IP address'
    elif not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        yield (
            f'{field}: Invalid value: "{host}": a lowercase RFC 1123 subdomain must '
            "consist of lower case alphanumeric characters, '-' or '.'"
        )


def _path(field: str, path: PathRule) -> Iterator[str]:
    if not path.path_type:
        yield f"{field}.pathType: Required value: pathType must be specified"
        return
    if path.path_type not in _TYPES:
        names = ", ".join(f'"{name}"' for name in _TYPES)
        yield (
            f'{field}.pathType: Unsupported value: "{path.path_type}": supported '
            f"values: {names}"
        )
        return
    invalid = f'{field}.path: Invalid value: "{path.path}": '
    loose = path.path_type == "ImplementationSpecific"
    if not path.path.startswith("/") and (path.path or not loose):
        yield f"{invalid}must be an absolute path"
    if loose:
        return
    for sign in _INSIDE:
        if sign in path.path:
            yield f"{invalid}must not contain '{sign}'"
    for end in _ENDS:
        if path.path.endswith(end):
            yield f"{invalid}cannot end with '{end}'"
