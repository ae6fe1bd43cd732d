"""The sub-charts that a chart names and does not have: `helm dependency build`."""

import posixpath

from baro.expand.charts.chart import Chart, Dependency
from baro.expand.charts.chartfiles import ChartFilesError, pack
from baro.expand.charts.chartstore import ChartStore
from baro.expand.ports import Tree
from baro.expand.stop import StoppedError, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.finding import Gap

_LOCAL = "file://"


DEEPEST = 16
"""Levels of sub-charts that are looked for."""


def completed(
    chart: Chart, tree: Tree, path: str, charts: ChartStore, depth: int = 0
) -> Chart:
    """Return a chart with the sub-charts that are missing from its `charts/`.

    They come from a folder of the tree (`file://`), or from the chart stores.

    Raises:
        StoppedError: one cannot be had. Nobody could get one without a repository:
            that is Helm's refusal; any other is a Gap.
    """
    missing = chart.missing
    if not missing:
        return chart
    if depth > DEEPEST:
        message = f"the chart {path} depends on itself"
        raise refused(FailureKind.DEPENDENCY, message)
    names = ", ".join(dependency.name for dependency in missing)
    said = (
        "an error occurred while checking for chart dependencies. You may need to run "
        "'helm dependency build' to fetch missing dependencies: found in Chart.yaml, "
        f"but missing in charts/ directory: {names}"
    )
    archives: dict[str, bytes] = {}
    for dependency in missing:
        found, at, below = _found(dependency, tree, path, charts, said)
        found = completed(found, at, below, charts, depth + 1)
        name = f"{dependency.name}-{found.content.version}.tgz"
        archives[name] = pack(dependency.name, found.files)
    try:
        return chart.with_subcharts(archives)
    except ChartFilesError as error:
        raise refused(FailureKind.DEPENDENCY, str(error)) from error


def _found(
    dependency: Dependency, tree: Tree, path: str, charts: ChartStore, said: str
) -> tuple[Chart, Tree, str]:
    if dependency.repository.startswith(_LOCAL):
        folder = _beside(dependency, tree, path)
        return charts.folder(tree, folder), tree, folder
    try:
        stored = charts.find(dependency.repository, dependency.name, dependency.version)
    except StoppedError as error:
        if not isinstance(error.cause, Gap):
            raise
        if not dependency.repository:
            raise refused(
                FailureKind.DEPENDENCY, said, dependency=dependency.name
            ) from error
        version = f" {dependency.version}" if dependency.version else ""
        raise unknown(
            f"sub-chart {dependency.name}{version} of {dependency.repository}",
            f"{error.cause.reason}; {said}",
            error.cause.closes_with,
        ) from error
    return stored.chart, stored.tree, ""


def _beside(dependency: Dependency, tree: Tree, path: str) -> str:
    """Return the folder of a chart that stands in the same tree."""
    written = dependency.repository.removeprefix(_LOCAL)
    folder = posixpath.normpath(posixpath.join(path or ".", written))
    outside = folder == ".." or folder.startswith("../") or written.startswith("/")
    if outside or not tree.is_dir(folder):
        # Helm: pkg/downloader/manager.go, resolver.GetLocalPath
        raise refused(
            FailureKind.DEPENDENCY,
            "error building helm chart dependencies: directory "
            f"{folder if not outside else written} not found",
            dependency=dependency.name,
        )
    return folder
