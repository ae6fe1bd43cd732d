"""The first `baro.yaml` of a platform, proposed from what is found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from baro.errors import InputError
from baro.expand.discovery import hints
from baro.expand.discovery.discover import Discovered, discover
from baro.expand.ports import Tree
from baro.expand.settings import FILE_NAME
from baro.expand.trees.named import is_folder
from baro.expand.trees.repositories import Repositories
from baro.expand.trees.sourcetree import printable
from baro.model.cluster import LOCAL_SERVER
from baro.model.manifest import Manifest
from baro.model.repourl import normal, without_credentials

_LONGEST_NAME = 250
"""Bytes of a folder's name, less `.git`."""
_HEAD = """\
# What Git cannot know about this platform, and nothing else.
# Proposed from what was found. What is commented out needs a value that only you know.
"""
_NOTHING = "# Nothing was found that it would have to say.\n"


def propose(path: Path, schema: str = "") -> str:
    """Return the text of a `baro.yaml` for a folder; nothing is written.

    `schema` is where editors find the JSON Schema.

    Raises:
        InputError: it is no folder, or has a `baro.yaml`.
    """
    if not is_folder(path):
        raise InputError("no such folder", where=str(path))
    if (path / FILE_NAME).exists():
        raise InputError(
            f"{FILE_NAME} is there already",
            where=str(path / FILE_NAME),
            hint="Edit it, or move it away first.",
        )
    repositories = Repositories()
    checkout = repositories.add(path)
    repositories.map_remotes(checkout)
    stores = hints.chart_stores(checkout.tree.files())
    found = discover(checkout.tree, skip=stores)
    draft = _Draft(checkout.tree, found, repositories)
    head = f"# yaml-language-server: $schema={schema}\n{_HEAD}" if schema else _HEAD
    sections = (
        draft.repositories(path),
        draft.clusters(),
        draft.external_secrets(),
        draft.roots(),
        _list("charts", "Stand for Helm repositories.", stores),
    )
    said = [section for section in sections if section]
    return "\n".join((head, *(said or [_NOTHING])))


class _Draft(Struct, frozen=True):
    """What was found, and the sections that follow from it."""

    tree: Tree
    found: Discovered
    known: Repositories

    def repositories(self, path: Path) -> str:
        """Map every repository that is named and that no remote accounts for."""
        lines = _Section("repositories", "repoURL -> folder or Git directory here.")
        seen: set[str] = set()
        for url, folder, location in hints.git_sources(self.found.manifests):
            if normal(url) in seen or self.known.find(url) is not None:
                continue
            seen.add(normal(url))
            here = self.tree.is_dir(folder)
            beside = _beside(path, url)
            place = "." if here else beside or "FOLDER"
            shown = without_credentials(url)
            entry = {shown: place}
            lines.add(entry, f"{location}", known=here or bool(beside))
        return lines.text()

    def clusters(self) -> str:
        """State a cluster with what templates and selectors ask for."""
        asked = hints.cluster_keys(self._texts())
        labels = hints.selector_labels(self.found.manifests)
        registered = any(_registers(m) for m in self.found.manifests)
        if registered or not (asked or labels or hints.clusters_wanted(self.found)):
            return ""
        section = _Section("clusters", "Clusters that no manifest here registers.")
        wanted = {key: str(at) for (part, key), at in asked.items() if part != "labels"}
        selected = {key: "" for (part, key), _ in asked.items() if part == "labels"}
        entry: dict[str, Any] = {"name": "NAME", "server": LOCAL_SERVER}
        if selected or labels:
            entry["labels"] = {**dict.fromkeys(selected, "VALUE"), **labels}
        if wanted:
            entry["annotations"] = dict.fromkeys(wanted, "VALUE")
        section.add([entry], "", known=False)
        for key, at in wanted.items():
            section.remark(f"{key}: {at}")
        return section.text()

    def external_secrets(self) -> str:
        """List the remote values that registrations of clusters need."""
        section = _Section(
            "externalSecrets",
            "What the secret store hands out: remote key -> property -> value.",
        )
        for manifest in self.found.manifests:
            if manifest.kind.endswith("ExternalSecret"):
                wanted = hints.remote_keys(manifest)
                for key, properties in wanted.items():
                    entry = {key: dict.fromkeys(properties, "VALUE")}
                    section.add(entry, str(manifest.ref), known=False)
        return section.text()

    def roots(self) -> str:
        """Name the charts that render Applications and that nobody renders."""
        section = _Section("roots", "Installed by hand; the rest follows from it.")
        rendered = {folder for _, folder, _ in hints.git_sources(self.found.manifests)}
        for chart in self.found.charts:
            if chart in rendered or not hints.renders_argocd(self.tree, chart):
                continue
            entry: dict[str, Any] = {"chart": chart or ".", "namespace": "argocd"}
            files = hints.value_files(self.tree, chart)
            if files:
                entry["valueFiles"] = files[:1]
            section.add([entry], "", known=True)
            if files[1:]:
                section.remark(f"Other value files that fit: {', '.join(files[1:])}")
        return section.text()

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield the files that templates for Argo CD may stand in, and their text."""
        names = {
            m.origin.text.file: m.origin.text.text
            for m in self.found.manifests
            if m.kind == "ApplicationSet" and m.origin.text is not None
        }
        yield from names.items()
        for chart in self.found.charts:
            if hints.renders_argocd(self.tree, chart):
                yield from hints.templates(self.tree, chart)


@dataclass(slots=True)
class _Section:
    """One key of the file; what needs a value from the user is commented out."""

    key: str
    about: str
    entries: list[tuple[str, bool]] = field(default_factory=list)

    def add(self, entry: Any, where: str, *, known: bool) -> None:
        """Take a map or list entry, and where it is asked for."""
        written = yaml.safe_dump(entry, sort_keys=False, width=1000)
        lines = [f"  {line}" for line in written.splitlines()]
        if where:
            self.remark(where)
        self.entries.extend((line, known) for line in lines)

    def remark(self, text: str) -> None:
        """Add a comment."""
        self.entries.append((f"  # {printable(text)}", True))

    def text(self) -> str:
        """Return the section; nothing if it has no entries."""
        if not self.entries:
            return ""
        alive = any(known for line, known in self.entries if line[2] != "#")
        lines = [(f"{self.key}:", alive), *self.entries]
        body = (line if known and alive else f"# {line}" for line, known in lines)
        return "\n".join((f"# {self.about}", *body, ""))


def _list(key: str, about: str, entries: Iterable[str]) -> str:
    section = _Section(key, about)
    for entry in entries:
        section.add([entry], "", known=True)
    return section.text()


def _beside(path: Path, url: str) -> str:
    """Return the folder next to this one that has the repository's name."""
    name = normal(url).rstrip("/").rpartition("/")[2]
    if len(name.encode()) > _LONGEST_NAME or "\0" in name:
        return ""
    candidates = (path.resolve().parent / name, path.resolve().parent / f"{name}.git")
    return next((f"../{c.name}" for c in candidates if name and is_folder(c)), "")


def _registers(manifest: Manifest) -> bool:
    return manifest.kind not in ("Application", "ApplicationSet", "AppProject")
