"""The project's own examples as cases: platforms, and platforms that are broken.

A folder's `baro.yaml` says what Git does not: what was installed by hand, which values
a secret store would hand out, where charts are.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from lab.parity.case import KINDS, Case, Object, documents_in, templated
from lab.places import SOURCE

SUITE = "project"
FOLDER = SOURCE.parent / "examples"
CHARTS_URL = "https://charts.example/mirror"
CLUSTER_LABEL = "argocd.argoproj.io/secret-type"


def project_folders() -> dict[str, Path]:
    """Return the folders of the examples by their case's name."""
    folders = (*FOLDER.glob("platform*"), *FOLDER.glob("incidents/*"))
    return {
        "-".join(folder.relative_to(FOLDER).parts): folder
        for folder in sorted(folders)
        if folder.is_dir()
    }


def project_case(name: str) -> Case:
    """Return an example as it is once somebody has installed what its roots say."""
    folder = project_folders()[name]
    settings = yaml.safe_load((folder / "baro.yaml").read_text())
    return Case(
        name,
        (*_roots(folder, settings), *_clusters(folder, settings)),
        dict.fromkeys(settings["repositories"], folder),
        {CHARTS_URL: tuple(_charts(folder, settings))},
    )


def _roots(folder: Path, settings: Mapping[str, Any]) -> Iterator[Object]:
    """Yield what is applied by hand; where nothing is said, all that is in files."""
    roots = settings.get("roots", ())
    for root in roots:
        chart = folder / root["chart"]
        files = [folder / one for one in root.get("valueFiles", ())]
        yield from templated(chart, root["releaseName"], files)
    # The projects are needed by what deploys them.
    yield from documents_in(folder, ["AppProject"] if roots else KINDS)


def _charts(folder: Path, settings: Mapping[str, Any]) -> Iterator[Path]:
    for store in settings.get("charts", ()):
        yield from sorted(one.parent for one in (folder / store).glob("*/Chart.yaml"))


def _clusters(folder: Path, settings: Mapping[str, Any]) -> Iterator[Object]:
    """Yield the Secrets that register clusters, those of ExternalSecrets included."""
    for path in sorted(folder.rglob("*.yaml")):
        try:
            documents = list(yaml.safe_load_all(path.read_text()))
        except yaml.YAMLError:
            continue  # a template
        for document in documents:
            kind = document.get("kind") if isinstance(document, dict) else ""
            if kind == "Secret" and _registers(document):
                yield document
            elif kind == "ExternalSecret":
                made = _made(document, settings.get("externalSecrets", {}))
                if _registers(made):
                    yield made


def _registers(secret: Object) -> bool:
    return CLUSTER_LABEL in (secret["metadata"].get("labels") or {})


def _made(external: Object, stored: Mapping[str, Mapping[str, str]]) -> Object:
    """Return the Secret that external-secrets would make, of simple templates."""
    spec = external["spec"]
    values = {
        one["secretKey"]: stored.get(one["remoteRef"]["key"], {}).get(
            one["remoteRef"].get("property", ""), ""
        )
        for one in spec.get("data", ())
    }
    template = spec["target"].get("template", {})

    def filled(texts: Mapping[str, str]) -> dict[str, str]:
        return {
            key: re.sub(r"{{ \.(\w+) }}", lambda found: values.get(found[1], ""), text)
            for key, text in texts.items()
        }

    metadata = template.get("metadata", {})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": spec["target"].get("name", external["metadata"]["name"]),
            "labels": metadata.get("labels", {}),
            "annotations": filled(metadata.get("annotations", {})),
        },
        "stringData": filled(template.get("data", {})),
    }
