"""The clusters that Argo CD knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from baro.model.fieldpath import FieldPath, get
from baro.model.ref import ObjectRef
from baro.model.text import Location

if TYPE_CHECKING:
    from baro.model.manifest import Manifest

LOCAL_NAME = "in-cluster"
"""The name of the cluster that Argo CD runs in, unless a Secret renames it."""
LOCAL_SERVER = "https://kubernetes.default.svc"
"""The API server address that means "the cluster Argo CD runs in"."""

_UNKNOWN = re.compile(r"unknown-[a-z0-9-]+")


class ClusterRegistration(Struct, frozen=True, eq=False):
    """A cluster as Argo CD knows it.

    `origin` is the cluster Secret or the ExternalSecret that makes it, None for one
    stated in `baro.yaml` and for the implicit local cluster (`implicit`), which has
    no labels, no annotations, and no `.metadata` in a template.
    `places` says where each label and annotation was written, by its field path:
    `("annotations", "addons_repo_url")`.
    `unknown` lists those whose value comes from a secret store and is not known: they
    hold a word that begins with `unknown-`, and a `Gap` says what would close it.
    """

    name: str
    server: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    project: str = ""
    implicit: bool = False
    origin: Manifest | None = None
    location: Location | None = None
    places: Mapping[FieldPath, Location] = field(default_factory=dict)
    unknown: frozenset[FieldPath] = frozenset()

    @property
    def ref(self) -> ObjectRef:
        """Return the registering object, or a name for the registration itself."""
        if self.origin is not None:
            return self.origin.ref
        return ObjectRef("Cluster", self.name)

    @property
    def unknown_words(self) -> frozenset[str]:
        """Return the words that stand for values which nobody knows."""
        values = (
            get({"labels": self.labels, "annotations": self.annotations}, path)
            if len(path) > 1
            else getattr(self, str(path[0]))
            for path in self.unknown
        )
        return frozenset(w for v in values for w in _UNKNOWN.findall(str(v)))

    def locate(self, *path: str) -> Location | None:
        """Return where a label or annotation was written, or the registration."""
        return self.places.get(path, self.location)
