"""What a generator is, what it works with, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec import Struct
from msgspec import field as struct_field

from baro.expand.applicationsets.texts import Texts
from baro.expand.ports import Tree
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Failure, FailureKind, GeneratorOutcome, Revision
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.model.text import Location

Params = dict[str, Any]
"""One parameter set. Sets may share what is inside: nobody changes it."""


class Repositories(Protocol):
    """Where a generator finds the files of a repository."""

    def tree(
        self, repo_url: str, target_revision: str
    ) -> tuple[Tree | None, Revision, Failure | Gap | None]:
        """Return the files of `repo_url` at a revision, or why there are none."""
        ...


class Refusal(Struct, frozen=True):
    """Why a generator gives nothing, in Argo CD's words, and the field to blame."""

    message: str
    path: FieldPath = ()
    location: Location | None = None
    kind: FailureKind = FailureKind.GENERATOR

    def within(self, prefix: str) -> "Refusal":
        """Return the same as an outer generator reports it."""
        return Refusal(f"{prefix}{self.message}", self.path, self.location, self.kind)


class RefusedError(Exception):
    """Carries a refusal out of a generator."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal."""
        super().__init__(refusal.message)
        self.refusal = refusal


Result = list[Params] | Refusal
"""What one generator gives for one spec."""


@dataclass(slots=True)
class Account:
    """What the generators of one ApplicationSet did, kept while they run.

    `folders` holds the visible folders of a tree, by its identity.
    """

    outcomes: dict[FieldPath, GeneratorOutcome] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    unknown: set[FieldPath] = field(default_factory=set)
    folders: dict[int, list[str]] = field(default_factory=dict)

    def count(
        self, kind: str, path: FieldPath, number: int, selector: Mapping[str, Any]
    ) -> None:
        """Add to the parameter sets that the generator at `path` gave."""
        before = self.outcomes.get(path)
        total = number + (before.count or 0 if before else 0)
        self.outcomes[path] = GeneratorOutcome(kind, path, total, selector)

    def refused(self, path: FieldPath) -> None:
        """Say that the generator at `path` gives nothing for it fails."""
        self.unknown.add(path)

    def gap(self, path: FieldPath, gap: Gap) -> None:
        """Say that what the generator at `path` gives is not known."""
        self.unknown.add(path)
        if gap not in self.gaps:
            self.gaps.append(gap)

    def settled(self) -> tuple[GeneratorOutcome, ...]:
        """Return the outcomes, parents first; no count where some are not known."""
        settled = []
        for path in sorted(self.outcomes, key=_place):
            outcome = self.outcomes[path]
            hidden = any(gap[: len(path)] == path for gap in self.unknown)
            settled.append(
                GeneratorOutcome(
                    outcome.kind,
                    path,
                    None if hidden else outcome.count,
                    outcome.selector,
                )
            )
        return tuple(settled)


def _place(path: FieldPath) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)


class Surroundings(Struct, frozen=True):
    """Everything that a generator may look at."""

    applicationset: Manifest
    texts: Texts
    clusters: Sequence[ClusterRegistration]
    repositories: Repositories
    fixtures: Mapping[str, Sequence[Mapping[str, Any]]]
    version: tuple[int, int, int]
    new_git_file_globbing: bool = False
    clusters_known: bool = True
    absent_projects: frozenset[str] = frozenset()
    account: Account = struct_field(default_factory=Account)

    @property
    def go_template(self) -> bool:
        """Whether parameters are nested values rather than flat strings."""
        return self.texts.go_template

    def locate(self, path: FieldPath) -> Location | None:
        """Return the line of a field of the ApplicationSet."""
        return self.applicationset.origin.locate(path)


class Draft(Struct, frozen=True):
    """A parameter set before its `values`.

    `wrapping` is what Argo CD puts before the message when they do not render.
    """

    params: Params
    wrapping: str = ""


class Drafts(Struct, frozen=True):
    """What a generator found, and the refusal that it ended with, if any.

    `values` still have to be rendered. `together` names the one parameter that is to
    hold all sets as a list.
    """

    drafts: Sequence[Draft] = ()
    values: Mapping[str, str] = struct_field(default_factory=dict)
    refusal: Refusal | None = None
    together: str = ""


class Terminal(Struct, frozen=True):
    """A generator that knows its parameters itself.

    `order` is its place among the fields of Argo CD's struct.
    """

    key: str
    order: int
    drafts: Callable[[Mapping[str, Any], FieldPath, Surroundings], Drafts]


class Combination(Struct, frozen=True):
    """A generator that combines others.

    It takes several specs, all of them one spec with different parameters put in,
    and gives a result for each. `depth` is 0 at the top.
    """

    key: str
    order: int
    combine: Callable[
        [Sequence[Mapping[str, Any]], FieldPath, Surroundings, int], list[Result]
    ]


Generator = Terminal | Combination
EMPTY = "ApplicationSet is empty"
"""A generator block with nothing usable in it."""
