"""What a targetRevision means: the commit that Argo CD resolves it to."""

# Argo CD: util/git/client.go, lsRemote; util/versions/tags.go, MaxVersion

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from baro.expand import semver
from baro.expand.trees.git import Git

_SHA = re.compile(r"[0-9A-Fa-f]{40}")
_SHORT_SHA = re.compile(r"[0-9A-Fa-f]{7,}")
_HEADS = "refs/heads/"
_TAGS = "refs/tags/"
_REMOTES = "refs/remotes/"


class Refs(Struct, frozen=True):
    """The names that a repository has for its commits.

    `head` is what is checked out, `branch` its name; both may be empty. `tags` are
    peeled, `tag_objects` are not. `others` holds refs such as `refs/pull/1/head`.
    """

    head: str = ""
    branch: str = ""
    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    tag_objects: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


class Meaning(StrEnum):
    """What kind of name a revision is."""

    HEAD = "HEAD"
    BRANCH = "branch"
    TAG = "tag"
    REF = "ref"
    COMMIT = "commit"
    """A full SHA, which nobody checks."""
    SHORT = "abbreviation"
    """7 digits or more, which Argo CD passes on as they are."""
    UNKNOWN = "unknown"


class Resolved(Struct, frozen=True):
    """What a revision means, as `name` says it, and the commit that Argo CD names.

    `object` is what to read; it differs from `commit` for abbreviations, and for
    annotated tags before Argo CD peeled them. `rivals` are the other commits that the
    same name means: Argo CD takes one or the other.
    """

    meaning: Meaning
    name: str
    commit: str = ""
    object: str = ""
    rivals: tuple[str, ...] = ()


def read_refs(git: Git, remotes: Sequence[str] = ("origin",)) -> Refs:
    """Ask Git for the names; branches of `remotes` count where there is no local one.

    Raises:
        ToolError: Git cannot tell.
    """
    branches: dict[str, str] = {}
    tracked: dict[str, dict[str, str]] = {}
    tags: dict[str, str] = {}
    objects: dict[str, str] = {}
    others: dict[str, str] = {}
    listed = git.ask(
        "for-each-ref", "--format=%(objectname) %(*objectname) %(refname) %(symref)"
    )
    for line in listed.decode("utf-8", "surrogateescape").splitlines():
        oid, peeled, name, symbolic = line.split(" ")
        if name.startswith(_HEADS):
            branches[name.removeprefix(_HEADS)] = oid
        elif name.startswith(_TAGS):
            tags[name.removeprefix(_TAGS)] = peeled or oid
            objects[name.removeprefix(_TAGS)] = oid
        elif name.startswith(_REMOTES):
            remote, _, branch = name.removeprefix(_REMOTES).partition("/")
            if not symbolic:
                tracked.setdefault(remote, {})[branch] = oid
        elif not name.startswith("refs/stash"):
            others[name] = oid
    for remote in (*remotes, *sorted(tracked)):
        branches = {**tracked.get(remote, {}), **branches}
    head = git.try_ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or ""
    branch = git.try_ask("symbolic-ref", "--quiet", "--short", "HEAD") or ""
    return Refs(head, branch, branches, tags, objects, others)


def resolve(refs: Refs, requested: str, *, peeled: bool = True) -> Resolved:
    """Tell what a targetRevision means.

    `peeled` says that an annotated tag is the commit it points at (`peels_tags`).
    """
    if _SHA.fullmatch(requested):
        return Resolved(Meaning.COMMIT, requested, requested, requested)
    name = _version(refs, requested or "HEAD")
    found: list[Resolved] = []
    if name == "HEAD" and refs.head:
        found.append(Resolved(Meaning.HEAD, name, refs.head, refs.head))
    branch = name.removeprefix(_HEADS)
    if branch in refs.branches:
        commit = refs.branches[branch]
        found.append(Resolved(Meaning.BRANCH, branch, commit, commit))
    tag = name.removeprefix(_TAGS)
    if tag in refs.tags:
        commit = refs.tags[tag]
        told = commit if peeled else refs.tag_objects[tag]
        found.append(Resolved(Meaning.TAG, tag, told, commit))
    other = name if name.startswith("refs/") else f"refs/{name}"
    if other in refs.others:
        commit = refs.others[other]
        found.append(Resolved(Meaning.REF, other, commit, commit))
    if found:
        first, *rest = found
        rivals = tuple(r.object for r in rest if r.object != first.object)
        return Resolved(first.meaning, first.name, first.commit, first.object, rivals)
    if _SHORT_SHA.fullmatch(name):
        return Resolved(Meaning.SHORT, name, name, name)
    return Resolved(Meaning.UNKNOWN, name)


def _version(refs: Refs, requested: str) -> str:
    """Return the tag that a version constraint means, or the text itself."""
    if semver.version(requested) is not None:
        return requested
    wanted = semver.constraint(requested)
    if wanted is None or any(semver.malformed(tag) for tag in refs.tags):
        return requested
    return semver.highest(wanted, sorted(refs.tags)) or requested


def not_found(requested: str) -> str:
    """Return Argo CD's message for a revision that does not resolve."""
    return f"unable to resolve '{requested}' to a commit SHA: revision not found"


def names_a_branch(requested: str) -> bool:
    """Tell whether a text looks like a branch: no version, constraint or SHA."""
    return not (
        _SHORT_SHA.fullmatch(requested)
        or semver.version(requested)
        or semver.constraint(requested)
    )


_PEELED_FROM = {(2, 13): 9, (2, 14): 10, (3, 0): 23}
"""Patch releases that peel annotated tags, where the minor release did not."""
_PEELED_SINCE = (3, 1)


def peels_tags(argocd_version: str) -> bool:
    """Tell whether an Argo CD resolves an annotated tag to its commit."""
    # Argo CD: util/git/workaround.go, listRemote
    known = semver.version(argocd_version)
    if known is None:
        return True
    minor = (known.major, known.minor)
    if minor in _PEELED_FROM:
        return known.patch >= _PEELED_FROM[minor]
    return minor >= _PEELED_SINCE
