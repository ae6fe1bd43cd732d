"""A repository on this machine, and the tree that a targetRevision means in it."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from baro.errors import ToolError
from baro.expand.ports import Tree
from baro.expand.trees.git import Git
from baro.expand.trees.repository import GitTree, ObjectReader, exists
from baro.expand.trees.revision import (
    Meaning,
    Refs,
    Resolved,
    names_a_branch,
    not_found,
    read_refs,
    resolve,
)
from baro.expand.trees.sourcetree import Names
from baro.expand.trees.worktree import FolderTree, shown
from baro.model.expansion import Failure, FailureKind, Revision
from baro.model.finding import Gap
from baro.model.repourl import place, without_credentials


class Opened(NamedTuple):
    """The tree of a revision, what the revision means, and what is wrong with it.

    A `Failure` is what Argo CD would say; then there is no tree. With a `Gap` there
    may be a tree all the same: the nearest to what was asked for.
    """

    tree: Tree | None
    revision: Revision
    refusal: Failure | Gap | None = None


@dataclass(eq=False)
class Checkout:
    """One folder or bare Git directory that stands for a repository.

    `url` is the URL by which Applications know it (empty for none), `peeled` whether
    annotated tags are, `stands_for` the branches that the working tree stands for,
    `label` and `place` what `SourceTree` shows in front of its files.
    """

    url: str
    folder: Path
    git: Git | None
    label: str = ""
    place: str = ""
    peeled: bool = True
    stands_for: frozenset[str] = frozenset()
    notes: dict[str, None] = field(default_factory=dict)

    @cached_property
    def refs(self) -> Refs:
        """Return the names that Git has for commits."""
        if self.git is None:
            return Refs()
        alike = [
            name
            for name, urls in self.git.remotes().items()
            if any(place(url) == place(self.url) for url in urls)
        ]
        return read_refs(self.git, (*alike, "origin"))

    @cached_property
    def under(self) -> str:
        """Return the way from the root of the Git repository to this folder."""
        return self.git.prefix if self.git is not None else ""

    @cached_property
    def tree(self) -> FolderTree:
        """Return the working tree."""
        ignored = self.git.ignored if self.git is not None else None
        return FolderTree(
            self.folder, self._names, commit=self.refs.head, ignored=ignored
        )

    @property
    def _names(self) -> Names:
        return Names(self.url, self.label, self.place)

    @cached_property
    def dirty(self) -> bool:
        """Tell whether the working tree has changes that are not committed."""
        changed = self.git is not None and self.git.dirty()
        if changed:
            self._note(f"{shown(self.folder)} has uncommitted changes; they count")
        return changed

    @cached_property
    def _objects(self) -> ObjectReader:
        if self.git is None:
            raise ToolError("no Git repository", where=str(self.folder))
        return ObjectReader(self.git)

    def at(self, requested: str) -> Opened:
        """Return the tree that a targetRevision means."""
        if self.git is None:
            return self._without_git(requested)
        bare = self.git.top is None
        if not bare and (requested in self.stands_for or requested in ("", "HEAD")):
            return self._working(requested)
        resolved = resolve(self.refs, requested, peeled=self.peeled)
        if self.under and self._foreign:
            return self._inside_another(requested, resolved)
        if resolved.meaning is Meaning.UNKNOWN:
            return self._unknown(requested)
        here = self._checked_out(resolved)
        opened = self._working(requested) if here else self._past(requested, resolved)
        return self._ambiguous(requested, resolved, opened)

    def close(self) -> None:
        """Stop the program that reads objects."""
        if "_objects" in self.__dict__:
            self._objects.close()

    @cached_property
    def _foreign(self) -> bool:
        """Tell whether the enclosing repository is another one than `url` names."""
        urls = (u for us in self.git.remotes().values() for u in us) if self.git else ()
        return all(place(url) != place(self.url) for url in urls)

    def _working(self, requested: str, commit: str = "") -> Opened:
        commit = commit or self.refs.head
        revision = Revision(requested, commit, worktree=True, dirty=self.dirty)
        broken = self.tree.listing.out_of_bounds
        if broken:
            return Opened(None, revision, _out_of_bounds(broken))
        return Opened(self.tree, revision)

    def _checked_out(self, resolved: Resolved) -> bool:
        if self.git is None or self.git.top is None:
            return False
        if resolved.meaning is Meaning.BRANCH and self.refs.branch:
            return resolved.name == self.refs.branch
        if resolved.object != self.refs.head:
            return False
        return resolved.meaning is Meaning.BRANCH or not self.dirty

    def _past(self, requested: str, resolved: Resolved) -> Opened:
        """Return the tree of a commit that is not checked out."""
        revision = Revision(requested, resolved.commit)
        git = self._objects.git
        commit = git.try_ask(
            "rev-parse", "--verify", "--quiet", f"{resolved.object}^{{commit}}"
        )
        if commit is None or not exists(git, commit, self.under):
            return Opened(None, revision, self._absent(requested))
        tree = GitTree(self._objects, commit, self._names, self.under)
        try:
            broken = tree.listing.out_of_bounds
        except ToolError:
            return Opened(None, revision, self._absent(requested))
        if broken:
            return Opened(None, revision, _out_of_bounds(broken))
        self._merge_note(resolved)
        return Opened(tree, revision)

    def _merge_note(self, resolved: Resolved) -> None:
        if resolved.meaning is Meaning.BRANCH and self.git and self.git.top:
            here = self.refs.branch or self.refs.head[:8]
            self._note(
                f"{shown(self.folder)}: {resolved.name} was read from Git, "
                f"not from the working tree, which is at {here}"
            )

    def _unknown(self, requested: str) -> Opened:
        if self.git is not None and self.git.narrow():
            if self.git.top is None:
                return Opened(None, Revision(requested), self._absent(requested))
            opened = self._working(requested)
            return opened._replace(refusal=opened.refusal or self._absent(requested))
        message = not_found(requested)
        failure = Failure(FailureKind.REVISION, message, ("targetRevision",))
        return Opened(None, Revision(requested), failure)

    def _inside_another(self, requested: str, resolved: Resolved) -> Opened:
        """Return the tree for a folder inside a repository that is another one.

        Its branches say nothing about the repository that the folder stands for, its
        tags and commits may.
        """
        named = resolved.meaning in (Meaning.TAG, Meaning.COMMIT, Meaning.SHORT)
        if named and not self._checked_out(resolved):
            opened = self._past(requested, resolved)
            if opened.tree is not None:
                return opened
        if named and resolved.object == self.refs.head:
            return self._working(requested, resolved.commit)
        return self._standing(requested)

    def _without_git(self, requested: str) -> Opened:
        if requested not in ("", "HEAD"):
            broken = os.path.lexists(self.folder / ".git")
            why = (
                "has a .git that Git does not take for one" if broken else "has no Git"
            )
            self._note(f"{shown(self.folder)} {why}: its files stand for every branch")
        return self._standing(requested)

    def _standing(self, requested: str) -> Opened:
        """Let the folder stand for a revision; say so where it names a commit."""
        if names_a_branch(requested):
            return self._working(requested)
        full = resolve(Refs(), requested).commit
        opened = self._working(requested, full)
        return opened._replace(refusal=opened.refusal or self._absent(requested))

    def _absent(self, requested: str) -> Gap:
        where = shown(self.folder)
        return Gap(
            subject=without_credentials(self.url) or where,
            reason=f"revision {requested} is not in {where}",
            closes_with=f"git fetch origin {requested}"
            if self.git is not None and not (self.under and self._foreign)
            else f"repositories: a clone of {without_credentials(self.url)}",
        )

    def _ambiguous(self, requested: str, resolved: Resolved, opened: Opened) -> Opened:
        if not resolved.rivals or opened.refusal is not None:
            return opened
        commits = ", ".join(c[:8] for c in (resolved.object, *resolved.rivals))
        gap = Gap(
            subject=without_credentials(self.url) or shown(self.folder),
            reason=f"revision {requested} names a branch and a tag ({commits}); "
            "Argo CD takes either",
            closes_with=f"targetRevision: refs/heads/{requested}",
        )
        return opened._replace(refusal=gap)

    def _note(self, text: str) -> None:
        self.notes[text] = None


def _out_of_bounds(path: str) -> Failure:
    # Argo CD: reposerver/repository/repository.go, runRepoOperation
    message = f"repository contains out-of-bounds symlinks. file: {path}"
    return Failure(FailureKind.PATH, message, ("repoURL",), fields={"link": path})
