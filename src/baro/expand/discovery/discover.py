"""What stands in a tree: Argo CD's own objects, cluster registrations, charts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from baro.expand.clusters.registration import registers
from baro.expand.discovery.objectfile import objects_of, syntax_of
from baro.expand.discovery.patches import patch_files
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.trees import treepath
from baro.expand.trees.listing import Listing
from baro.model.finding import Gap
from baro.model.manifest import Manifest

ARGOCD_KINDS = frozenset(("Application", "ApplicationSet", "AppProject"))
CHART_FILE = "Chart.yaml"

_GROUP = "argoproj.io/"
_CHECKED = 4 * 1024 * 1024
"""Bytes of other manifests whose syntax is checked, in the order of their files.

What an Application renders is read in any case.
"""
_MANIFEST = re.compile(r".+\.(?:ya?ml|json)", re.IGNORECASE)
_WANTED = re.compile(
    rb"""kind["']?[ \t]*:[ \t]*["']?(?:Application|ApplicationSet|AppProject"""
    rb"""|(?:Cluster)?ExternalSecret|Secret|\w*List)["']?\s*(?:[,}\r\n#]|\Z)"""
)
_TYPED = {
    kind: re.compile(rb"""(?m)(?:^["']?|[{,][ \t]*["']?)%s["']?[ \t]*:""" % kind)
    for kind in (b"apiVersion", b"kind", b"metadata")
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 and UTF-32 begin, in which the patterns here find nothing."""
_SCAFFOLD = re.compile(rb"\$\{\{-?[ \t]*(?:values|parameters)\b")
"""A skeleton that Backstage's scaffolder fills in."""


class Unread(Struct, frozen=True):
    """A file that could not be read, and the gap that it leaves.

    `within` are folders of kustomizations that the file is part of: where one of them
    is rendered, nothing is left open.
    """

    path: str
    gap: Gap
    within: frozenset[str] = frozenset()


class Discovered(Struct, frozen=True, eq=False):
    """What a tree holds that Argo CD would act upon if somebody applied it.

    `manifests` come in the order of their files. `charts` are folders with a
    Chart.yaml, those inside other charts left out.
    """

    manifests: tuple[Manifest, ...] = ()
    unread: tuple[Unread, ...] = ()
    charts: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return what the files that could not be read leave open."""
        return tuple(unread.gap for unread in self.unread)


def discover(
    tree: Tree, only: Sequence[str] = (), skip: Sequence[str] = ()
) -> Discovered:
    """Look through a tree, or the files and folders `only`, but not through `skip`.

    Cluster registrations count wherever they stand. Templates of charts are passed
    over; what cannot be read is a gap, unless it is plainly no manifest.
    """
    files = [path for path in tree.files() if not _within(path, skip)]
    chosen = frozenset(_chosen(tree, only))
    charts = _charts(files)
    parts = frozenset(charts)
    patches = patch_files(tree, files)
    reader = _Reader(tree)
    manifests: list[Manifest] = []
    unread: list[Unread] = []
    for path in files:
        if not _MANIFEST.fullmatch(path) or path in patches or _in_chart(path, parts):
            continue
        found = reader.read(path)
        if isinstance(found, Gap):
            if path in chosen:
                unread.append(Unread(path, found))
            continue
        counts = _counts if path in chosen else registers
        manifests.extend(manifest for manifest in found if counts(manifest.body))
    told = (chart for chart in charts if _join(chart, CHART_FILE) in chosen)
    return Discovered(tuple(manifests), tuple(unread), tuple(told))


def read_objects(tree: Tree, only: Sequence[str] = ()) -> Discovered:
    """Read every Kubernetes object of a tree, Lists taken apart: `--manifests`."""
    manifests: list[Manifest] = []
    unread: list[Unread] = []
    for path in _chosen(tree, only):
        if not _MANIFEST.fullmatch(path):
            continue
        found = objects_of(tree, path)
        if isinstance(found, Gap):
            unread.append(Unread(path, found))
        else:
            manifests.extend(found)
    return Discovered(tuple(manifests), tuple(unread))


def closed(
    listing: Listing, only: Sequence[str] = (), skip: Sequence[str] = ()
) -> Iterator[Unread]:
    """Yield the folders, and files with a manifest's name, that nobody can open."""
    shut = {
        path: reason
        for path, reason in listing.unreadable.items()
        if path not in listing.devices or _MANIFEST.fullmatch(path)
    }
    lost = dict.fromkeys(listing.broken_links, "is a symlink that leads nowhere here")
    lost = {path: why for path, why in lost.items() if _MANIFEST.fullmatch(path)}
    for path, reason in sorted({**shut, **lost}.items()):
        named = not only or any(treepath.under(path, folder) for folder in only)
        if named and not _within(path, skip):
            yield Unread(path, Gap(path or ".", reason))


def _chosen(tree: Tree, only: Sequence[str]) -> Sequence[str]:
    if not only:
        return tree.files()
    found: dict[str, None] = {}
    for path in only:
        found.update(dict.fromkeys([path] if tree.is_file(path) else tree.files(path)))
    return sorted(found)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _within(path: str, folders: Sequence[str]) -> bool:
    return any(treepath.under(path, folder) for folder in folders)


def _charts(files: Sequence[str]) -> list[str]:
    """Return the folders of charts, those inside other charts left out."""
    folders = [
        path.removesuffix(CHART_FILE).rstrip("/")
        for path in files
        if path.rpartition("/")[2] == CHART_FILE
    ]
    known = set(folders)
    return [
        folder
        for folder in folders
        if not any(
            above in known and _is_part(folder[len(above) :].lstrip("/"))
            for above in treepath.ancestors(folder)
        )
    ]


def _is_part(path: str) -> bool:
    """Tell whether a path, from a chart's folder, is what Helm renders or vendors."""
    return path.startswith(("templates/", "charts/"))


def _in_chart(path: str, charts: frozenset[str]) -> bool:
    return any(
        above in charts and _is_part(path[len(above) :].lstrip("/"))
        for above in treepath.ancestors(path)
    )


@dataclass(slots=True)
class _Reader:
    """Reads the files that may matter."""

    tree: Tree
    left: int = _CHECKED

    def read(self, path: str) -> Sequence[Manifest] | Gap:
        """Return the objects of a file, nothing if none of them can matter."""
        try:
            content = self.tree.read(path)
        except (UnreadableFileError, FileNotFoundError) as error:
            return Gap(path, str(error) or "cannot be read")
        if content.startswith(_WIDE):
            return Gap(path, "is UTF-16, which is not looked into", "UTF-8")
        if _SCAFFOLD.search(content):
            return ()
        if _WANTED.search(content):
            found = objects_of(self.tree, path)
            return () if isinstance(found, Gap) and not _typed(content) else found
        if self.left < len(content) or not _typed(content):
            return ()
        self.left -= len(content)
        return syntax_of(self.tree, path) or ()


def _typed(content: bytes) -> bool:
    """Tell whether a file has the three keys that Argo CD takes for a manifest's."""
    return all(pattern.search(content) for pattern in _TYPED.values())


def _counts(body: Mapping[str, Any]) -> bool:
    """Tell whether an object is Argo CD's own, or registers a cluster."""
    if body.get("kind") in ARGOCD_KINDS:
        version = body.get("apiVersion")
        return isinstance(version, str) and version.startswith(_GROUP)
    return registers(body)
