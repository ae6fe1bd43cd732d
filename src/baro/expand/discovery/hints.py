"""What a tree suggests about what Git cannot know; for proposals only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from baro.expand.discovery.discover import Discovered
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.trees import treepath
from baro.model import yamltext
from baro.model.fieldpath import FieldPath, get
from baro.model.manifest import Manifest
from baro.model.text import Location
from baro.model.tolerant import mapping, sequence

_ARGOCD = re.compile(r"""kind:\s*["']?(?:Application|ApplicationSet)\b""")
_VERSIONED = re.compile(r"-v?\d+\.\d+\.\d+[^/]*")
_KEYS = (
    re.compile(r"\.?metadata\.(?P<part>labels|annotations)\.(?P<key>[A-Za-z0-9_]+)"),
    re.compile(
        r"\bindex\s+\$?\.metadata\.(?P<part>labels|annotations)\s+[\"`](?P<key>[^\"`]+)"
    ),
)
_FIRST = re.compile(r"bootstrap|install|root|seed|init")
_FLAT = re.compile(r"\{\{\s*metadata\.(?P<part>labels|annotations)\.(?P<key>[^{}\s]+)")


def git_sources(
    manifests: Sequence[Manifest],
) -> Iterator[tuple[str, str, Location | None]]:
    """Yield the Git repositories that are named outright: URL, path, and the line."""
    for manifest in manifests:
        for within, source in _sources(manifest.body, ()):
            url, path = source.get("repoURL"), source.get("path")
            if not isinstance(url, str) or "{{" in url or source.get("chart"):
                continue
            if url.startswith("oci://"):
                continue
            folder = path if isinstance(path, str) and "{{" not in path else ""
            try:
                folder = treepath.normal(folder)
            except treepath.OutsideError:
                folder = ""
            location = manifest.origin.locate((*within, "repoURL"))
            yield url, folder, location


def _sources(
    value: Any, at: FieldPath
) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """Yield every map that has a repoURL: sources, and Git generators."""
    if isinstance(value, Mapping):
        if "repoURL" in value:
            yield at, value
        for key, inner in value.items():
            yield from _sources(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _sources(inner, (*at, index))


def cluster_keys(
    texts: Iterator[tuple[str, str]],
) -> dict[tuple[str, str], Location]:
    """Return the labels and annotations that templates read, and where first."""
    found: dict[tuple[str, str], Location] = {}
    for file, text in texts:
        for pattern in (*_KEYS, _FLAT):
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                key = (match["part"], match["key"])
                found.setdefault(key, Location(file, line))
    return dict(sorted(found.items()))


def selector_labels(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Return the labels by which cluster generators choose."""
    found: dict[str, str] = {}
    for manifest in manifests:
        for generator in _clusters(manifest.mapping("spec")):
            labels = mapping(get(generator, ("selector", "matchLabels")))
            for key, value in labels.items():
                if "{{" not in str(value):
                    found.setdefault(key, str(value))
    return found


def clusters_wanted(found: Discovered) -> bool:
    """Tell whether some ApplicationSet asks for clusters."""
    return any(True for m in found.manifests for _ in _clusters(m.mapping("spec")))


def _clusters(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        generator = value.get("clusters")
        if isinstance(generator, Mapping):
            yield generator
        for inner in value.values():
            yield from _clusters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _clusters(inner)


def remote_keys(manifest: Manifest) -> dict[str, list[str]]:
    """Return the remote keys and properties that an ExternalSecret asks for."""
    spec = manifest.mapping("spec", "externalSecretSpec") or manifest.mapping("spec")
    found: dict[str, list[str]] = {}
    for part, name in (("data", "remoteRef"), ("dataFrom", "extract")):
        for entry in sequence(spec.get(part)):
            key = get(entry, (name, "key"))
            wanted = get(entry, (name, "property"))
            if isinstance(key, str):
                properties = found.setdefault(key, [])
                if isinstance(wanted, str) and wanted not in properties:
                    properties.append(wanted)
    return found


def renders_argocd(tree: Tree, chart: str) -> bool:
    """Tell whether a chart's templates make Applications or ApplicationSets."""
    return any(_ARGOCD.search(text) for _, text in templates(tree, chart))


def templates(tree: Tree, chart: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a chart's templates."""
    for path in tree.files(f"{chart}/templates".lstrip("/")):
        try:
            text = tree.text(path)
        except (UnreadableFileError, FileNotFoundError):
            continue
        yield text.file, text.text


def value_files(tree: Tree, chart: str) -> list[str]:
    """Return the value files outside a chart that set nothing but what it has.

    Those come first whose path speaks of a first installation.
    """
    own = _keys(tree, f"{chart}/values.yaml".lstrip("/"))
    if not own:
        return []
    fitting = [
        path
        for path in tree.files()
        if "values" in path.rpartition("/")[2]
        and path.endswith((".yaml", ".yml"))
        and not treepath.under(path, chart)
        and (keys := _keys(tree, path))
        and keys <= own
    ]
    return sorted(fitting, key=lambda path: (not _FIRST.search(path), path))


def _keys(tree: Tree, path: str) -> frozenset[str]:
    try:
        documents = tree.text(path).documents
    except (UnreadableFileError, FileNotFoundError, yamltext.YamlError):
        return frozenset()
    value = documents[0].value if documents else None
    return frozenset(value) if isinstance(value, dict) else frozenset()


def chart_stores(files: Sequence[str]) -> list[str]:
    """Return the folders that hold charts by name and version, or their archives."""
    found: dict[str, None] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        store, _, chart = folder.rpartition("/")
        if name == "Chart.yaml" and _VERSIONED.search(chart) and store:
            found[store] = None
        elif name.endswith(".tgz") and _VERSIONED.search(name) and folder:
            found[folder] = None
    return [store for store in found if not _part_of_a_chart(store, files)]


def _part_of_a_chart(store: str, files: Sequence[str]) -> bool:
    """Tell whether a folder is a chart, or the `charts/` of one."""
    folder, _, name = store.rpartition("/")
    above = f"{folder}/Chart.yaml".lstrip("/")
    return f"{store}/Chart.yaml" in files or (name == "charts" and above in files)
