"""Expands one ApplicationSet from a compact notation, for tables of cases.

A case is a map; every key but one may be left out:

- `generators`: the list, or `applicationset`: the whole spec, or `text`: a manifest.
- `goTemplate`, `options`: as in the spec. `argocd`: the version, `globbing: new`.
- `absentProjects`: AppProjects that are known not to exist.
- `clusters`: `{name, server, labels, annotations, project, unknown}`, all of them
  registered; `unknown` lists field paths such as `labels.env`.
- `files`: path -> text, the repository `https://git.example/r` (or `repository`) at
  every revision.
- `fixtures`: generator key -> parameter sets, as `baro.yaml` has them for `set`.
"""

import json
from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.applicationset import GenerationOptions, generate
from baro.expand.ports import HelmEngine
from baro.model import yamltext
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Generation
from baro.model.fieldpath import parse
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import SourceText
from tests.fakes import FakeRepositories, tree_of

REPOSITORY = "https://git.example/r"
NAME = "set"
_TEMPLATE = {
    "metadata": {"name": "a"},
    "spec": {"project": "default", "destination": {}, "source": {"repoURL": "r"}},
}


def expand(case: Mapping[str, Any], engine: HelmEngine) -> Generation:
    """Return the generation of a case's ApplicationSet."""
    options = GenerationOptions(
        argocd_version=str(case.get("argocd", "")),
        new_git_file_globbing=case.get("globbing") == "new",
        clusters_known=case.get("clustersKnown", True),
        absent_projects=frozenset(case.get("absentProjects", ())),
    )
    url = case.get("repository", REPOSITORY)
    return generate(
        manifest(_text(case)),
        clusters=[_cluster(each) for each in case.get("clusters", ())],
        trees=FakeRepositories({(url, ""): tree_of(case.get("files", {}))}),
        engine=engine,
        fixtures={NAME: case.get("fixtures", {})},
        options=options,
    )


def manifest(text: str) -> Manifest:
    """Return the first object of a text, which stands in `set.yaml`."""
    origin = Origin(OriginKind.FILE, SourceText("set.yaml", text))
    return Manifest(yamltext.read(text)[0].value, origin)


def _text(case: Mapping[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    spec = dict(case.get("applicationset") or {"generators": case.get("generators")})
    spec.setdefault("template", _TEMPLATE)
    if case.get("goTemplate"):
        spec["goTemplate"] = True
        spec["goTemplateOptions"] = case.get("options", [])
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": NAME, "namespace": "argocd"},
        "spec": spec,
    }
    return json.dumps(body)


def _cluster(stated: Mapping[str, Any]) -> ClusterRegistration:
    return ClusterRegistration(
        name=stated["name"],
        server=stated.get("server", f"https://{stated['name']}"),
        labels=stated.get("labels", {}),
        annotations=stated.get("annotations", {}),
        project=stated.get("project", ""),
        unknown=frozenset(parse(path) for path in stated.get("unknown", ())),
    )
