"""How to expand: whose behaviour, for which Kubernetes, with how many workers."""

from msgspec import Struct

ARGOCD = "3.6"
"""The Argo CD that is imitated unless the user names another."""
KUBERNETES = "1.36.0"
"""The Kubernetes that charts are rendered for unless the user names another."""
DEEPEST = 20
"""Levels of Applications that render Applications."""
MOST = 200_000
"""Applications of one platform."""


class Options(Struct, frozen=True):
    """What the user may choose.

    `argocd` is `major.minor`. `unread` asks for the values that nothing reads, which
    costs a render for each Application that has suspects.
    """

    argocd: str = ARGOCD
    kubernetes: str = KUBERNETES
    unread: bool = True

    @property
    def argocd_version(self) -> tuple[int, int]:
        """Return the version of Argo CD as numbers."""
        major, _, minor = self.argocd.removeprefix("v").partition(".")
        return int(major), int(minor.partition(".")[0] or 0)
