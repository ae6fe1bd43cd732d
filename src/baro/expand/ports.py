"""The seams of the expansion: files of a revision, Helm's engine, progress."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec import Struct

from baro.model.expansion import Failure
from baro.model.text import SourceText


class StringMap(dict[str, str]):
    """Template parameters that are `map[string]string` in Go.

    Argo CD gives labels, annotations and `values` of the cluster generator so:
    `index .metadata.labels "zz"` prints nothing, where a plain map prints
    `<no value>`.
    """


class StringList(list[str]):
    """Template parameters that are `[]string` in Go, such as `.path.segments`."""


class Tree(Protocol):
    """The files of one repository at one revision; paths are POSIX, from its root.

    Everything that leaves the root (`..`, absolute paths, symlinks out) is refused.
    """

    @property
    def repository(self) -> str:
        """The URL by which Applications know it; empty for an unmapped folder."""
        ...

    @property
    def commit(self) -> str:
        """The commit's SHA; empty where the folder has no Git."""
        ...

    @property
    def worktree(self) -> bool:
        """Whether these are the files of the working tree."""
        ...

    def files(self, under: str = "") -> Sequence[str]:
        """Return all files below a folder, sorted; nothing if it is no folder."""
        ...

    def is_file(self, path: str) -> bool:
        """Tell whether a (symlink to a) file stands there."""
        ...

    def is_dir(self, path: str) -> bool:
        """Tell whether a folder stands there; `""` and `"."` are the root."""
        ...

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: nothing stands there.
            UnreadableFileError: out of the repository, too large, or missing from a
                partial clone.
        """
        ...

    def text(self, path: str) -> SourceText:
        """Return a file as UTF-8 text that knows its name; read once.

        Raises: as `read`; UnreadableFileError also for what is not UTF-8.
        """
        ...

    def oid(self, under: str) -> str:
        """Return a digest of everything below `under`: equal digests, equal files."""
        ...


class UnreadableFileError(Exception):
    """A file is there but cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class ChartArchive:
    """A chart as the engine takes it: a gzipped tar, and a digest of its files.

    `has_dependencies` tells that Chart.yaml names sub-charts.
    """

    digest: str
    content: bytes = field(repr=False)
    has_dependencies: bool = True


class RenderRequest(Struct, frozen=True):
    """One `helm template`. `values` is the merged user values as JSON text."""

    chart: ChartArchive
    values: str
    release: str
    namespace: str
    kube_version: str
    api_versions: tuple[str, ...] = ()
    skip_schema: bool = False


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """What one template printed. `path` is `chart/templates/ingress.yaml`.

    `bodies` is what each document of the text holds, where the engine has read them
    already; `baro.expand.sources.split.bodies` reads the rest.
    """

    path: str
    text: str
    bodies: Sequence[Any] | None = field(default=None, repr=False)


class RenderOutcome(Struct, frozen=True):
    """What came of a request: files and CRDs, or Helm's own refusal.

    `failure.message` is Helm's text without the leading `Error: `; its kind is one of
    SCHEMA, KUBE_VERSION, DEPENDENCY, CHART, VALUES, RENDER.
    `lost` says why there is no answer at all: the time limit, or the engine died.
    `unchecked` says why the values were rendered without a look at the schema: it
    refers to another host.
    """

    files: tuple[RenderedFile, ...] = ()
    crds: tuple[RenderedFile, ...] = ()
    failure: Failure | None = None
    lost: str = ""
    unchecked: str = ""


UNDECIDED = "cannot be told without Argo CD: "
"""Begins a reason why something is not known, in the place of Argo CD's words."""


class TemplateFailure(Struct, frozen=True):
    """A Go template that did not render.

    `message` is in Go's words; where no engine could tell, it has `UNDECIDED` in it.
    """

    message: str


class HelmEngine(Protocol):
    """Helm's own engine: renders charts, evaluates Go templates."""

    @property
    def version(self) -> str:
        """The Helm version, such as `v4.2.3`."""
        ...

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the outcomes in the order of the requests, as they become known.

        Requests are taken some way ahead of the outcomes, not all at once.
        """
        ...

    def evaluate(
        self,
        templates: Sequence[str],
        params: Sequence[Mapping[str, Any]],
        options: Sequence[str] = (),
    ) -> list[list[str | TemplateFailure]]:
        """Return, for each parameter set, each template's text or failure.

        With the functions, the options (`missingkey=error`) and the messages of an
        ApplicationSet with `goTemplate: true`.
        """
        ...

    def close(self) -> None:
        """Stop the workers."""
        ...


class Progress(Protocol):
    """Where long work says how far it is; the library itself never prints."""

    def stage(self, text: str, total: int | None = None) -> None:
        """Begin a stage: "rendering", 500."""
        ...

    def advance(self, by: int = 1) -> None:
        """Say that `by` more are done."""
        ...


class Silence:
    """Progress that nobody watches."""

    def stage(self, text: str, total: int | None = None) -> None:
        """Ignore the stage."""

    def advance(self, by: int = 1) -> None:
        """Ignore the step."""
