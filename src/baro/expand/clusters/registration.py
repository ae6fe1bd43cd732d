"""Which objects register a cluster with Argo CD, and what a cluster Secret says."""

# Argo CD: applicationset/generators/cluster.go; util/db/cluster.go

from collections.abc import Iterator, Mapping
from typing import Any

from baro.model.cluster import ClusterRegistration
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.origin import Origin
from baro.model.secret import SECRET_TYPE_LABEL, decoded
from baro.model.text import Location
from baro.model.tolerant import mapping

CLUSTER = "cluster"
"""The value of the label that makes a Secret a cluster."""
_EXTERNAL = ("ExternalSecret", "ClusterExternalSecret")


class Places(Mapping[FieldPath, Location]):
    """Where labels and annotations were written; looked up when somebody asks."""

    def __init__(self, origin: Origin, paths: Mapping[FieldPath, FieldPath]) -> None:
        """Take the field of the registering object for each label and annotation."""
        self._origin = origin
        self._paths = paths

    def __getitem__(self, key: FieldPath) -> Location:
        """Return where one of them was written."""
        location = self._origin.locate(self._paths[key])
        if location is None:
            raise KeyError(key)
        return location

    def __iter__(self) -> Iterator[FieldPath]:
        """Yield `("labels", name)` and `("annotations", name)`."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._paths)


def registers(body: Mapping[str, Any]) -> bool:
    """Tell whether an object registers a cluster, or makes a Secret that does."""
    kind = body.get("kind")
    if kind == "Secret":
        return _labels(body.get("metadata")).get(SECRET_TYPE_LABEL) == CLUSTER
    if kind not in _EXTERNAL:
        return False
    spec = mapping(body.get("spec"))
    if kind == "ClusterExternalSecret":
        made = mapping(spec.get("externalSecretMetadata"))
        spec = mapping(spec.get("externalSecretSpec"))
    else:
        made = mapping(body.get("metadata"))
    target = mapping(spec.get("target"))
    template = target.get("template")
    labels = _labels(mapping(template).get("metadata") if template else made)
    value = str(labels.get(SECRET_TYPE_LABEL, ""))
    return value == CLUSTER or "{{" in value


def registered(manifest: Manifest) -> ClusterRegistration:
    """Read a cluster Secret; `stringData` wins over `data`."""
    data = {
        key: (decoded(value) or b"").decode("utf-8", "replace")
        for key, value in manifest.mapping("data").items()
    }
    data.update({k: str(v) for k, v in manifest.mapping("stringData").items()})
    parts = {
        part: {k: str(v) for k, v in manifest.mapping("metadata", part).items()}
        for part in ("labels", "annotations")
    }
    paths: dict[FieldPath, FieldPath] = {
        (part, name): ("metadata", part, name)
        for part, pairs in parts.items()
        for name in pairs
    }
    return ClusterRegistration(
        name=data.get("name", ""),
        server=data.get("server", ""),
        labels=parts["labels"],
        annotations=parts["annotations"],
        project=data.get("project", ""),
        origin=manifest,
        location=manifest.origin.locate(("metadata", "name")),
        places=Places(manifest.origin, paths),
    )


def _labels(metadata: object) -> Mapping[str, Any]:
    return mapping(mapping(metadata).get("labels"))
