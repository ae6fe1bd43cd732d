"""Repositories whose Git directory is a trap."""

import os
from pathlib import Path

import pytest

from tests.gitrepositories import Repository
from tests.hostile.attack import CONFIG_MAP, HERE, application, baro, chart, gaps, write

_CONFIG = """\
[core]
	repositoryformatversion = 0
	fsmonitor = {run} fsmonitor
	hooksPath = {hooks}
	pager = {run} pager
	sshCommand = {run} ssh
	alternateRefsCommand = {run} refs
[alias]
	status = !{run} alias
	ls-files = !{run} alias
[diff "evil"]
	textconv = {run} textconv
	command = {run} diff
[filter "evil"]
	clean = {run} clean
	smudge = {run} smudge
	required = true
[include]
	path = more
[uploadpack]
	packObjectsHook = {run} pack
[credential]
	helper = !{run} credential
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::{run} remote
	promisor = true
	uploadpack = {run} upload
	vcs = evil
"""


def _platform(folder: Path, revision: str = "main") -> Repository:
    made = Repository.create(folder)
    write(folder, {"baro.yaml": HERE, **chart("c", CONFIG_MAP)})
    old = application("c", path="c", targetRevision=revision)
    write(folder, {"apps/c.yaml": old})
    made.commit()
    made.git("branch", "old")
    made.commit(x="y")
    return made


def test_nothing_that_a_repository_configures_is_run(tmp_path: Path) -> None:
    """Monitors, hooks, filters, aliases, remotes: the canary lives."""
    folder = tmp_path / "repo"
    made = _platform(folder, "old")
    blob = made.git("rev-parse", "old:c/values.yaml")
    canary, script = tmp_path / "canary", tmp_path / "run"
    script.write_text(f'#!/bin/sh\necho "$@" >> {canary}\n', encoding="utf-8")
    script.chmod(0o755)
    hooks = tmp_path / "hooks"
    for name in ("post-index-change", "reference-transaction"):
        write(hooks, {name: script.read_text(encoding="utf-8")})
        (hooks / name).chmod(0o755)
    text = _CONFIG.format(run=script, hooks=hooks)
    more = f'[filter "evil"]\n\tprocess = {script} process\n'
    write(folder / ".git", {"config": text, "more": more})
    write(folder, {".gitattributes": "* filter=evil diff=evil\n"})
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    os.utime(folder / "c" / "Chart.yaml", (1, 1))
    for arguments in (("check",), ("render",), ("init", "--print", "apps")):
        baro(folder, *arguments)

    assert not canary.exists(), canary.read_text(encoding="utf-8")


def test_revisions_and_urls_are_never_flags_or_programs(tmp_path: Path) -> None:
    """Each is a finding or a Gap; none becomes an argument of its own."""
    _platform(tmp_path / "repo")
    canary = tmp_path / "canary"
    for number, (url, revision) in enumerate(
        (
            (None, "-x"),
            (None, f"--upload-pack=touch {canary}"),
            (None, f"--output={canary}"),
            (None, "main:c"),
            (None, "HEAD@{1}"),
            (None, "a\0b"),
            (None, "x" * 10_000),
            (f"ext::sh -c 'touch {canary}'", "main"),
            ("file:///etc", "main"),
            ("--upload-pack=x", "main"),
            ("http://[::1", "main"),
        )
    ):
        source = {"repoURL": url} if url else {}
        name = f"n{number}"
        body = application(name, path="c", targetRevision=revision, **source)
        write(tmp_path / "repo", {f"apps/{name}.yaml": body})
    baro(tmp_path / "repo", "check")

    assert not canary.exists()


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({".git/config": "[core"}, 3, "bad config"),
        ({".git/index": "garbage"}, 3, "index"),
        (
            {".git/config": "[core]\nrepositoryformatversion=0\nworktree=/etc"},
            2,
            "elsewhere: /etc",
        ),
        (
            {".git/config": "[core]\nrepositoryformatversion=0\nbare=true"},
            2,
            "a Git directory",
        ),
        ({".git/HEAD": "garbage"}, 0, "a .git that Git does not take for one"),
    ],
    ids=("config", "index", "worktree", "bare", "head"),
)
def test_a_broken_repository_is_named(
    tmp_path: Path, files: dict[str, str], code: int, words: str
) -> None:
    """What Git says of it, with the folder."""
    _platform(tmp_path)
    write(tmp_path, files)
    ran = baro(tmp_path, "check")

    assert ran.code == code
    assert words in ran.out + ran.err


def test_objects_that_are_not_there_are_a_gap(tmp_path: Path) -> None:
    """A blob of another revision is garbage: the chart is named, the rest goes on."""
    made = _platform(tmp_path, "old")
    blob = made.git("rev-parse", "old:c/templates/a.yaml")
    file = tmp_path / ".git" / "objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(b"garbage")

    assert "c/templates/a.yaml" in gaps(tmp_path)["chart c"]


def test_a_repository_without_commits_is_its_files(tmp_path: Path) -> None:
    """There is nothing to compare with, and nothing wrong."""
    Repository.create(tmp_path)
    write(tmp_path, {"baro.yaml": HERE, **chart("c", CONFIG_MAP)})

    assert baro(tmp_path, "check").code in {0, 1}
