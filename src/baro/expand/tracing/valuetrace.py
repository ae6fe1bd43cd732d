"""What a trace answers: setters of a value, and where it appears."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from baro.expand.tracing.feeds import Feed
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.origin import Link
from baro.model.ref import ObjectRef
from baro.model.text import Location
from baro.model.valueslayer import ValuesLayer


class Setter(Struct, frozen=True):
    """One layer that sets a value: what it says, where, and what fed it.

    `layer` is None for the chart's own default. `links` lead from the Application's
    field back to whoever wrote it; `feeds` are the generator parameters in it.
    `rendered` is the field of a rendered object in which it was written: see
    `trace_back`.
    """

    what: str
    value: Any
    location: Location | None
    layer: ValuesLayer | None = None
    links: tuple[Link, ...] = ()
    feeds: tuple[Feed, ...] = ()
    rendered: tuple[Manifest, FieldPath] | None = None


class Appearance(Struct, frozen=True):
    """A field of a rendered object that a value makes.

    `printed` tells that the value stands there; else it decides what stands there.
    `path` is empty where it decides whether the object exists.
    """

    subject: ObjectRef
    path: FieldPath
    value: Any
    printed: bool
    template: Location | None = None


class ValueTrace(Struct, frozen=True):
    """The answer about one values path.

    `setters` come strongest first: the first one counts, it overrides the others.
    `unread` tells that changing it changes nothing. `unsettled` says what could not
    be told, and why.
    """

    path: FieldPath
    value: Any
    setters: tuple[Setter, ...]
    appearances: tuple[Appearance, ...] = ()
    unread: bool = False
    unsettled: tuple[str, ...] = ()
