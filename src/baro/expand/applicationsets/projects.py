"""AppProjects that ApplicationSets ask for, and that nobody makes."""

from collections.abc import Iterable

from baro.model.argocd import DEFAULT_PROJECT, GROUP
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest

PATH: FieldPath = ("spec", "template", "spec", "project")
OPEN = "{{"


def absent_projects(manifests: Iterable[Manifest]) -> frozenset[str]:
    """Return the projects that some ApplicationSet names and that are not there.

    The manifests are a whole state. Where it has no AppProject at all, they are made
    elsewhere, and none is known to be absent. Nothing is said of a templated name.
    """
    made: set[str] = set()
    asked: set[str] = set()
    for manifest in manifests:
        if manifest.ref.group != GROUP:
            continue
        if manifest.kind == "AppProject":
            made.add(manifest.ref.name)
        elif manifest.kind == "ApplicationSet":
            project = manifest.text(*PATH)
            if OPEN not in project:
                asked.add(project)
    return frozenset(asked - made - {DEFAULT_PROJECT}) if made else frozenset()
