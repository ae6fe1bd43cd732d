"""What the engine and its workers say to each other, as MessagePack."""

from typing import Any

import msgspec


class Render(msgspec.Struct, frozen=True, array_like=True, tag="render"):
    """Render a chart; `content` is left out where the worker knows the digest.

    `share` tells that the loaded chart may be rendered again, which is true only of a
    chart without dependencies: Helm edits the others while it renders them.
    `read` asks for what the documents hold, beside their texts.
    """

    digest: str
    content: bytes | None
    values: str
    release: str
    namespace: str
    kube_version: str
    api_versions: tuple[str, ...] = ()
    skip_schema: bool = False
    strict: bool = False
    share: bool = False
    read: bool = False


class AskVersion(msgspec.Struct, frozen=True, array_like=True, tag="version"):
    """Tell Helm's version; also a way to have the library loaded early."""


class Rendered(msgspec.Struct, frozen=True, array_like=True, tag="rendered"):
    """Files and CRDs, by path, in the order of their paths.

    `unchecked` says why the schema was not looked at.
    `bodies` is what the documents of each file, then of each CRD, hold: empty where
    nobody asked, and None for a file that the worker did not read.
    """

    files: list[tuple[str, str]]
    crds: list[tuple[str, str]]
    unchecked: str = ""
    bodies: list[list[Any] | None] = []


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """Helm's refusal: a `FailureKind`, and the text without `Error: `."""

    kind: str
    message: str


class Unknown(msgspec.Struct, frozen=True, array_like=True, tag="unknown"):
    """The chart of this digest is not here: send it."""


class Version(msgspec.Struct, frozen=True, array_like=True, tag="is"):
    """Helm's version."""

    text: str


Question = Render | AskVersion
Answer = Rendered | Refused | Unknown | Version
