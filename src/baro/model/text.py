"""A text that somebody wrote, and a place in it."""

from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct

from baro.model import yamltext
from baro.model.fieldpath import FieldPath


class Location(Struct, frozen=True):
    """A place that a person can open: file, line, column, revision.

    Lines and columns count from 1. `file` opens from the folder in which baro runs;
    for another repository or revision it is the path inside. `revision` is empty for
    the working tree, else a commit; `repository` is empty for the repository that the
    user named, else its URL.
    """

    file: str
    line: int | None = None
    column: int | None = None
    revision: str = ""
    repository: str = ""

    def __str__(self) -> str:
        """Return `file:line:column`, with the revision where it is not the tree's."""
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p)
        return f"{place} @ {self.revision[:8]}" if self.revision else place


@dataclass(frozen=True, eq=False)
class SourceText:
    """One file's text; knows where each field of each YAML document stands."""

    file: str
    text: str = field(repr=False)
    revision: str = ""
    repository: str = ""

    @cached_property
    def documents(self) -> tuple[yamltext.Document, ...]:
        """Return the YAML documents in it.

        Raises:
            yamltext.YamlError: the text is not YAML, or exceeds the bounds.
        """
        return yamltext.read(self.text)

    def at(self, line: int | None = None, column: int | None = None) -> Location:
        """Return a place in this text."""
        return Location(self.file, line, column, self.revision, self.repository)

    def locate(self, path: FieldPath, document: int = 0) -> Location:
        """Return where the field at `path` stands; its nearest ancestor if absent."""
        position = yamltext.position(self.text, document, path)
        if position is None:
            return self.at()
        return self.at(position.line, position.column)
