"""How to expand: whose behaviour, for which Kubernetes, with how many workers."""

import re

from msgspec import Struct

from baro.expand import semver

ARGOCD = "3.6"
"""The Argo CD that is imitated unless the user names another."""
KUBERNETES = "1.36.0"
"""The Kubernetes that charts are rendered for unless the user names another."""
DEEPEST = 20
"""Levels of Applications that render Applications."""
MOST = 200_000
"""Applications of one platform."""


_WITH_MINOR = re.compile(r"v?[0-9]+\.[0-9]")


def is_release(text: str) -> bool:
    """Tell whether a text names a release, down to its minor part: `v3.5`, `1.36.2`."""
    return bool(_WITH_MINOR.match(text)) and semver.version(text) is not None


class Options(Struct, frozen=True):
    """What the user may choose.

    Both versions are releases. `unread` asks for the values that nothing reads, which
    costs a render for each Application that has suspects.
    """

    argocd: str = ARGOCD
    kubernetes: str = KUBERNETES
    unread: bool = True

    @property
    def argocd_version(self) -> tuple[int, int]:
        """Return the version of Argo CD as numbers.

        Raises:
            ValueError: `argocd` is no release.
        """
        release = semver.version(self.argocd)
        if release is None:
            raise ValueError(f"not a version: {self.argocd!r}")
        return release.major, release.minor
