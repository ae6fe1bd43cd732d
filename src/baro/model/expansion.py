"""The account of an expansion: generations, renderings, and what was refused.

Rules read it to tell what Argo CD would refuse, and at which line.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from baro.model.fieldpath import FieldPath
from baro.model.text import Location, SourceText
from baro.model.valueslayer import ValuesLayer

if TYPE_CHECKING:
    from baro.model.finding import Gap
    from baro.model.manifest import Manifest


class FailureKind(StrEnum):
    """Why Argo CD would not generate or render something."""

    SPEC = "spec"
    """The Application's or ApplicationSet's spec is invalid."""
    GENERATOR = "generator"
    TEMPLATE = "template"
    """An ApplicationSet's template, or its templatePatch, does not render."""
    REVISION = "revision"
    """A revision does not resolve."""
    REVISION_CONFLICT = "revision-conflict"
    """One repository at two revisions inside one Application."""
    REFERENCE = "reference"
    """A `$ref` that no source defines."""
    PATH = "path"
    """The path does not exist, or is not a folder."""
    VALUE_FILE = "value-file"
    """A value file does not exist or is not readable."""
    VALUES = "values"
    """Values do not parse, or cannot be merged."""
    SCHEMA = "schema"
    """The chart's schema refuses the values."""
    CHART = "chart"
    """The chart is malformed, or its version does not exist."""
    DEPENDENCY = "dependency"
    """A sub-chart that Chart.yaml names is not in charts/."""
    KUBE_VERSION = "kube-version"
    RENDER = "render"
    """The chart's templates fail."""
    OUTPUT = "output"
    """What was rendered is not valid YAML."""


class Failure(Struct, frozen=True):
    """One refusal, in Argo CD's words.

    `message` is the inner text exactly as Argo CD, Helm or Kubernetes prints it,
    without the wrapping that `Application` conditions add.
    `path` is the field (of the Application, or of the values for `SCHEMA`) to blame.
    `fields` holds what a rule wants to name apart: `{"allowed": [...]}`.
    """

    kind: FailureKind
    message: str
    path: FieldPath = ()
    location: Location | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


class GeneratorOutcome(Struct, frozen=True, eq=False):
    """What one generator of an ApplicationSet yielded.

    `within` is its place in the spec: `("spec", "generators", 0, "matrix",
    "generators", 1, "clusters")`; `count` the number of parameter sets, None where it
    is not known (then `gaps` or `failures` say why). Children of matrix and merge
    follow their parent in `Generation.generators`; a second matrix child is counted
    once for all parameter sets of the first.
    """

    kind: str
    within: FieldPath
    count: int | None
    selector: Mapping[str, Any] = field(default_factory=dict)


class Generation(Struct, frozen=True, eq=False):
    """One ApplicationSet, expanded.

    `applications` holds what it generates, duplicates included, by name.
    `unresolved` lists template fields that Argo CD would print with `<no value>` or
    with a literal `{{tag}}`: (application name, field path in the template, text).
    `complete` is False where a gap hides parameter sets.
    """

    applicationset: Manifest
    generators: tuple[GeneratorOutcome, ...]
    applications: tuple[Manifest, ...]
    failures: tuple[Failure, ...] = ()
    gaps: tuple[Gap, ...] = ()
    unresolved: tuple[tuple[str, FieldPath, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether every parameter set is known."""
        return not self.gaps and not self.failures

    @property
    def halted(self) -> bool:
        """Tell whether Argo CD creates, changes and deletes nothing for it fails."""
        # Argo CD: applicationset/controllers/applicationset_controller.go, Reconcile
        kinds = {failure.kind for failure in self.failures}
        return not kinds.isdisjoint((FailureKind.GENERATOR, FailureKind.TEMPLATE))


class SourceType(StrEnum):
    """What renders a source."""

    HELM = "Helm"
    KUSTOMIZE = "Kustomize"
    DIRECTORY = "Directory"
    PLUGIN = "Plugin"
    REFERENCE = "ref"
    """A source with `ref` alone renders nothing."""


class Revision(Struct, frozen=True):
    """What a targetRevision means.

    `requested` is the text in the spec, `commit` what it resolves to (a SHA, or a
    chart's version); empty where it could not be resolved. `worktree` tells that the
    files were read from the working tree, `dirty` that it differs from `commit`.
    """

    requested: str
    commit: str = ""
    worktree: bool = False
    dirty: bool = False


class ChartContent(Struct, frozen=True, eq=False):
    """The parts of a chart that rules and traces read.

    `templates` maps `templates/ingress.yaml` (sub-charts:
    `charts/postgresql/templates/...`) to its text; `crds/...` are in it, too.
    `metadata` is Chart.yaml, `schema` the parsed values.schema.json or None.
    """

    name: str
    version: str
    metadata: Mapping[str, Any]
    defaults: Mapping[str, Any]
    schema: Mapping[str, Any] | None
    templates: Mapping[str, SourceText]
    text: SourceText | None = None
    subcharts: Mapping[str, ChartContent] = field(default_factory=dict)


class MissingValueFile(Struct, frozen=True):
    """A value file that is named and does not exist."""

    entry: str
    path: str
    within: FieldPath
    ignored: bool
    """Hidden by `ignoreMissingValueFiles`."""
    nearest: str = ""
    """A file that exists under nearly this path; empty where there is none."""


class Rendering(Struct, frozen=True, eq=False):
    """One source of one Application, rendered.

    `within` is the source's place in the Application: `("spec", "source")` or
    `("spec", "sources", 1)`. `layers` come weakest first, chart defaults excluded.
    `unread` lists values that a user set and nothing reads (confirmed by rendering).
    `source` is the spec after `.argocd-source*.yaml` was laid over it.
    """

    application: Manifest
    within: FieldPath
    source: Mapping[str, Any]
    type: SourceType
    revision: Revision | None = None
    chart: ChartContent | None = None
    layers: tuple[ValuesLayer, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    release: str = ""
    namespace: str = ""
    kube_version: str = ""
    missing: tuple[MissingValueFile, ...] = ()
    failure: Failure | None = None
    manifests: tuple[Manifest, ...] = ()
    unread: tuple[FieldPath, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def setter(self, path: FieldPath) -> tuple[ValuesLayer, ...]:
        """Return the layers that set the value at `path`, the strongest first."""
        found = [layer for layer in reversed(self.layers) if layer.sets(path)]
        weakest = found[-1:]
        return tuple(each for each in found if not each.pads(path) or [each] == weakest)
