"""What stands in a tree: files, folders, symlinks and submodules, by path."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from baro.expand.trees import treepath

MOST_FILES = 1_000_000
"""Files of one tree."""

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Listing:
    """The paths of a tree, from its root.

    `regular` is sorted; `links` maps each symlink to its target as written.
    `submodules` are folders whose files are in another repository and not here;
    `unreadable` maps files and folders to the reason why they cannot be read.
    """

    regular: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    submodules: frozenset[str] = frozenset()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    """Folders without files: a working tree has them, Git does not."""
    devices: frozenset[str] = frozenset()
    """Pipes, sockets and devices, which are `unreadable`, too."""

    @cached_property
    def _regular(self) -> frozenset[str]:
        return frozenset(self.regular)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Return every folder, the root (`""`) included; no symlinks."""
        found = {"", *self.empty}
        for path in (*self.regular, *self.links, *self.submodules, *self.empty):
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found | self.submodules)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Return regular files and symlinks to them, sorted."""
        if not self.links:
            return self.regular
        linked = [link for link in self.links if self.is_regular(self._end(link))]
        return tuple(sorted((*self.regular, *linked)))

    @cached_property
    def broken_links(self) -> tuple[str, ...]:
        """Return the symlinks that lead to nothing in this tree."""
        ends = {link: self._end(link) for link in self.links}
        return tuple(
            link
            for link, end in ends.items()
            if end is None or not (self.is_regular(end) or end in self.folders)
        )

    def _end(self, path: str) -> str | None:
        try:
            return self.resolve(path)
        except treepath.OutsideError:
            return None

    def resolve(self, path: str) -> str:
        """Return where a path leads, symlinks followed.

        Raises:
            treepath.OutsideError: it leaves the root.
        """
        path = treepath.normal(path)
        return treepath.resolve(path, self.links.get) if self.links else path

    def is_regular(self, path: str | None) -> bool:
        """Tell whether a file stands at a path that was resolved."""
        return path in self._regular

    def below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, as paths that begin with that folder."""
        wanted = treepath.normal(folder)
        actual = self.resolve(wanted)
        if not actual:
            found = self.files
        else:
            first = bisect_left(self.files, f"{actual}/")
            found = self.files[first : bisect_left(self.files, f"{actual}0", first)]
        if actual == wanted:
            return found
        start = len(actual) + 1 if actual else 0
        return tuple(f"{wanted}/{path[start:]}" for path in found)

    def folder_links(self, folder: str = "") -> Mapping[str, str]:
        """Return the symlinks to folders below a folder, and where each leads.

        Helm follows them when it loads a chart; Argo CD's directory sources and
        generators do not.
        """
        found = {}
        for link in self.links or _NONE:
            if treepath.under(link, folder):
                end = self._end(link)
                if end is not None and end in self.folders:
                    found[link] = end
        return found

    @cached_property
    def out_of_bounds(self) -> str:
        """Return the first symlink for which Argo CD refuses the repository."""
        ordered = sorted(self.links, key=lambda link: link.split("/"))
        return next(
            (at for at in ordered if treepath.leaves_root(at, self.links[at])), ""
        )
