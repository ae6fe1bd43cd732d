"""Where the files of a source are, and what kind of source they make it."""

import posixpath

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.charts.chartread import StoredChart
from baro.expand.charts.chartstore import ChartStore
from baro.expand.ports import Tree
from baro.expand.sources.kustomizeroots import KUSTOMIZATIONS
from baro.expand.sources.prepared import stopped
from baro.expand.sources.references import Repositories
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import StoppedError, refused
from baro.expand.trees import treepath
from baro.model.expansion import (
    Failure,
    FailureKind,
    Rendering,
    Revision,
    SourceType,
)
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap

_OCI = "oci://"


class Place(Struct, frozen=True):
    """Where the files of one source are."""

    tree: Tree
    path: str
    revision: Revision


def hydrated(spec: SourceSpec) -> Gap:
    """Return the Gap of a source that Argo CD hydrates before it applies it."""
    return Gap(
        f"source {spec.word('path')}",
        "Argo CD applies what its hydrator has committed; shown is what the hydrator "
        "would make of the dry source now",
        location=spec.application.origin.locate(("spec", "sourceHydrator")),
        ref=spec.application.ref,
    )


def check_spec(spec: SourceSpec, *, alone: bool) -> None:
    """Refuse a source that lacks what every source needs.

    Raises:
        StoppedError: it lacks a repository, or what to render of it.
    """
    # Argo CD: util/argo/argo.go, validateSourcePermissions
    named = spec.word("path") or spec.word("chart")
    if spec.word("repoURL") and (named or (spec.multiple and spec.word("ref"))):
        return
    if not spec.multiple:
        raise sourceless(spec.within)
    number = "" if alone else f" {spec.within[-1]}"
    raise refused(
        FailureKind.SPEC,
        "spec.source.repoURL and either source.path, source.chart, or source.ref are "
        f"required for source{number}",
        spec.within,
    )


def sourceless(within: FieldPath) -> StoppedError:
    """Return the refusal of an Application that says nothing to render."""
    return refused(
        FailureKind.SPEC,
        "spec.source.repoURL and either spec.source.path or spec.source.chart are "
        "required",
        within,
    )


def placed(
    spec: SourceSpec,
    repositories: Repositories,
    charts: ChartStore,
    known: Rendering,
) -> tuple[Place | None, Rendering]:
    """Find the files of a source; None for one that renders nothing."""
    url, requested = spec.word("repoURL"), spec.word("targetRevision")
    chart = spec.word("chart")
    if chart or url.startswith(_OCI):
        stored = _stored(charts, url, chart, requested)
        revision = Revision(requested, stored.version)
        known = replace(known, revision=revision)
        return Place(stored.tree, spec.word("path") or ".", revision), known
    tree, revision, cause = repositories.tree(url, requested)
    known = replace(known, revision=revision)
    if cause is not None or tree is None:
        stop = StoppedError(
            _of_source(cause, spec.within)
            if isinstance(cause, Failure)
            else cause or Gap(url, "the repository is not here")
        )
        known = stopped(known, stop)
    if tree is None or isinstance(cause, Failure):
        return None, known
    if not spec.word("path"):
        return None, known
    return Place(tree, spec.word("path"), revision), known


def _of_source(failure: Failure, within: FieldPath) -> Failure:
    """Blame the field of the Application, not that of the source alone."""
    return replace(failure, path=(*within, *failure.path))


def _stored(charts: ChartStore, url: str, chart: str, requested: str) -> StoredChart:
    if not chart:
        url, _, chart = url.rstrip("/").rpartition("/")
    return charts.find(url, chart, requested)


def check_path(spec: SourceSpec, place: Place) -> None:
    """Refuse a path that is no folder of the repository.

    Raises:
        StoppedError: it is absolute, outside, missing, or a file.
    """
    # Argo CD: util/app/path/path.go, Path
    written = spec.word("path") or "."
    at = spec.at("path")
    if written.startswith("/"):
        raise refused(FailureKind.PATH, f"{written}: app path is absolute", at)
    path = posixpath.normpath(written)
    if path == ".." or path.startswith("../"):
        raise refused(FailureKind.PATH, f"{written}: app path outside root", at)
    if place.tree.is_file(path):
        message = f"{written}: app path is not a directory"
        raise refused(FailureKind.PATH, message, at)
    if not place.tree.is_dir(path):
        raise refused(FailureKind.PATH, f"{written}: app path does not exist", at)


def type_of(spec: SourceSpec, place: Place) -> SourceType:
    """Return what renders a source: what the spec names, else what the folder holds."""
    explicit = spec.explicit_type()
    if explicit is not None:
        return explicit
    # Argo CD: util/app/discovery/discovery.go, Discover; the last one wins
    folder = treepath.normal(place.path)
    prefix = f"{folder}/" if folder else ""
    found = SourceType.DIRECTORY
    for path in place.tree.files(folder):
        base = path.removeprefix(prefix)
        if "/" in base:
            continue
        if base.endswith("Chart.yaml"):
            found = SourceType.HELM
        elif base in KUSTOMIZATIONS:
            found = SourceType.KUSTOMIZE
    return found
