"""What stands in a tree: Argo CD's own objects, cluster registrations, charts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baro.expand import treepath
from baro.expand.patches import patch_files
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.registration import registers
from baro.model import yamltext
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.secret import redact
from baro.model.text import SourceText

ARGOCD_KINDS = frozenset(("Application", "ApplicationSet", "AppProject"))
CHART_FILE = "Chart.yaml"

_GROUP = "argoproj.io/"
_MANIFEST = re.compile(r".+\.(?:ya?ml|json)", re.IGNORECASE)
_WANTED = re.compile(
    rb"""kind["']?[ \t]*:[ \t]*["']?(?:Application|ApplicationSet|AppProject"""
    rb"""|(?:Cluster)?ExternalSecret|Secret|\w*List)["']?\s*(?:[,}\r\n#]|\Z)"""
)
_TYPED = {
    kind: re.compile(rb"""(?m)^["'{]?[ \t]*["']?%s["']?[ \t]*:""" % kind)
    for kind in (b"apiVersion", b"kind", b"metadata")
}
_ACTION = re.compile(r"\{\{-?[^{}\n]*\}\}")
_BLOCK = re.compile(r"\{%")
"""Jinja and its kin: a template of something that is no Kubernetes object here."""
_SCAFFOLD = re.compile(rb"\$\{\{-?[ \t]*(?:values|parameters)\b")
"""A skeleton that Backstage's scaffolder fills in."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and the gap that it leaves."""

    path: str
    gap: Gap


@dataclass(frozen=True, slots=True, eq=False)
class Discovered:
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
    patches = patch_files(tree, files)
    manifests: list[Manifest] = []
    unread: list[Unread] = []
    for path in files:
        if not _MANIFEST.fullmatch(path) or path in patches or _in_chart(path, charts):
            continue
        found = _read(tree, path)
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
        found = _objects(tree, path)
        if isinstance(found, Gap):
            unread.append(Unread(path, found))
        else:
            manifests.extend(found)
    return Discovered(tuple(manifests), tuple(unread))


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


def _in_chart(path: str, charts: Sequence[str]) -> bool:
    known = frozenset(charts)
    return any(
        above in known and _is_part(path[len(above) :].lstrip("/"))
        for above in treepath.ancestors(path)
    )


def _read(tree: Tree, path: str) -> Sequence[Manifest] | Gap:
    """Return the objects of a file that may matter, nothing for any other."""
    try:
        content = tree.read(path)
    except (UnreadableFileError, FileNotFoundError) as error:
        return Gap(path, str(error) or "cannot be read", location=None)
    if _SCAFFOLD.search(content):
        return ()
    typed = all(pattern.search(content) for pattern in _TYPED.values())
    if _WANTED.search(content):
        found = _objects(tree, path)
        if isinstance(found, Gap) and not typed:
            return ()
        return found
    if not typed:
        return ()
    return _syntax(tree, path)


def _syntax(tree: Tree, path: str) -> Sequence[Manifest] | Gap:
    """Return nothing, or the gap that a broken manifest leaves."""
    try:
        text = tree.text(path)
    except UnreadableFileError as error:
        return Gap(path, str(error))
    try:
        yamltext.check(text.text)
    except yamltext.YamlError as error:
        return _broken(text, error) or ()
    return ()


def _objects(tree: Tree, path: str) -> Sequence[Manifest] | Gap:
    try:
        text = tree.text(path)
    except (UnreadableFileError, FileNotFoundError) as error:
        return Gap(path, str(error) or "cannot be read")
    try:
        documents = text.documents
    except yamltext.YamlError as error:
        return _broken(text, error) or ()
    return [
        Manifest(redact(body), Origin(OriginKind.FILE, text, document.index, within=at))
        for document in documents
        for body, at in _exploded(document.value, ())
    ]


def _exploded(
    value: Any, at: FieldPath
) -> Iterator[tuple[Mapping[str, Any], FieldPath]]:
    """Yield an object, or the objects of a List."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return
    items = value.get("items")
    if value["kind"].endswith("List") and isinstance(items, list):
        for index, item in enumerate(items):
            yield from _exploded(_typed(item, value), (*at, "items", index))
        return
    yield value, at


def _typed(item: Any, of: Mapping[str, Any]) -> Any:
    """Give an item the type that its List says where it has none of its own."""
    if not isinstance(item, dict) or "kind" in item or of["kind"] == "List":
        return item
    kind = of["kind"].removesuffix("List")
    return {"apiVersion": of.get("apiVersion"), "kind": kind, **item}


def _broken(text: SourceText, error: yamltext.YamlError) -> Gap | None:
    """Return the gap of a file that is no YAML; None for a template of another kind."""
    if _BLOCK.search(text.text):
        return None
    place = error.position
    location = text.at(place.line, place.column) if place is not None else text.at()
    action = _ACTION.search(text.text)
    if action is None:
        return Gap(text.file, f"is not YAML: {error.message}", location=location)
    line = text.text.count("\n", 0, action.start()) + 1
    return Gap(
        text.file,
        f"is not YAML but a template that stands in no chart: {action[0]}",
        closes_with="roots",
        location=text.at(line),
    )


def _counts(body: Mapping[str, Any]) -> bool:
    """Tell whether an object is Argo CD's own, or registers a cluster."""
    if body.get("kind") in ARGOCD_KINDS:
        version = body.get("apiVersion")
        return isinstance(version, str) and version.startswith(_GROUP)
    return registers(body)
