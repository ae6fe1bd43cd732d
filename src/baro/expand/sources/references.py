"""`$ref` sources: which repository they mean, and at which revision."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.ports import Tree
from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import StoppedError, refused
from baro.model.expansion import Failure, FailureKind, Revision
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap
from baro.model.repourl import normal

_NAME = re.compile(r"[a-zA-Z0-9_-]+")


class Repositories(Protocol):
    """Gives the files of a repository at a revision."""

    def tree(
        self, repo_url: str, target_revision: str
    ) -> tuple[Tree | None, Revision, Failure | Gap | None]:
        """Return the files and what the revision means, or why there are none."""
        ...


class Reference(Struct, frozen=True):
    """A source with `ref`; `within` is its place in the Application."""

    source: Mapping[str, Any]
    within: FieldPath

    @property
    def url(self) -> str:
        """Return its repository as written."""
        return str(self.source.get("repoURL") or "")

    @property
    def revision(self) -> str:
        """Return its targetRevision as written."""
        return str(self.source.get("targetRevision") or "")


def references_of(
    sources: Sequence[Mapping[str, Any]], within: FieldPath
) -> dict[str, Reference]:
    """Return the `$ref` sources of an Application, by `$name`.

    Raises:
        StoppedError: a name has other characters, or is given twice.
    """
    # Argo CD: util/argo/argo.go, GetRefSources
    found: dict[str, Reference] = {}
    for index, source in enumerate(sources):
        name = source.get("ref")
        if not name:
            continue
        at = (*within, index, "ref")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise refused(
                FailureKind.REFERENCE,
                f"sources.ref {name} cannot contain any special characters except '_' "
                "and '-'",
                at,
            )
        if f"${name}" in found:
            raise refused(
                FailureKind.REFERENCE,
                "invalid sources: multiple sources had the same `ref` key",
                at,
                first=(*found[f"${name}"].within, "ref"),
            )
        found[f"${name}"] = Reference(source, (*within, index))
    return found


def trees_of(
    spec: SourceSpec,
    revision: Revision,
    known: Mapping[str, Reference],
    repositories: Repositories,
) -> dict[str, Tree]:
    """Return the trees of the `$ref` sources that a Helm source uses, by `$name`.

    `revision` is that of the source itself.

    Raises:
        StoppedError: a name is unknown, one repository is asked for at two revisions,
            or a repository is not here.
    """
    # Argo CD: reposerver/repository/repository.go, runManifestGenAsync
    trees: dict[str, Tree] = {}
    pinned: dict[str, tuple[str, Reference]] = {}
    for name, at in _used(spec):
        if name in trees:
            continue
        reference = known.get(name)
        if reference is None:
            raise _undefined(name, known, at)
        if reference.source.get("chart"):
            raise refused(
                FailureKind.REFERENCE,
                "source has a 'chart' field defined, but Helm charts are not yet not "
                "supported for 'ref' sources",
                (*reference.within, "chart"),
            )
        url = normal(reference.url)
        first = pinned.setdefault(url, (name, reference))
        if first[1].revision != reference.revision:
            raise _two_references(name, reference, *first)
        tree, resolved, cause = repositories.tree(reference.url, reference.revision)
        # A Gap beside a tree is told by the source that has the `ref`.
        if isinstance(cause, Failure):
            path = (*reference.within, *cause.path)
            raise StoppedError(replace(cause, path=path))
        if tree is None:
            raise StoppedError(
                cause or Gap(reference.url, "the repository is not here")
            )
        _compare(spec, revision, name, reference, resolved)
        trees[name] = tree
    return trees


def _used(spec: SourceSpec) -> Iterator[tuple[str, FieldPath]]:
    for index, entry in enumerate(spec.value_files):
        if entry.startswith("$"):
            yield entry.partition("/")[0], spec.at("helm", "valueFiles", index)
    for index, parameter in enumerate(spec.entries("helm", "fileParameters")):
        path = str(parameter.get("path") or "")
        if path.startswith("$"):
            at = spec.at("helm", "fileParameters", index, "path")
            yield path.partition("/")[0], at


def _undefined(
    name: str, known: Mapping[str, Reference], at: FieldPath
) -> StoppedError:
    message = f"source referenced \"{name}\", but no source has a 'ref' field defined"
    if known:
        message = (
            f'source referenced "{name}", which is not one of the available sources '
            f"({', '.join(known)})"
        )
    return refused(
        FailureKind.REFERENCE, message, at, reference=name, available=tuple(known)
    )


def _two_references(
    name: str, reference: Reference, first_name: str, first: Reference
) -> StoppedError:
    return refused(
        FailureKind.REVISION_CONFLICT,
        f"cannot reference multiple revisions for the same repository ({name} "
        f'references "{reference.revision}" while {first_name} references '
        f'"{first.revision}")',
        (*reference.within, "targetRevision"),
        repository=reference.url,
        reference=name,
        reference_source=reference.within,
        reference_revision=reference.revision,
        other=first_name,
        other_source=first.within,
        other_revision=first.revision,
    )


def _compare(
    spec: SourceSpec,
    revision: Revision,
    name: str,
    reference: Reference,
    resolved: Revision,
) -> None:
    """Refuse a reference to the source's own repository at another revision."""
    same = normal(spec.word("repoURL")) == normal(reference.url)
    if not same or spec.word("chart") or revision.commit == resolved.commit:
        return
    requested = spec.word("targetRevision")
    raise refused(
        FailureKind.REVISION_CONFLICT,
        f"cannot reference a different revision of the same repository ({name} "
        f'references "{reference.revision}" which resolves to "{resolved.commit}" '
        f'while the application references "{requested}" which resolves to '
        f'"{revision.commit}")',
        (*reference.within, "targetRevision"),
        repository=reference.url,
        reference=name,
        reference_source=reference.within,
        reference_revision=reference.revision,
        reference_commit=resolved.commit,
        other="",
        other_source=spec.within,
        other_revision=requested,
        other_commit=revision.commit,
    )
