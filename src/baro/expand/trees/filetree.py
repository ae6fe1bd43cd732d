"""A Tree that lives in memory: the files of a chart archive."""

import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from functools import cached_property

from baro.expand.ports import UnreadableFileError
from baro.model.text import SourceText


class FileTree:
    """The files of one archive, by their path from its root.

    `label` stands in front of every file: `charts/a-1.0.0.tgz!/`.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        label: str = "",
        repository: str = "",
        commit: str = "",
        revision: str = "",
    ) -> None:
        """Take the files; `commit` is the chart's version."""
        self._files = dict(sorted(files.items()))
        self._label = label
        self._texts: dict[str, SourceText] = {}
        self._revision = revision
        self.repository = repository
        self.commit = commit
        self.worktree = False

    @cached_property
    def _folders(self) -> frozenset[str]:
        found = {""}
        for path in self._files:
            while path := path.rpartition("/")[0]:
                found.add(path)
        return frozenset(found)

    def files(self, under: str = "") -> Sequence[str]:
        """Return all files below a folder, sorted."""
        prefix = _clean(under)
        if not prefix:
            return tuple(self._files)
        return tuple(p for p in self._files if p.startswith(f"{prefix}/"))

    def is_file(self, path: str) -> bool:
        """Tell whether a file stands there."""
        return _clean(path) in self._files

    def is_dir(self, path: str) -> bool:
        """Tell whether a folder stands there."""
        return _clean(path) in self._folders

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: nothing stands there.
        """
        try:
            return self._files[_clean(path)]
        except KeyError:
            raise FileNotFoundError(path) from None

    def text(self, path: str) -> SourceText:
        """Return a file as text, read once.

        Raises:
            FileNotFoundError: nothing stands there.
            UnreadableFileError: it is not UTF-8.
        """
        path = _clean(path)
        if path not in self._texts:
            try:
                text = self.read(path).decode("utf-8")
            except UnicodeDecodeError as error:
                raise UnreadableFileError(f"{path} is not UTF-8") from error
            name = f"{self._label}{path}"
            self._texts[path] = SourceText(name, text, self._revision, self.repository)
        return self._texts[path]

    def oid(self, under: str = "") -> str:
        """Return a digest of everything below a folder."""
        digest = hashlib.sha256()
        for path in self.files(under) or filter(self.is_file, [_clean(under)]):
            content = self._files[path]
            head = f"{len(path)} {path} {len(content)} "
            digest.update(head.encode("utf-8", "surrogateescape"))
            digest.update(content)
        return digest.hexdigest()


def _clean(path: str) -> str:
    cleaned = posixpath.normpath(path or ".")
    return "" if cleaned == "." else cleaned
