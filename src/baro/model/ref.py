"""The name of an object."""

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from baro.model.tolerant import mapping


class ObjectRef(Struct, frozen=True, order=True):
    """Name one object: kind, namespace, name, API group, and its cluster.

    `namespace` is empty for cluster-scoped objects, `group` for the core group,
    `cluster` where only one cluster is spoken of.
    """

    kind: str
    name: str
    namespace: str = ""
    group: str = ""
    cluster: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any], cluster: str = "") -> Self:
        """Read the name of an object from its body; absent parts are empty."""
        metadata = mapping(body.get("metadata"))
        api_version = body.get("apiVersion")
        group = ""
        if isinstance(api_version, str) and "/" in api_version:
            group = api_version.partition("/")[0]
        return cls(
            kind=_text(body.get("kind")),
            name=_text(metadata.get("name") or metadata.get("generateName")),
            namespace=_text(metadata.get("namespace")),
            group=group,
            cluster=cluster,
        )

    @property
    def path(self) -> str:
        """Return `namespace/name`, or `name` for a cluster-scoped object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def within(self, cluster: str) -> Self:
        """Return the same name in `cluster`."""
        return replace(self, cluster=cluster)

    def __str__(self) -> str:
        """Return `Kind namespace/name`, the order in which kubectl speaks."""
        return f"{self.kind} {self.path}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
