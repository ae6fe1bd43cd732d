"""What somebody installed by hand: `roots:` of `baro.yaml`."""

import posixpath

from baro.expand.platform import Platform, Root
from baro.expand.sources.kustomizeroots import KUSTOMIZATIONS
from baro.model.cluster import LOCAL_SERVER
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind

RELEASE = "Release"
"""The kind of what somebody installed by hand; it is not part of the state."""


def release(platform: Platform, root: Root, index: int) -> Manifest:
    """Return what somebody installed by hand, in the form of an Application.

    Its kind is `Release`: it renders as an Application does, and is none.
    """
    entry = root.settings.roots[index]
    url = f"installed-by-hand-{index}:{root.checkout.folder.as_posix()}"
    platform.repositories.map(url, root.checkout.folder)
    source: dict[str, object] = {"repoURL": url, "path": entry.chart or entry.path}
    if entry.chart:
        source["helm"] = {
            "releaseName": entry.release_name or posixpath.basename(entry.chart),
            "valueFiles": [f"/{file}" for file in entry.value_files],
            "valuesObject": entry.values,
        }
    elif not _is_kustomization(root, entry.path):
        source["directory"] = {"recurse": True}
    name = entry.release_name or posixpath.basename(entry.chart or entry.path)
    body = {
        "apiVersion": "baro/v1",
        "kind": RELEASE,
        "metadata": {"name": name, "namespace": entry.namespace},
        "spec": {
            "source": source,
            "destination": {
                "name": entry.cluster,
                "server": "" if entry.cluster else LOCAL_SERVER,
                "namespace": entry.namespace,
            },
        },
    }
    origin = Origin(OriginKind.CONFIGURED, root.text, within=("roots", index))
    return Manifest(body, origin)


def _is_kustomization(root: Root, path: str) -> bool:
    names = (posixpath.join(path, name) for name in KUSTOMIZATIONS)
    return any(root.tree.is_file(posixpath.normpath(name)) for name in names)
