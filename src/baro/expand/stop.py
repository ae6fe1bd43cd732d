"""How the rendering of one source ends early."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from msgspec.structs import replace

from baro.expand.ports import UnreadableFileError
from baro.model.expansion import Failure, FailureKind
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.text import Location


class StoppedError(Exception):
    """A source cannot be rendered: Argo CD would refuse it, or we cannot know.

    `cause` is a Failure in Argo CD's words, or a Gap. Never leaves the expansion.
    """

    def __init__(self, cause: Failure | Gap) -> None:
        """Keep the cause."""
        super().__init__(cause.message if isinstance(cause, Failure) else cause.reason)
        self.cause = cause

    def at(self, location: Location | None) -> Self:
        """Name the line to blame."""
        self.cause = replace(self.cause, location=location)
        return self


def refused(
    kind: FailureKind, message: str, path: FieldPath = (), **fields: object
) -> StoppedError:
    """Return the refusal of a source, to be raised; `path` is the field to blame."""
    return StoppedError(Failure(kind, message, path, fields=fields))


def unknown(subject: str, reason: str, closes_with: str = "") -> StoppedError:
    """Return a Gap, to be raised."""
    return StoppedError(Gap(subject, reason, closes_with))


@contextmanager
def reading(subject: str) -> Iterator[None]:
    """Read files; one that is there and cannot be used is a Gap about `subject`."""
    try:
        yield
    except UnreadableFileError as error:
        raise unknown(subject, str(error)) from error
