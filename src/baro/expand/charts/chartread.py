"""A chart out of a folder or an archive, or the reason why not."""

import posixpath

from msgspec import Struct

from baro.expand.charts.chart import Chart, ChartPlace, read_chart
from baro.expand.charts.chartfiles import ChartFilesError, archive_files, folder_files
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.stop import StoppedError, reading, refused, unknown
from baro.expand.trees.filetree import FileTree
from baro.model.expansion import FailureKind

_NEIGHBOURS = 20
"""Files that are looked at to learn how a tree names its files."""


class StoredChart(Struct, frozen=True, eq=False):
    """A chart that stands for one version of a Helm repository's.

    `tree` holds its files, which value files may name. `origin` says where it is.
    """

    name: str
    version: str
    chart: Chart
    tree: Tree
    origin: str


def read_folder(tree: Tree, path: str) -> Chart:
    """Read the chart in a folder of a tree.

    Raises:
        StoppedError: Helm would refuse it, or it cannot be read.
    """
    file = posixpath.normpath(posixpath.join(path or ".", "Chart.yaml"))
    if not tree.is_file(file):
        # Argo CD: reposerver/repository/repository.go, getHelmDependencyRepos
        raise refused(
            FailureKind.CHART,
            "error getting helm repos: error retrieving helm dependency repos: error "
            f"reading helm chart from {file}: open {file}: no such file or directory",
        )
    with reading(f"chart {path}"):
        text = tree.text(file)
    try:
        beside = ChartPlace.beside(text, "Chart.yaml")
        with reading(f"chart {path}"):
            return read_chart(folder_files(tree, path), beside)
    except FileNotFoundError as error:
        reason = f"{error.filename or error} disappeared while it was read"
        raise unknown(f"chart {path}", reason) from error
    except ChartFilesError as error:
        place = error.location or text.at()
        raise _unloadable(f"chart {path}", error).at(place) from error


def opened(content: bytes, label: str, place: ChartPlace) -> StoredChart:
    """Read a chart archive; `label` names it in messages.

    Raises:
        StoppedError: it is no chart, or a bomb.
    """
    try:
        chart = read_chart(archive_files(content), place)
    except ChartFilesError as error:
        raise _unloadable(label, error).at(error.location) from error
    found = chart.content.version
    return StoredChart(chart.content.name, found, chart, file_tree(chart, found), label)


def file_tree(chart: Chart, found: str) -> FileTree:
    """Return the files of a chart as a tree, which value files may name."""
    place = chart.place
    return FileTree(
        chart.files, place.label, place.repository, found, revision=place.revision
    )


def archive_place(tree: Tree, path: str) -> ChartPlace:
    """Return the place of an archive, as a neighbour's text shows how files are named.

    An archive is no text, so the tree cannot be asked for its own.
    """
    for neighbour in tree.files()[:_NEIGHBOURS]:
        try:
            place = ChartPlace.beside(tree.text(neighbour), neighbour)
        except (UnreadableFileError, FileNotFoundError):
            continue
        return place.below(f"{path}!/")
    return ChartPlace(f"{path}!/", "" if tree.worktree else tree.commit)


def _unloadable(subject: str, error: ChartFilesError) -> StoppedError:
    if error.ours:
        return unknown(subject, str(error))
    return refused(FailureKind.CHART, str(error), chart=subject)
