"""A folder of charts that `baro.yaml` names: what is on it."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from baro.expand.charts.chartread import archive_place, opened
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.stop import StoppedError
from baro.expand.values.valuestext import ValuesTextError, values_of
from baro.model.finding import Gap

ARCHIVE = ".tgz"

_FILE_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>v?\d+\.\d+\.\d+(?:[-+].+)?)\.tgz"
)
_LEVELS = 3
"""Steps of a path to Chart.yaml below a shelf: `name/version/Chart.yaml`."""


class Shelf(Struct, frozen=True):
    """A folder that `charts:` of `baro.yaml` names: the tree it is in, and where."""

    tree: Tree
    folder: str = ""


class Candidate(Struct, frozen=True):
    """A chart that a shelf has, unread but for its name and version."""

    name: str
    version: str
    tree: Tree
    path: str


def charts_on(shelf: Shelf, gaps: list[Gap]) -> Iterator[Candidate]:
    """Find the charts of a folder: itand up to two levels below it."""
    folder = posixpath.normpath(shelf.folder or ".")
    prefix = "" if folder == "." else f"{folder}/"
    if shelf.tree.is_file(folder):
        yield from _in_archive(shelf.tree, folder, gaps)
        return
    charts: list[str] = []
    for path in shelf.tree.files(folder):
        parts = path.removeprefix(prefix).split("/")
        if parts[-1] == "Chart.yaml" and len(parts) <= _LEVELS:
            charts.append(path.removesuffix("Chart.yaml"))
    for chart in charts:
        if not any(chart != other and chart.startswith(other) for other in charts):
            yield from _in_folder(shelf.tree, chart.rstrip("/"), gaps)
    for path in shelf.tree.files(folder):
        inside = any(chart and path.startswith(chart) for chart in charts)
        if path.endswith(ARCHIVE) and not inside:
            yield from _in_archive(shelf.tree, path, gaps)


def _in_folder(tree: Tree, path: str, gaps: list[Gap]) -> Iterator[Candidate]:
    file = posixpath.join(path, "Chart.yaml")
    try:
        metadata = values_of(tree.text(file))
    except (ValuesTextError, UnreadableFileError) as error:
        gaps.append(Gap(file, f"the chart store cannot use it: {error}"))
        return
    name, found = str(metadata.get("name")), str(metadata.get("version"))
    yield Candidate(name, found, tree, path)


def _in_archive(tree: Tree, path: str, gaps: list[Gap]) -> Iterator[Candidate]:
    """Name an archive by its file name, or by what is in it."""
    named = _FILE_NAME.fullmatch(posixpath.basename(path))
    if named is not None:
        yield Candidate(named["name"], named["version"], tree, path)
        return
    try:
        stored = opened(tree.read(path), path, archive_place(tree, path))
    except (StoppedError, UnreadableFileError) as error:
        gaps.append(Gap(path, f"the chart store cannot use it: {error}"))
        return
    yield Candidate(stored.name, stored.version, tree, path)
