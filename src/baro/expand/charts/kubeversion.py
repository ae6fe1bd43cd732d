"""Kubernetes versions as Argo CD hands them to Helm."""

import re
from functools import lru_cache

# As in k8s.io/apimachinery/pkg/util/version: ParseGeneric
_VERSION = re.compile(r"\s*v?([0-9]+(?:\.[0-9]+)*)(.*)", re.DOTALL)
_FEWEST = 2


class KubeVersionError(ValueError):
    """The text is no Kubernetes version; the message is that of Kubernetes."""


@lru_cache(maxsize=64)
def normal_version(text: str) -> str:
    """Return a version without `v` and suffixes: `v1.29.4+k3s1` is `1.29.4`.

    Raises:
        KubeVersionError: it is no version.
    """
    if not text:
        return ""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise KubeVersionError(f'could not parse "{text}" as version')
    parts = found[1].split(".")
    if len(parts) < _FEWEST:
        raise KubeVersionError(f'illegal version string "{text}"')
    for part in parts:
        if len(part) > 1 and part.startswith("0"):
            raise KubeVersionError(
                f'illegal zero-prefixed version component "{part}" in "{text}"'
            )
    return ".".join(parts)
