"""A case: documents, and the repositories and charts that they refer to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lab.binaries import named
from lab.commands import run
from lab.errors import LabError
from lab.location import ARGOCD_NAMESPACE

Object = dict[str, Any]
GROUP = "argoproj.io/v1alpha1"
KINDS = ("AppProject", "ApplicationSet", "Application")


@dataclass(frozen=True, slots=True)
class Case:
    """What is put in front of Argo CD.

    `documents` are ApplicationSets, Applications and what they need: AppProjects,
    cluster Secrets, ConfigMaps. They all end up in Argo CD's own namespace.
    `repositories` holds the files of each Git repository by the address that the
    documents use (http or https); `charts` the chart folders of each Helm
    repository by its address.
    """

    name: str
    documents: tuple[Object, ...]
    repositories: Mapping[str, Path | Mapping[str, str]] = field(default_factory=dict)
    charts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)

    @classmethod
    def of_folder(cls, name: str, folder: Path, url: str) -> "Case":
        """Return a Git folder as a case: its documents, and itself at an address."""
        return cls(name, documents_in(folder), {url: folder})

    def placed(self) -> list[Object]:
        """Return copies of the documents in Argo CD's namespace."""
        return [
            {**found, "metadata": {**found["metadata"], "namespace": ARGOCD_NAMESPACE}}
            for found in self.documents
        ]

    def of_kind(self, kind: str) -> list[Object]:
        """Return the documents of one kind of Argo CD's."""
        return [found for found in self.placed() if is_kind(found, kind)]


def is_kind(manifest: Object, kind: str) -> bool:
    """Tell whether a manifest is of one of Argo CD's kinds."""
    return manifest.get("apiVersion") == GROUP and manifest.get("kind") == kind


def templated(
    chart: Path, release: str, value_files: Iterable[Path] = ()
) -> tuple[Object, ...]:
    """Return the documents of Argo CD's kinds that Helm makes of a chart."""
    given = [word for path in value_files for word in ("--values", str(path))]
    words = ("template", release, str(chart), "--namespace", ARGOCD_NAMESPACE)
    text = run(named("helm").path, *words, *given)
    documents = yaml.safe_load_all(text)
    return tuple(one for one in documents if one and one["apiVersion"] == GROUP)


def documents_in(folder: Path, kinds: Iterable[str] = KINDS) -> tuple[Object, ...]:
    """Return the documents of Argo CD's kinds in a folder's YAML files, sorted.

    Files that are no YAML, such as templates, hold no documents.
    """
    wanted = set(kinds)
    found: list[Object] = []
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        try:
            documents = list(yaml.safe_load_all(path.read_text()))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        found += [
            document
            for document in documents
            if isinstance(document, dict)
            and document.get("apiVersion") == GROUP
            and document.get("kind") in wanted
        ]
    for document in found:
        if not isinstance(document.get("metadata"), dict):
            raise LabError(f"a {document['kind']} in {folder} has no metadata")
    return tuple(found)
