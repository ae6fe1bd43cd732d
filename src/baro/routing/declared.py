"""A Kubernetes object as it was given."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from baro.model.tolerant import mapping, text
from baro.routing.reasons import Code, Reason, because

_NEVER = 1 << 62


class Declared(Struct, frozen=True, eq=False):
    """A Kubernetes object, and what the caller wants to be given back with it.

    `new` tells that it is yet to be created: the API server will fill in what it
    fills in on creation. `default_classes` and `refused` are what `default_class.admit`
    found: the IngressClasses that may have been written in, and why it is refused.
    """

    body: Mapping[str, Any]
    subject: object = None
    new: bool = False
    default_classes: tuple[str, ...] = ()
    refused: str = ""

    @property
    def kind(self) -> str:
        """Return the kind, as written."""
        return text(self.body.get("kind"))

    @property
    def group(self) -> str:
        """Return the API group; empty for the core group."""
        version = text(self.body.get("apiVersion"))
        return version.rpartition("/")[0]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Return the metadata; an empty map where there is none."""
        return mapping(self.body.get("metadata"))

    @property
    def spec(self) -> Mapping[str, Any]:
        """Return the spec; an empty map where there is none."""
        return mapping(self.body.get("spec"))

    @property
    def name(self) -> str:
        """Return the object's name."""
        return text(self.metadata.get("name"))

    @property
    def namespace(self) -> str:
        """Return the namespace; `default` where none is written."""
        return text(self.metadata.get("namespace")) or "default"

    @property
    def created(self) -> int | None:
        """Return the seconds since 1970, or None where nobody has said it."""
        return _seconds(self.metadata.get("creationTimestamp"))


def by_age(created: int | None) -> int:
    """Return what sorts the oldest first, and last what nobody knows the age of."""
    return _NEVER if created is None else created


def not_imitated(declared: Declared) -> Reason:
    """Return why an object keeps an answer from being sure."""
    key = f"{declared.namespace}/{declared.name}"
    return because(Code.OBJECT_NOT_IMITATED, declared.kind, key)


def _seconds(value: object) -> int | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    # YAML readers turn an unquoted timestamp into a datetime.
    if not isinstance(value, datetime):
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return int(aware.timestamp())
