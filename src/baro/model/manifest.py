"""An object's body and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baro.model.fieldpath import FieldPath, get
from baro.model.origin import Origin
from baro.model.ref import ObjectRef
from baro.model.tolerant import mapping


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """One object of a state: a plain dict that nobody changes, and its origin.

    `cluster` is the name of the cluster it is meant for (or was seen in).
    `application` names the Application that renders it; None for a root.
    Unknown fields survive; views in `argocd` and `workload` read the body.
    """

    body: Mapping[str, Any]
    origin: Origin
    cluster: str = ""
    application: ObjectRef | None = None
    ref: ObjectRef = field(init=False)

    def __post_init__(self) -> None:
        """Read the name once."""
        object.__setattr__(self, "ref", ObjectRef.of(self.body, self.cluster))

    @property
    def kind(self) -> str:
        """Return the kind, as written."""
        return self.ref.kind

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Return what stands at `path` in the body, or `default`."""
        return get(self.body, path, default)

    def mapping(self, *path: str | int) -> Mapping[str, Any]:
        """Return the map at `path`; an empty one where there is none."""
        return mapping(get(self.body, path))

    def sequence(self, *path: str | int) -> list[Any]:
        """Return the list at `path`; an empty one where there is none."""
        value = get(self.body, path)
        return value if isinstance(value, list) else []

    def text(self, *path: str | int) -> str:
        """Return the string at `path`; an empty one where there is none."""
        value = get(self.body, path)
        return value if isinstance(value, str) else ""

    def has(self, path: FieldPath) -> bool:
        """Tell whether something (null included) stands at `path`."""
        missing = object()
        return get(self.body, path, missing) is not missing
