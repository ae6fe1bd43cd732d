"""Where charts come from: folders of a tree, chart stores, a cache, the network."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from baro.expand.chart import Chart, ChartPlace, archive, read_chart
from baro.expand.chartfiles import ChartFilesError, archive_files, folder_files
from baro.expand.filetree import FileTree
from baro.expand.ports import ChartArchive, Tree, UnreadableFileError
from baro.expand.semver import constraint, highest, version
from baro.expand.stop import StoppedError, refused, unknown
from baro.expand.valuestext import ValuesTextError, values_of
from baro.model.expansion import FailureKind
from baro.model.finding import Gap

_ARCHIVE = ".tgz"
_FILE_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>v?\d+\.\d+\.\d+(?:[-+].+)?)\.tgz"
)
_Found = TypeVar("_Found", Chart, "StoredChart")


@dataclass(frozen=True, slots=True, eq=False)
class StoredChart:
    """A chart that stands for one version of a Helm repository's.

    `tree` holds its files, which value files may name. `origin` says where it is.
    """

    name: str
    version: str
    chart: Chart
    tree: Tree
    origin: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder that `charts:` of `baro.yaml` names: the tree it is in, and where."""

    tree: Tree
    folder: str = ""


class ChartSource(Protocol):
    """Charts that are not in a store: a cache, and the network when it is allowed."""

    def versions(self, repository: str, name: str) -> Sequence[str]:
        """Return the versions of a chart that can be had."""
        ...

    def archive(self, repository: str, name: str, wanted: str) -> bytes:
        """Return the archive of a chart's version.

        Raises:
            LookupError: it cannot be had; the text says why.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A chart that a shelf has, unread but for its name and version."""

    name: str
    version: str
    tree: Tree
    path: str


@dataclass(eq=False)
class ChartStore:
    """All charts of one run; each is read once."""

    shelves: Sequence[Shelf] = ()
    remote: ChartSource | None = None
    _folders: dict[tuple[str, ...], Chart | StoppedError] = field(default_factory=dict)
    _stored: dict[tuple[str, ...], StoredChart | StoppedError] = field(
        default_factory=dict
    )
    _archives: dict[int, tuple[Chart, ChartArchive]] = field(default_factory=dict)
    _wholes: dict[int, tuple[Chart, Chart | StoppedError]] = field(default_factory=dict)
    _candidates: tuple[_Candidate, ...] | None = None
    gaps: list[Gap] = field(default_factory=list)

    def folder(self, tree: Tree, path: str) -> Chart:
        """Return the chart in a folder of a tree.

        Raises:
            StoppedError: Helm would refuse it, or it cannot be read.
        """
        key = (tree.repository, tree.commit, str(tree.worktree), path, tree.oid(path))
        if key not in self._folders:
            try:
                self._folders[key] = read_folder(tree, path)
            except StoppedError as error:
                self._folders[key] = error
        return _settled(self._folders[key])

    def whole(self, chart: Chart, complete: Callable[[], Chart]) -> Chart:
        """Return a chart with its missing sub-charts; completed once.

        Raises:
            StoppedError: as `complete`.
        """
        if not chart.missing:
            return chart
        if id(chart) not in self._wholes:
            try:
                self._wholes[id(chart)] = (chart, complete())
            except StoppedError as error:
                self._wholes[id(chart)] = (chart, error)
        return _settled(self._wholes[id(chart)][1])

    def packed(self, chart: Chart) -> ChartArchive:
        """Return a chart as the engine takes it; packed once."""
        known = self._archives.get(id(chart))
        if known is None:
            known = self._archives[id(chart)] = (chart, archive(chart))
        return known[1]

    def find(self, repository: str, name: str, wanted: str) -> StoredChart:
        """Return the chart that a Helm repository would give for `wanted`.

        `wanted` is a version or a constraint. A store's chart stands for the chart of
        that name of any repository.

        Raises:
            StoppedError: nobody has it, or what is there is no chart.
        """
        key = (repository, name, wanted)
        if key not in self._stored:
            try:
                self._stored[key] = self._search(repository, name, wanted)
            except StoppedError as error:
                self._stored[key] = error
        return _settled(self._stored[key])

    def _search(self, repository: str, name: str, wanted: str) -> StoredChart:
        there = {c.version: c for c in self._known() if c.name == name}
        chosen = pick(wanted, list(there))
        if chosen is not None:
            return self._open(there[chosen])
        if self.remote is not None:
            return self._from_remote(self.remote, repository, name, wanted)
        raise _nowhere(repository, name, wanted, sorted(there))

    def _from_remote(
        self, remote: ChartSource, repository: str, name: str, wanted: str
    ) -> StoredChart:
        try:
            chosen = pick(wanted, remote.versions(repository, name))
            if chosen is None:
                chosen = wanted
            content = remote.archive(repository, name, chosen)
        except LookupError as error:
            subject = f"chart {name} {wanted}".strip()
            raise unknown(subject, str(error.args[0]), "--fetch or charts:") from error
        label = f"{name}-{chosen}{_ARCHIVE}"
        return opened(content, label, ChartPlace(f"{label}!/", repository=repository))

    def _known(self) -> tuple[_Candidate, ...]:
        if self._candidates is None:
            found: list[_Candidate] = []
            for shelf in self.shelves:
                found.extend(self._on_shelf(shelf))
            self._candidates = tuple(found)
        return self._candidates

    def _on_shelf(self, shelf: Shelf) -> Iterator[_Candidate]:
        """Find the charts of a folder: itself, and up to two levels below it."""
        folder = posixpath.normpath(shelf.folder or ".")
        prefix = "" if folder == "." else f"{folder}/"
        if shelf.tree.is_file(folder):
            yield from self._in_archive(shelf.tree, folder)
            return
        charts: list[str] = []
        for path in shelf.tree.files(folder):
            parts = path.removeprefix(prefix).split("/")
            if parts[-1] == "Chart.yaml" and len(parts) <= _LEVELS:
                charts.append(path.removesuffix("Chart.yaml"))
        for chart in charts:
            if not any(chart != other and chart.startswith(other) for other in charts):
                yield from self._in_folder(shelf.tree, chart.rstrip("/"))
        for path in shelf.tree.files(folder):
            inside = any(chart and path.startswith(chart) for chart in charts)
            if path.endswith(_ARCHIVE) and not inside:
                yield from self._in_archive(shelf.tree, path)

    def _in_folder(self, tree: Tree, path: str) -> Iterator[_Candidate]:
        file = posixpath.join(path, "Chart.yaml")
        try:
            metadata = values_of(tree.text(file))
        except (ValuesTextError, UnreadableFileError) as error:
            self.gaps.append(Gap(file, f"the chart store cannot use it: {error}"))
            return
        name, found = str(metadata.get("name")), str(metadata.get("version"))
        yield _Candidate(name, found, tree, path)

    def _in_archive(self, tree: Tree, path: str) -> Iterator[_Candidate]:
        """Name an archive by its file name, or by what is in it."""
        named = _FILE_NAME.fullmatch(posixpath.basename(path))
        if named is not None:
            yield _Candidate(named["name"], named["version"], tree, path)
            return
        try:
            stored = opened(tree.read(path), path, _archive_place(tree, path))
        except (StoppedError, UnreadableFileError) as error:
            self.gaps.append(Gap(path, f"the chart store cannot use it: {error}"))
            return
        yield _Candidate(stored.name, stored.version, tree, path)

    def _open(self, candidate: _Candidate) -> StoredChart:
        if candidate.path.endswith(_ARCHIVE):
            place = _archive_place(candidate.tree, candidate.path)
            try:
                content = candidate.tree.read(candidate.path)
            except UnreadableFileError as error:
                raise unknown(candidate.path, str(error)) from error
            return opened(content, candidate.path, place)
        chart = self.folder(candidate.tree, candidate.path)
        return StoredChart(
            candidate.name,
            candidate.version,
            chart,
            _file_tree(chart, candidate.version),
            candidate.path,
        )


_NEIGHBOURS = 20
_LEVELS = 3
"""Steps of a path to Chart.yaml below a shelf: `name/version/Chart.yaml`."""


def pick(wanted: str, versions: Iterable[str]) -> str | None:
    """Return the version that Argo CD would take, None where none fits.

    A version written with or without `v` is the same; no version at all is the
    highest release.
    """
    versions = list(versions)
    if wanted in versions:
        return wanted
    exact = version(wanted)
    if exact is not None:
        same = (v for v in versions if _same(exact.order, version(v)))
        return next(same, None)
    bounds = constraint(wanted or "*")
    return highest(bounds, versions) if bounds is not None else None


def _same(order: object, other: object) -> bool:
    return getattr(other, "order", None) == order


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
    try:
        place = ChartPlace.beside(tree.text(file), "Chart.yaml")
        return read_chart(folder_files(tree, path), place)
    except UnreadableFileError as error:
        raise unknown(f"chart {path}", str(error)) from error
    except FileNotFoundError as error:
        reason = f"{error.filename or error} disappeared while it was read"
        raise unknown(f"chart {path}", reason) from error
    except ChartFilesError as error:
        raise _unloadable(f"chart {path}", error) from error


def opened(content: bytes, label: str, place: ChartPlace) -> StoredChart:
    """Read a chart archive; `label` names it in messages.

    Raises:
        StoppedError: it is no chart, or a bomb.
    """
    try:
        chart = read_chart(archive_files(content), place)
    except ChartFilesError as error:
        raise _unloadable(label, error) from error
    found = chart.content.version
    return StoredChart(
        chart.content.name, found, chart, _file_tree(chart, found), label
    )


def _file_tree(chart: Chart, found: str) -> FileTree:
    place = chart.place
    return FileTree(
        chart.files, place.label, place.repository, found, revision=place.revision
    )


def _archive_place(tree: Tree, path: str) -> ChartPlace:
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


def _settled(value: _Found | StoppedError) -> _Found:
    if isinstance(value, StoppedError):
        raise StoppedError(value.cause)
    return value


def _nowhere(
    repository: str, name: str, wanted: str, there: Sequence[str]
) -> StoppedError:
    label = f"chart {name} {wanted}".strip()
    has = f"; the chart store has {', '.join(there)}" if there else ""
    return unknown(
        f"{label} of {repository}",
        f"the chart is not on this machine{has}",
        "charts: in baro.yaml, or --fetch",
    )
