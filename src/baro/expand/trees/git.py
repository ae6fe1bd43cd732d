"""Questions to Git about a repository that is only looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

from msgspec import Struct

from baro.errors import InputError, ToolError
from baro.process.environment import git_configuration
from baro.process.peer import Peer
from baro.process.program import Completed, run

# Git before 2.45 does not know GIT_NO_LAZY_FETCH: no transport at all is allowed.
_ENVIRONMENT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1"}

_TRUST = "git config --global --add safe.directory "
"""What Git advises, with the root, where the repository is somebody else's."""
_NO_FILTER = {"clean": "", "smudge": "", "process": "", "required": "false"}


class Git(Struct, frozen=True):
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
            InputError: its working tree is another folder.
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
            raise _failed(answer, folder)
        directory, bare, shallow, inside = answer.text.splitlines()
        top = None
        if bare == "false" and inside == "false":
            named = _run(folder, ("rev-parse", "--show-toplevel"))
            top = Path(named.stdout.rstrip(b"\n").decode("utf-8", "surrogateescape"))
            if not folder.resolve().is_relative_to(top.resolve()):
                raise InputError(
                    f"Git has its working tree elsewhere: {top}",
                    where=str(folder),
                    hint="Name that folder, or take core.worktree out of .git/config.",
                )
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
            raise _failed(answer, self.folder)
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
        """Tell whether `folder` differs from the commit that is checked out.

        Filters that the repository itself configures are programs of strangers, and
        submodules have a configuration of their own: neither is asked. A user may
        have configured that Git passes over new files; they count all the same.
        """
        arguments = (
            *("status", "--porcelain", "-z"),
            *("--ignore-submodules=dirty", "--untracked-files=normal"),
        )
        answer = _run(self.folder, (*arguments, "--", "."), self._without_filters())
        if not answer.ok:
            raise _failed(answer, self.folder)
        return bool(answer.stdout)

    def _without_filters(self) -> Mapping[str, str]:
        """Return the environment in which no filter of this repository runs."""
        asked = ("config", "--show-scope", "-z", "--get-regexp", r"^filter\..*\.")
        answer = _run(self.folder, asked)
        fields = answer.stdout.decode("utf-8", "surrogateescape").split("\0")
        keys = {
            entry.partition("\n")[0].rpartition(".")[0]
            for scope, entry in zip(fields[::2], fields[1::2], strict=False)
            if scope in ("local", "worktree")
        }
        silenced = {
            f"{key}.{part}": value
            for key in sorted(keys)
            for part, value in _NO_FILTER.items()
        }
        return git_configuration(silenced)

    def batch(self) -> Peer:
        """Start `git cat-file --batch`."""
        return Peer(("git", "cat-file", "--batch"), cwd=self.folder, env=_ENVIRONMENT)


def _looks_like_git(folder: Path) -> bool:
    """Tell whether to ask at all; a folder without Git needs no `git` program."""
    folder = folder.absolute()
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        return True
    return any((above / ".git").exists() for above in (folder, *folder.parents))


def _run(
    folder: Path, arguments: Sequence[str], env: Mapping[str, str] | None = None
) -> Completed:
    whole = {**_ENVIRONMENT, **(env or {})}
    try:
        return run(("git", *arguments), cwd=folder, env=whole)
    except ToolError as error:
        hint = "" if which("git") else "Install Git, or name a folder without .git."
        raise ToolError(error.message, where=str(folder), hint=hint) from error


def _failed(answer: Completed, folder: Path) -> ToolError:
    said = answer.stderr.strip().splitlines()
    fatal = next((line for line in said if line.startswith("fatal:")), "")
    reason = fatal.removeprefix("fatal: ") or (said[0] if said else "failed")
    advice = next((line.strip() for line in said if _TRUST in line), "")
    hint = "`git fsck` in that folder tells more."
    if advice:
        hint = f"If you trust it: {advice}"
    return ToolError(f"git {answer.argv[1]}: {reason}", where=str(folder), hint=hint)
