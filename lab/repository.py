"""Git repositories on disk, made of files given as text."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.commands import run
from lab.errors import LabError
from lab.location import Site

# Commits are the same in every run: their SHAs may stand in recorded answers.
FIRST_COMMIT = 1767225600


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare repository that Argo CD reads, and a work tree to change it.

    `url` is served over HTTP and obeys the lab's faults, `file_url` is the folder.
    """

    name: str
    bare: Path
    work: Path
    url: str
    site: Site

    @property
    def file_url(self) -> str:
        """Return the address that needs no server."""
        return f"file://{self.bare}"

    def git(self, *words: str) -> str:
        """Run git in the work tree; return what it prints, trimmed."""
        count = len(list((self.bare / "objects").glob("??/*")))
        when = f"{FIRST_COMMIT + 60 * count} +0000"
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        environment = self.site.environment(**dates)
        return run("git", *words, folder=self.work, environment=environment).strip()

    def push(
        self,
        files: Mapping[str, str | None] | Path,
        message: str = "Change files",
        branch: str = "main",
        *,
        whole: bool = False,
    ) -> str:
        """Write files (None removes one) or a whole folder; return the new SHA.

        A folder takes the place of everything, files only with `whole`. Nothing to
        change is no failure: it makes an empty commit.
        """
        self.git("switch", "--quiet", "--force-create", branch)
        if whole or isinstance(files, Path):
            self._empty()
        if isinstance(files, Path):
            ignored = shutil.ignore_patterns(".git")
            shutil.copytree(
                files, self.work, dirs_exist_ok=True, symlinks=True, ignore=ignored
            )
        else:
            self._write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        self.git("push", "--quiet", "--force", "origin", branch)
        return self.head(branch)

    def head(self, branch: str = "main") -> str:
        """Return the SHA that a branch points to."""
        return self.git("rev-parse", f"refs/heads/{branch}")

    def tag(self, name: str, revision: str = "HEAD") -> None:
        """Tag a revision and push the tag."""
        self.git("tag", "--annotate", "--message", name, name, revision)
        self.git("push", "--quiet", "origin", f"refs/tags/{name}")

    def _empty(self) -> None:
        for old in self.work.iterdir():
            if old.name == ".git":
                continue
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
            else:
                old.unlink()

    def _write(self, files: Mapping[str, str | None]) -> None:
        for name, text in files.items():
            path = self.work / name
            if not path.resolve().is_relative_to(self.work):
                raise LabError(f"{name} lies outside of the repository {self.name}")
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def create_repository(site: Site, name: str, address: str) -> Repository:
    """Make an empty repository that is served below an address."""
    bare = site.folder("git") / f"{name}.git"
    work = site.folder("work") / name
    if bare.exists():
        raise LabError(f"there is a repository {name} already")
    make_bare(site, bare)
    environment = site.environment()
    run("git", "init", "--quiet", work, environment=environment)
    run("git", "-C", work, "remote", "add", "origin", bare, environment=environment)
    return Repository(name, bare, work, f"{address}/git/{name}.git", site)


def make_bare(site: Site, bare: Path) -> None:
    """Make a bare repository that anybody may push to."""
    environment = site.environment()
    run("git", "init", "--quiet", "--bare", bare, environment=environment)
    setting = ("config", "uploadpack.allowAnySHA1InWant", "true")
    run("git", "-C", bare, *setting, environment=environment)
