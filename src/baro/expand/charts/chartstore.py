"""Where charts come from: folders of a tree, chart stores, a cache, the network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol, TypeVar

from baro.expand.charts.chart import Chart, ChartPlace, archive
from baro.expand.charts.chartread import (
    StoredChart,
    archive_place,
    file_tree,
    opened,
    read_folder,
)
from baro.expand.charts.chartshelf import ARCHIVE, Candidate, Shelf, charts_on
from baro.expand.charts.fetch import NoSuchChartError
from baro.expand.charts.http import HttpError
from baro.expand.ports import ChartArchive, Tree
from baro.expand.semver import constraint, highest, version
from baro.expand.stop import StoppedError, reading, refused, unknown
from baro.model.expansion import FailureKind
from baro.model.finding import Gap

__all__ = ["ChartSource", "ChartStore", "Shelf", "pick"]

_CLOSES = "charts: in baro.yaml, or --fetch"
_Contents = tuple[int, frozenset[tuple[str, bytes]]]
"""A chart by its identity, and what is added to it."""
_Found = TypeVar("_Found", Chart, StoredChart)


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


@dataclass(eq=False)
class ChartStore:
    """All charts of one run; each is read once."""

    shelves: Sequence[Shelf] = ()
    remote: ChartSource | None = None
    _folders: dict[tuple[str, ...], Chart | StoppedError] = field(default_factory=dict)
    _stored: dict[tuple[str, ...], StoredChart | StoppedError] = field(
        default_factory=dict
    )
    _archives: dict[_Contents, tuple[Chart, ChartArchive]] = field(default_factory=dict)
    _wholes: dict[int, tuple[Chart, Chart | StoppedError]] = field(default_factory=dict)
    _candidates: tuple[Candidate, ...] | None = None
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

    def packed(
        self, chart: Chart, more: Mapping[str, bytes] | None = None
    ) -> ChartArchive:
        """Return a chart, with `more` files, as the engine takes it; packed once."""
        key = (id(chart), frozenset((more or {}).items()))
        known = self._archives.get(key)
        if known is None:
            known = self._archives[key] = (chart, archive(chart, more or {}))
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
        closes = _CLOSES
        try:
            if self.remote is not None:
                return _from_remote(self.remote, repository, name, wanted)
            reason = "the chart is not on this machine"
        except NoSuchChartError as error:
            raise refused(FailureKind.CHART, str(error), chart=name) from error
        except HttpError as error:
            reason, closes = f"fetching it failed: {error}", _way_out(error.status)
        except LookupError as error:
            reason = str(error)
        label = f"{f'chart {name} {wanted}'.strip()} of {repository}"
        raise _nowhere(label, sorted(there), reason, closes)

    def _known(self) -> tuple[Candidate, ...]:
        if self._candidates is None:
            found: list[Candidate] = []
            for shelf in self.shelves:
                found.extend(charts_on(shelf, self.gaps))
            self._candidates = tuple(found)
        return self._candidates

    def _open(self, candidate: Candidate) -> StoredChart:
        if candidate.path.endswith(ARCHIVE):
            place = archive_place(candidate.tree, candidate.path)
            with reading(candidate.path):
                content = candidate.tree.read(candidate.path)
            return opened(content, candidate.path, place)
        chart = self.folder(candidate.tree, candidate.path)
        return StoredChart(
            candidate.name,
            candidate.version,
            chart,
            file_tree(chart, candidate.version),
            candidate.path,
        )


def _from_remote(
    remote: ChartSource, repository: str, name: str, wanted: str
) -> StoredChart:
    chosen = pick(wanted, remote.versions(repository, name)) or wanted
    content = remote.archive(repository, name, chosen)
    label = f"{name}-{chosen}{ARCHIVE}"
    return opened(content, label, ChartPlace(f"{label}!/", chosen, repository))


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


def _settled(value: _Found | StoppedError) -> _Found:
    if isinstance(value, StoppedError):
        raise StoppedError(value.cause)
    return value


def _way_out(status: int) -> str:
    """Return what to do after a fetch that failed; 0 is no answer at all."""
    here = "charts: in baro.yaml, with a folder that has it"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"{here}: baro logs in nowhere"
    if status == HTTPStatus.NOT_FOUND:
        return f"a repoURL that answers, or {here}"
    return f"--fetch once the repository answers, or {here}"


def _nowhere(
    label: str, there: Sequence[str], reason: str, closes: str
) -> StoppedError:
    has = f"; the chart store has {', '.join(there)}" if there else ""
    return unknown(label, reason + has, closes)
