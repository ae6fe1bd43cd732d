"""Which folder on this machine stands for a repoURL."""

from dataclasses import dataclass, field
from pathlib import Path

from baro.errors import InputError
from baro.expand.trees.checkout import Checkout, Opened
from baro.expand.trees.git import Git
from baro.expand.trees.named import from_here, is_folder
from baro.expand.trees.revision import peels_tags
from baro.model.expansion import Revision
from baro.model.finding import Gap
from baro.model.repourl import normal, place, without_credentials


@dataclass(eq=False)
class Repositories:
    """Opens the tree of any repository that is mapped, at any revision; once each.

    `argocd_version` decides what an annotated tag resolves to. `stands_for` holds the
    branches that the working trees stand for, whatever is checked out.
    """

    argocd_version: str = ""
    stands_for: frozenset[str] = frozenset()
    _by_folder: dict[Path, Checkout] = field(default_factory=dict)
    _by_url: dict[str, Checkout] = field(default_factory=dict)
    _by_place: dict[str, Checkout] = field(default_factory=dict)
    _opened: dict[tuple[str, str], Opened] = field(default_factory=dict)

    def add(self, folder: Path, *, label: str = "", url: str = "") -> Checkout:
        """Take a folder that the user named; its files are shown without a URL.

        Raises:
            InputError: it is no folder, or a Git directory.
            ToolError: Git does not want to read it.
        """
        checkout = self._checkout(folder, url)
        refuse_bare(checkout.git, folder)
        checkout.label, checkout.place = label, ""
        return checkout

    def map(self, url: str, folder: Path, *, where: str = "") -> Checkout:
        """Let a folder or Git directory stand for a URL; the first one stays.

        `where` is the line that says so.

        Raises: as `add`.
        """
        if not is_folder(folder):
            raise InputError(
                f"no such folder: {folder}",
                where=where,
                hint=f"it stands for {without_credentials(url)}",
            )
        known = self._by_url.get(normal(url))
        if known is not None:
            return known
        checkout = self._checkout(folder, url)
        self._by_url[normal(url)] = checkout
        self._by_place.setdefault(place(url), checkout)
        return checkout

    def map_remotes(self, checkout: Checkout) -> None:
        """Let a working tree stand for the URLs of its remotes, and all spellings.

        Only a whole repository stands for its remotes, a folder inside one does not.
        """
        if checkout.git is None or checkout.under:
            return
        for urls in checkout.git.remotes().values():
            for url in urls:
                if not checkout.url:
                    checkout.url = url
                self._by_place.setdefault(place(url), checkout)

    def find(self, url: str) -> Checkout | None:
        """Return what stands for a URL, None where nothing does."""
        return self._by_url.get(normal(url)) or self._by_place.get(place(url))

    def tree(self, repo_url: str, target_revision: str = "") -> Opened:
        """Return the tree of a repository at a targetRevision, or why there is none.

        Equal questions get the same answer, so the same `Gap` may be met many times.

        Raises:
            ToolError: Git fails in a way that is not the repository's.
        """
        key = (normal(repo_url), target_revision)
        if key not in self._opened:
            checkout = self.find(repo_url)
            self._opened[key] = (
                checkout.at(target_revision)
                if checkout is not None
                else Opened(None, Revision(target_revision), unmapped(repo_url))
            )
        return self._opened[key]

    @property
    def checkouts(self) -> tuple[Checkout, ...]:
        """Return every folder that stands for something."""
        return tuple(self._by_folder.values())

    def close(self) -> None:
        """Stop the programs that read objects."""
        for checkout in self._by_folder.values():
            checkout.close()

    def _checkout(self, folder: Path, url: str) -> Checkout:
        folder = folder.resolve()
        known = self._by_folder.get(folder)
        if known is None:
            git = Git.at(folder)
            bare = git is not None and git.top is None
            known = Checkout(
                url=url,
                folder=folder,
                git=git,
                label="" if bare else from_here(folder),
                place=url,
                peeled=peels_tags(self.argocd_version),
                stands_for=self.stands_for,
            )
            self._by_folder[folder] = known
        if not known.url:
            known.url = url
        return known


def unmapped(url: str) -> Gap:
    """Return the gap that a repository leaves which is nowhere on this machine."""
    shown = without_credentials(url)
    return Gap(
        subject=shown,
        reason=f"repository {shown} is not on this machine",
        closes_with=f"repositories: {{{shown}: FOLDER}}",
    )


def refuse_bare(git: Git | None, folder: Path) -> None:
    """Refuse a Git directory where files are to be looked at.

    Raises:
        InputError: it has no working tree.
    """
    if git is not None and git.top is None:
        raise InputError(
            "a Git directory, which has no files to look at",
            where=str(folder),
            hint="name a working tree; a bare repository can stand for a URL: "
            "--repo URL=PATH",
        )
