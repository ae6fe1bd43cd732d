"""Real Git repositories for tests, and Git itself as the oracle."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


@dataclass(frozen=True)
class Repository:
    """A repository in a folder of its own."""

    path: Path

    @classmethod
    def create(cls, path: Path, *options: str) -> Self:
        """Make an empty one, with `main` checked out."""
        path.mkdir(parents=True, exist_ok=True)
        made = cls(path)
        made.git("init", "--quiet", "--initial-branch=main", *options)
        return made

    @classmethod
    def clone(cls, source: Path, path: Path, *options: str) -> Self:
        """Clone another one, as over a network."""
        arguments = ("clone", "--quiet", *options, f"file://{source}", str(path))
        cls(source).git(*arguments)
        return cls(path)

    def git(self, *arguments: str) -> str:
        """Run Git there; its output without the newline at the end."""
        done = subprocess.run(
            ("git", *arguments),
            cwd=self.path,
            env=_ENVIRONMENT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.rstrip("\n")

    def write(self, files: dict[str, str]) -> None:
        """Write files, folders made as needed."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def commit(self, **files: str) -> str:
        """Write files (`a__b` is `a/b`) and commit everything; the commit."""
        self.write({name.replace("__", "/"): text for name, text in files.items()})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")
