"""The files of any revision of a repository, read from Git's objects."""

from dataclasses import dataclass, field
from threading import RLock

from baro.errors import ToolError
from baro.expand.ports import UnreadableFileError
from baro.expand.trees.git import Git
from baro.expand.trees.listing import MOST_FILES, Listing
from baro.expand.trees.sourcetree import LARGEST_FILE, Names, SourceTree
from baro.process.peer import Peer

_LINK = "120000"
_SUBMODULE = "160000"
_NOT_HERE = "is not in this clone"
_LARGEST_LINK = 4096


@dataclass(slots=True)
class ObjectReader:
    """Reads objects through one `git cat-file --batch`, kept open; for any thread."""

    git: Git
    _peer: Peer | None = field(default=None, init=False)
    _lock: RLock = field(default_factory=RLock, init=False)

    def read(self, oid: str) -> bytes:
        """Return a blob.

        Raises:
            UnreadableFileError: it is missing from a partial clone, or too large.
        """
        with self._lock:
            return self._read(oid)

    def _read(self, oid: str) -> bytes:
        if self._peer is None:
            self._peer = self.git.batch()
        try:
            self._peer.send(f"{oid}\n".encode())
            header = self._peer.line().split()
            if header[-1] in (b"missing", b"ambiguous"):
                raise UnreadableFileError(_NOT_HERE)
            size = int(header[2])
            if size > LARGEST_FILE:
                # What follows the header is not wanted: the next read starts afresh.
                self.close()
                limit = LARGEST_FILE // (1024 * 1024)
                raise UnreadableFileError(f"is larger than {limit} MiB")
            return self._peer.exactly(size + 1)[:-1]
        except ToolError as error:
            # For an object that a partial clone left behind, Git gives up altogether.
            left_behind = "promisor" in self._peer.stderr
            self.close()
            reason = _NOT_HERE if left_behind else error.message
            raise UnreadableFileError(reason) from error

    def close(self) -> None:
        """Stop the program; a later read starts it again."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None


class GitTree(SourceTree):
    """The files of a repository at one commit, the checkout left alone.

    `under` is the folder of the repository that is the root of this tree.
    """

    def __init__(
        self, objects: ObjectReader, commit: str, names: Names, under: str = ""
    ) -> None:
        """Take the commit and its names; nothing is read yet."""
        super().__init__(names, commit)
        self._objects = objects
        self._treeish = f"{commit}:{under}" if under else commit
        self._blobs: dict[str, str] = {}

    def _list(self) -> Listing:
        listed = self._objects.git.ask(
            "ls-tree", "-r", "-z", "--full-tree", self._treeish
        )
        links: dict[str, str] = {}
        submodules: list[str] = []
        unreadable: dict[str, str] = {}
        regular: list[str] = []
        entries = listed.decode("utf-8", "surrogateescape").split("\0")
        for entry in entries[: MOST_FILES + 1]:
            kind, _, path = entry.partition("\t")
            if not path:
                continue
            mode, _, oid = kind.split(" ")
            if mode == _SUBMODULE:
                submodules.append(path)
            elif mode == _LINK:
                self._link(path, oid, links, unreadable)
            else:
                self._blobs[path] = oid
                regular.append(path)
        if len(entries) > MOST_FILES + 1:
            unreadable[""] = f"has more than {MOST_FILES:,} files"
        return Listing(tuple(sorted(regular)), links, frozenset(submodules), unreadable)

    def _link(
        self, path: str, oid: str, links: dict[str, str], unreadable: dict[str, str]
    ) -> None:
        try:
            target = self._objects.read(oid)
        except UnreadableFileError as error:
            unreadable[path] = str(error)
            return
        if len(target) > _LARGEST_LINK or b"\0" in target:
            unreadable[path] = "is no symlink that a file system takes"
            return
        links[path] = target.decode("utf-8", "surrogateescape")

    def _load(self, path: str) -> bytes:
        try:
            return self._objects.read(self._blobs[path])
        except UnreadableFileError as error:
            raise UnreadableFileError(f"{path} {error}") from error

    def _digest(self, path: str) -> str:
        return self._blobs[path]


def exists(git: Git, commit: str, under: str = "") -> bool:
    """Tell whether a commit, and a folder in it, are in this clone."""
    treeish = f"{commit}:{under}" if under else f"{commit}^{{tree}}"
    return git.try_ask("cat-file", "-t", treeish) == "tree"
