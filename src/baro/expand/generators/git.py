"""The git generator: folders, or files, of a repository."""

# Argo CD: applicationset/generators/git.go, repo_path_utils.go

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.projects import OPEN
from baro.expand.applicationsets.projects import PATH as PROJECT
from baro.expand.generators import git_directories, git_files
from baro.expand.generators.generator import (
    EMPTY,
    Drafts,
    Refusal,
    RefusedError,
    Surroundings,
    Terminal,
)
from baro.expand.ports import Tree
from baro.model.expansion import Failure
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap

_LOOKS_UP_PROJECT = (2, 12, 0)
_FAILED = "error generating params from git: "


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return a set for each folder that `directories` names, or file of `files`.

    Where both are given, `directories` counts.
    """
    _look_up_project(around)
    if spec.get("directories"):
        listing, found = git_directories.LISTING, git_directories.drafts
    elif spec.get("files"):
        listing, found = git_files.LISTING, git_files.drafts
    else:
        raise RefusedError(Refusal(EMPTY, path, around.locate(path)))
    tree = _tree(spec, path, around, listing)
    return Drafts() if tree is None else found(spec, tree, path, around)


def _look_up_project(around: Surroundings) -> None:
    """Refuse an AppProject that does not exist: it says which signatures count."""
    project = around.applicationset.text(*PROJECT)
    known = around.version < _LOOKS_UP_PROJECT or OPEN in project
    if not known and project in around.absent_projects:
        message = (
            f"error getting project {project}: "
            f'AppProject.argoproj.io "{project}" not found'
        )
        raise RefusedError(Refusal(message, PROJECT, around.locate(PROJECT)))


def _tree(
    spec: Mapping[str, Any], path: FieldPath, around: Surroundings, listing: str
) -> Tree | None:
    url, revision = spec.get("repoURL") or "", spec.get("revision") or ""
    tree, _, trouble = around.repositories.tree(url, revision)
    if isinstance(trouble, Failure):
        at = (*path, "revision")
        # The revision is overwritten before it is printed: repository.go, GetGitFiles.
        message = (
            f"{_FAILED}{listing}: rpc error: code = Internal desc = "
            f"unable to resolve git revision : {trouble.message}"
        )
        raise RefusedError(Refusal(message, at, around.locate(at), trouble.kind))
    if trouble is not None:
        around.account.gap(path, _asked_here(trouble, path, around))
    return tree


def _asked_here(gap: Gap, path: FieldPath, around: Surroundings) -> Gap:
    return Gap(
        subject=gap.subject,
        reason=gap.reason,
        closes_with=gap.closes_with,
        location=gap.location or around.locate((*path, "repoURL")),
        ref=gap.ref or around.applicationset.ref,
    )


GENERATOR = Terminal("git", 3, drafts)
