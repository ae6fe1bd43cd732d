"""Questions to Git about a repository that is only looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from baro import process
from baro.errors import ToolError

# Git before 2.45 does not know GIT_NO_LAZY_FETCH: no transport at all is allowed.
_ENVIRONMENT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1"}


@dataclass(frozen=True, slots=True)
class Git:
    """A repository as the `git` program knows it.

    `folder` is where it is asked; `top` the root of the working tree, None for a bare
    repository; `directory` is the Git directory.
    """

    folder: Path
    directory: Path
    top: Path | None
    shallow: bool = False

    @classmethod
    def at(cls, folder: Path) -> "Git | None":
        """Find the repository that holds a folder; None where there is none.

        Raises:
            ToolError: there is one, and Git does not want to read it.
        """
        if not _looks_like_git(folder):
            return None
        asked = (
            *("rev-parse", "--absolute-git-dir", "--is-bare-repository"),
            *("--is-shallow-repository", "--is-inside-git-dir"),
        )
        answer = _run(folder, asked)
        if not answer.ok:
            if "not a git repository" in answer.stderr:
                return None
            raise ToolError(_complaint(answer), where=str(folder))
        directory, bare, shallow, inside = answer.text.splitlines()
        top = None
        if bare == "false" and inside == "false":
            named = _run(folder, ("rev-parse", "--show-toplevel"))
            top = Path(named.stdout.rstrip(b"\n").decode("utf-8", "surrogateescape"))
        return cls(folder, Path(directory), top, shallow == "true")

    @property
    def prefix(self) -> str:
        """Return the way from the root of the working tree to `folder`."""
        if self.top is None:
            return ""
        inside = self.folder.resolve().relative_to(self.top.resolve()).as_posix()
        return "" if inside == "." else inside

    def ask(self, *arguments: str) -> bytes:
        """Return what a Git command prints.

        Raises:
            ToolError: it failed; the message is Git's.
        """
        answer = _run(self.folder, arguments)
        if not answer.ok:
            raise ToolError(_complaint(answer), where=str(self.folder))
        return answer.stdout

    def try_ask(self, *arguments: str) -> str | None:
        """Return what a Git command prints, None where it fails."""
        answer = _run(self.folder, arguments)
        return answer.text.strip() if answer.ok else None

    def remotes(self) -> Mapping[str, Sequence[str]]:
        """Return the URLs of each remote."""
        found: dict[str, list[str]] = {}
        for key, value in self._configured(r"^remote\..*\.url$"):
            name = key.removeprefix("remote.").removesuffix(".url")
            found.setdefault(name, []).append(value)
        return found

    def narrow(self) -> bool:
        """Tell whether this clone may lack branches that its remote has."""
        wanted = [v for _, v in self._configured(r"^remote\..*\.fetch$")]
        return self.shallow or (
            bool(wanted) and not any("refs/heads/*:" in spec for spec in wanted)
        )

    def _configured(self, pattern: str) -> list[tuple[str, str]]:
        answer = _run(self.folder, ("config", "--local", "-z", "--get-regexp", pattern))
        entries = answer.text.split("\0") if answer.ok else []
        pairs = (entry.partition("\n") for entry in entries if entry)
        return [(key, value) for key, _, value in pairs]

    def ignored(self) -> frozenset[str]:
        """Return the files and folders below `folder` that Git ignores."""
        listed = self.ask(
            *("ls-files", "--others", "--ignored", "--exclude-standard"),
            *("--directory", "-z"),
        )
        names = listed.decode("utf-8", "surrogateescape").split("\0")
        return frozenset(name.rstrip("/") for name in names if name)

    def dirty(self) -> bool:
        """Tell whether `folder` differs from the commit that is checked out."""
        return bool(self.ask("status", "--porcelain", "-z", "--", "."))

    def batch(self) -> process.Peer:
        """Start `git cat-file --batch`."""
        return process.Peer(
            ("git", "cat-file", "--batch"), cwd=self.folder, env=_ENVIRONMENT
        )


def _looks_like_git(folder: Path) -> bool:
    """Tell whether to ask at all; a folder without Git needs no `git` program."""
    folder = folder.absolute()
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        return True
    return any((above / ".git").exists() for above in (folder, *folder.parents))


def _run(folder: Path, arguments: Sequence[str]) -> process.Completed:
    return process.run(("git", *arguments), cwd=folder, env=_ENVIRONMENT)


def _complaint(answer: process.Completed) -> str:
    said = answer.stderr.strip().splitlines()
    fatal = next((line for line in said if line.startswith("fatal:")), "")
    reason = fatal.removeprefix("fatal: ") or (said[0] if said else "failed")
    return f"git {answer.argv[1]}: {reason}"
