"""A Kubernetes object as it was given, and how to read it tolerantly."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct


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


def text(value: object) -> str:
    """Return a string or a number as text, anything else as an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def mapping(value: object) -> Mapping[str, Any]:
    """Return a map, or an empty one for anything else."""
    return value if isinstance(value, (dict, Mapping)) else {}


def sequence(value: object) -> Sequence[Any]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, (list, tuple)) else ()


def maps(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the maps of a list; other elements are passed over."""
    return [e for e in sequence(value) if isinstance(e, (dict, Mapping))]


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
