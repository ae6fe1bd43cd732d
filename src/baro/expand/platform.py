"""What the user named, opened: settings, repositories, and the trees to look at."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import Struct, field

from baro.errors import InputError
from baro.expand.options import is_release
from baro.expand.ports import Tree, UnreadableFileError
from baro.expand.settings import FILE_NAME, RootEntry, Settings
from baro.expand.settings_file import read_settings
from baro.expand.trees.checkout import Checkout
from baro.expand.trees.git import Git
from baro.expand.trees.named import from_here, is_folder, is_there
from baro.expand.trees.repositories import Repositories, refuse_bare
from baro.expand.trees.worktree import FolderTree
from baro.model.text import Location, SourceText


class Root(Struct, frozen=True, eq=False):
    """One tree that the user named.

    `only` the files and folders in it that were named, nothing
    for all of it. `settings` is what its `baro.yaml` says, `text` that file.
    """

    checkout: Checkout
    only: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    text: SourceText | None = None
    base: Path = field(default_factory=Path)
    """The folder that paths in `settings` start from."""

    @property
    def tree(self) -> Tree:
        """Return the working tree."""
        return self.checkout.tree

    def locate(self, *path: str | int) -> Location | None:
        """Return the line of `baro.yaml` that has the field at `path`."""
        return self.text.locate(path) if self.text is not None else None

    def stores(self) -> Iterator[Path]:
        """Yield the chart stores that `charts:` names.

        Raises:
            InputError: one is no folder.
        """
        for index, name in enumerate(self.settings.charts):
            folder = self.base / name
            if not is_folder(folder):
                where = self.locate("charts", index)
                raise InputError(f"no such folder: {name}", where=str(where or ""))
            yield folder.resolve()

    def installed(self) -> Iterator[tuple[RootEntry, Location | None]]:
        """Yield what somebody installed by hand, with the line that says so.

        Raises:
            InputError: a chart, folder or value file is not there.
        """
        for index, entry in enumerate(self.settings.roots):
            where = self.locate("roots", index)
            key = "chart" if entry.chart else "path"
            if not self.tree.is_dir(entry.chart or entry.path):
                raise InputError(
                    f"no such folder: {entry.chart or entry.path}",
                    where=str(self.locate("roots", index, key) or ""),
                )
            for number, name in enumerate(entry.value_files):
                if not self.tree.is_file(name):
                    place = self.locate("roots", index, "valueFiles", number)
                    raise InputError(f"no such file: {name}", where=str(place or ""))
            yield entry, where


class Platform(Struct, frozen=True, eq=False):
    """Everything that an expansion reads; close it when done.

    `settings` is what all `baro.yaml` files say together.
    """

    roots: tuple[Root, ...]
    settings: Settings
    repositories: Repositories

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader should know; complete once everything was opened."""
        found = [n for c in self.repositories.checkouts for n in c.notes]
        return tuple(dict.fromkeys(found))

    @property
    def stores(self) -> tuple[Path, ...]:
        """Return the chart stores, in the order in which they are asked.

        Raises:
            InputError: one is no folder.
        """
        found = [store for root in self.roots for store in root.stores()]
        return tuple(dict.fromkeys(found))

    def close(self) -> None:
        """Stop the programs that read Git objects."""
        self.repositories.close()

    def __enter__(self) -> Self:
        """Return the platform itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


class Overrides(Struct, frozen=True):
    """What the command line says; it wins over every `baro.yaml`.

    `repositories` maps further URLs to folders; `config` is read instead of each
    `baro.yaml`. `stands_for` names branches that the working tree stands for,
    whatever is checked out.
    """

    repositories: Mapping[str, Path] = field(default_factory=dict)
    config: Path | None = None
    argocd_version: str = ""
    kubernetes_version: str = ""
    stands_for: Sequence[str] = ()


_NOTHING = Overrides()


def open_platform(paths: Sequence[Path], overrides: Overrides = _NOTHING) -> Platform:
    """Open folders and files, each with the `baro.yaml` in it or above it.

    Raises:
        InputError: a path is not there, `baro.yaml` is wrong, or maps a folder that is
            not there.
        ToolError: Git does not want to read a repository.
    """
    _check_versions(overrides)
    gathered: dict[tuple[Path, Path | None], list[str]] = {}
    for path in paths or (Path(),):
        folder, file, inside = _named(path, overrides.config)
        gathered.setdefault((folder, file), []).append(inside)
    read = {file: _settings(file) for _, file in gathered if file is not None}
    merged = _merged([settings for settings, _ in read.values()])
    merged = msgspec.structs.replace(
        merged,
        argocd_version=overrides.argocd_version or merged.argocd_version,
        kubernetes_version=overrides.kubernetes_version or merged.kubernetes_version,
    )
    known = Repositories(merged.argocd_version, frozenset(overrides.stands_for))
    for url, place in overrides.repositories.items():
        known.map(url, place)
    roots = []
    for (folder, file), parts in gathered.items():
        settings, text = read[file] if file is not None else (Settings(), None)
        root = Root(
            checkout=known.add(folder, label=from_here(folder)),
            only=tuple(dict.fromkeys(parts)) if all(parts) else (),
            settings=settings,
            text=text,
            base=file.parent if file is not None else folder,
        )
        for url, to in settings.repositories.items():
            where = str(root.locate("repositories", url) or "")
            known.map(url, root.base / to, where=where)
        roots.append(root)
    for root in roots:
        known.map_remotes(root.checkout)
    return Platform(tuple(roots), merged, known)


def _check_versions(overrides: Overrides) -> None:
    written = (
        ("--argocd-version", overrides.argocd_version, "3.5"),
        ("--kubernetes-version", overrides.kubernetes_version, "1.36"),
    )
    for flag, text, like in written:
        if text and not is_release(text):
            message = f"{flag} {text[:40]}: not a version"
            raise InputError(message, hint=f"write it like {like}")


def _named(path: Path, config: Path | None) -> tuple[Path, Path | None, str]:
    """Return the root of a path that the user gave, its settings, the way to it."""
    if not is_there(path):
        raise InputError("no such file or folder", where=str(path))
    actual = path.resolve()
    folder = actual if actual.is_dir() else actual.parent
    git = Git.at(folder)
    refuse_bare(git, path)
    top = git.top.resolve() if git is not None and git.top is not None else None
    settings = config.resolve() if config is not None else _above(folder, top)
    if actual == settings:
        actual = folder
    root = settings.parent if settings is not None and config is None else top
    root = root or folder
    if not actual.is_relative_to(root):
        root = folder
    inside = actual.relative_to(root).as_posix()
    return root, settings, "" if inside == "." else inside


def _above(folder: Path, top: Path | None) -> Path | None:
    """Return the nearest `baro.yaml`, not looking further than the repository."""
    for candidate in (folder, *folder.parents):
        file = candidate / FILE_NAME
        if file.is_file():
            return file
        if candidate == top:
            break
    return None


def _settings(file: Path) -> tuple[Settings, SourceText]:
    folder = FolderTree(file.parent)
    try:
        text = folder.text(file.name)
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(file)) from error
    except UnreadableFileError as error:
        raise InputError(f"cannot be read: {error}", where=str(file)) from error
    text = SourceText(f"{from_here(file.parent)}{file.name}", text.text)
    return read_settings(text), text


def _merged(parts: Sequence[Settings]) -> Settings:
    """Put the files together: lists in a row; in maps the first file wins."""
    merged = Settings()
    for part in parts:
        changes: dict[str, Any] = {}
        for name in Settings.__struct_fields__:
            mine, other = getattr(merged, name), getattr(part, name)
            if isinstance(mine, list):
                changes[name] = [*mine, *other]
            elif isinstance(mine, dict):
                changes[name] = {**other, **mine}
            else:
                default = getattr(Settings(), name)
                changes[name] = mine if mine != default else other
        merged = msgspec.structs.replace(merged, **changes)
    return merged
