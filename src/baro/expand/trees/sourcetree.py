"""What every tree does alike: bounds, symlinks, and reading each file once."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import RLock

from msgspec import Struct

from baro.expand.ports import UnreadableFileError
from baro.expand.trees import treepath
from baro.expand.trees.listing import Listing
from baro.model import yamltext
from baro.model.text import SourceText

_MEBI = 1024 * 1024
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
LARGEST_TEXT = yamltext.LONGEST
"""Bytes of a file that is read as text."""
LARGEST_FILE = 256 * _MEBI
"""Bytes of any file."""
LARGEST_TOTAL = 2048 * _MEBI
"""Bytes that are read from one tree."""


class Names(Struct, frozen=True):
    """What a tree is called.

    `repository` is the URL by which Applications know it. `label` stands in front of
    every file name that is shown, `place` is the repository that is shown with it:
    empty for what the user named.
    """

    repository: str = ""
    label: str = ""
    place: str = ""


class SourceTree(ABC):
    """The files of one repository at one revision; implements `Tree`."""

    worktree = False

    def __init__(self, names: Names, commit: str = "") -> None:
        """Take the names and the commit; files are looked at when somebody asks."""
        self.repository = names.repository
        self.commit = commit
        self._names = names
        self._texts: dict[str, SourceText] = {}
        self._contents: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}
        self._oids: dict[str, str] = {}
        self._total = 0
        self._lock = RLock()

    @abstractmethod
    def _list(self) -> Listing:
        """Look at what stands there."""

    @abstractmethod
    def _load(self, path: str) -> bytes:
        """Read a regular file; UnreadableFileError where that fails."""

    @cached_property
    def listing(self) -> Listing:
        """Return what stands there; looked at once."""
        with self._lock:
            return self._list()

    def files(self, under: str = "") -> Sequence[str]:
        """Return all files below a folder, sorted; nothing if it is no folder.

        Symlinks to files are among them; symlinks to folders are not entered.
        """
        try:
            return self.listing.below(under)
        except treepath.OutsideError:
            return ()

    def is_file(self, path: str) -> bool:
        """Tell whether a (symlink to a) file stands there."""
        try:
            return self.listing.is_regular(self.listing.resolve(path))
        except treepath.OutsideError:
            return False

    def is_dir(self, path: str) -> bool:
        """Tell whether a folder stands there; `""` and `"."` are the root."""
        try:
            return self.listing.resolve(path) in self.listing.folders
        except treepath.OutsideError:
            return False

    def links(self, under: str = "") -> Mapping[str, str]:
        """Return the symlinks to folders below a folder, and where each leads."""
        return self.listing.folder_links(under)

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: nothing stands there.
            UnreadableFileError: out of the repository, too large, or missing from a
                partial clone.
        """
        return self._content(self._resolved(path))

    def text(self, path: str) -> SourceText:
        """Return a file as UTF-8 text that knows its name; read once.

        Raises: as `read`; UnreadableFileError also for what is not UTF-8.
        """
        resolved = self._resolved(path)
        shown = treepath.normal(path)
        with self._lock:
            if shown not in self._texts:
                self._texts[shown] = self._decoded(shown, self._content(resolved))
                self._contents.pop(shown, None)
            return self._texts[shown]

    def oid(self, under: str) -> str:
        """Return a digest of everything below `under`: equal digests, equal files."""
        with self._lock:
            if under not in self._oids:
                self._oids[under] = self._folder_digest(under)
            return self._oids[under]

    def _folder_digest(self, under: str) -> str:
        digest = hashlib.sha256()
        start = len(under.rstrip("/")) + 1 if under not in ("", ".") else 0
        for path in self.files(under):
            name = path[start:].encode("utf-8", "surrogateescape")
            digest.update(b"%d:%s:" % (len(name), name))
            try:
                digest.update(self._digest(self._resolved(path)).encode())
            except UnreadableFileError as error:
                digest.update(f"?{error}".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _digest(self, path: str) -> str:
        """Return a digest of a file's content."""
        with self._lock:
            if path not in self._digests:
                content = hashlib.sha256(self._content(path)).hexdigest()
                self._digests[path] = content
            return self._digests[path]

    def _resolved(self, path: str) -> str:
        try:
            resolved = self.listing.resolve(path)
        except treepath.OutsideError:
            raise UnreadableFileError(f"{path} leads out of the repository") from None
        if self.listing.is_regular(resolved):
            return resolved
        for at in (resolved, *treepath.ancestors(resolved)):
            if at in self.listing.unreadable:
                raise UnreadableFileError(f"{at} {self.listing.unreadable[at]}")
            if at in self.listing.submodules:
                message = f"{path} is in the submodule {at}, whose files are not here"
                raise UnreadableFileError(message)
        raise FileNotFoundError(path)

    def _content(self, path: str) -> bytes:
        with self._lock:
            if path in self._contents:
                return self._contents[path]
            if path in self._texts:
                return self._texts[path].text.encode()
            content = self._load(path)
            self._total += len(content)
            if self._total > LARGEST_TOTAL:
                size = LARGEST_TOTAL // _MEBI
                raise UnreadableFileError(f"{path}: more than {size} MiB were read")
            self._contents[path] = content
            return content

    def _decoded(self, path: str, content: bytes) -> SourceText:
        if len(content) > LARGEST_TEXT:
            size = LARGEST_TEXT // _MEBI
            raise UnreadableFileError(f"{path} is larger than {size} MiB")
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise UnreadableFileError(f"{path}:{line} is not UTF-8") from error
        return SourceText(
            file=printable(f"{self._names.label}{path}"),
            text=text,
            revision="" if self.worktree else self.commit,
            repository=self._names.place,
        )


def printable(name: str) -> str:
    """Return a file name that any terminal takes, on one line, whatever it has."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
