"""The files of a folder, as they stand there now."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from baro.errors import InputError
from baro.expand.ports import UnreadableFileError
from baro.expand.trees.listing import MOST_FILES, Listing
from baro.expand.trees.sourcetree import LARGEST_FILE, Names, SourceTree, printable

_GIT = ".git"
_TOOLS = frozenset((".venv", ".tox", "node_modules", ".terraform"))
"""What tools leave behind; Git would ignore it, so it counts only where Git has it."""
_NAMELESS = Names()


class FolderTree(SourceTree):
    """The working tree of a repository, or a folder without Git.

    `ignored` returns the files and folders (from the root of the tree) that Git
    ignores: they will never be in the repository, so they are not here, and neither
    are empty folders. None stands for a folder without Git, which has everything.
    """

    worktree = True

    def __init__(
        self,
        folder: Path,
        names: Names = _NAMELESS,
        *,
        commit: str = "",
        ignored: Callable[[], frozenset[str]] | None = None,
    ) -> None:
        """Take the folder and its names; nothing is read yet."""
        super().__init__(names, commit)
        self.folder = folder
        self._root = os.fspath(folder)
        self._ignored = ignored

    def _list(self) -> Listing:
        ignored = self._ignored() if self._ignored is not None else frozenset()
        skipped = frozenset((_GIT,)) | (
            _TOOLS if self._ignored is None else frozenset()
        )
        walk = _Walk(self._root, ignored, skipped)
        walk.enter("")
        return Listing(
            regular=tuple(sorted(walk.regular)),
            links=walk.links,
            submodules=frozenset(walk.submodules()),
            unreadable=walk.unreadable,
            empty=frozenset(walk.empty if self._ignored is None else ()),
            devices=frozenset(walk.devices),
        )

    def _load(self, path: str) -> bytes:
        try:
            # A file may turn into a symlink or a pipe between listing and reading.
            descriptor = os.open(
                f"{self._root}/{path}",
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
            )
        except OSError as error:
            raise UnreadableFileError(f"{path}: {error.strerror}") from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFileError(f"{path} is not a regular file")
            if status.st_size > LARGEST_FILE:
                size = LARGEST_FILE // (1024 * 1024)
                raise UnreadableFileError(f"{path} is larger than {size} MiB")
            return _content(descriptor, status.st_size + 1)
        except OSError as error:
            raise UnreadableFileError(f"{path}: {error.strerror}") from error
        finally:
            os.close(descriptor)


def _content(descriptor: int, most: int) -> bytes:
    """Read a file up to `most` bytes; a file system may give it in pieces."""
    content = b""
    while piece := os.read(descriptor, most - len(content)):
        content += piece
    return content


class _Walk:
    """One walk through a folder, without following symlinks."""

    def __init__(
        self, root: str, ignored: frozenset[str], skipped: frozenset[str]
    ) -> None:
        self.root = root
        self.skipped = skipped
        self.ignored = ignored
        self.regular: list[str] = []
        self.links: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}
        self.devices: list[str] = []
        self.empty: list[str] = []

    def enter(self, top: str) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            before = len(waiting), len(self.regular), len(self.links)
            waiting.extend(self._look(folder))
            if folder and before == (len(waiting), len(self.regular), len(self.links)):
                self.empty.append(folder)
            if len(self.regular) > MOST_FILES:
                raise InputError(
                    f"more than {MOST_FILES:,} files",
                    where=self.root,
                    hint="name a smaller folder",
                )

    def _look(self, folder: str) -> Iterator[str]:
        """Note the files of a folder, and yield the folders in it."""
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                for entry in entries:
                    if entry.name in self.skipped:
                        continue
                    path = prefix + entry.name
                    if self.ignored and path in self.ignored:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        yield path
                    elif entry.is_symlink():
                        self.links[path] = str(Path(entry.path).readlink())
                    elif entry.is_file(follow_symlinks=False):
                        self.regular.append(path)
                    else:
                        self.unreadable[path] = "is not a regular file"
                        self.devices.append(path)
        except OSError as error:
            self.unreadable[folder] = f"cannot be read: {error.strerror}"

    def submodules(self) -> Iterator[str]:
        """Yield the submodules that `.gitmodules` names and nobody checked out."""
        if ".gitmodules" not in self.regular:
            return
        empty = set(self.empty)
        try:
            lines = Path(self.root, ".gitmodules").read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            key, equals, value = line.partition(b"=")
            path = value.strip().strip(b'"').decode("utf-8", "surrogateescape")
            if equals and key.strip() == b"path" and path.rstrip("/") in empty:
                yield path.rstrip("/")


def shown(folder: Path) -> str:
    """Return a folder as messages name it: from here where it is below."""
    try:
        relative = folder.resolve().relative_to(Path.cwd())
    except (ValueError, OSError):
        return printable(str(folder))
    return printable(str(relative))
