"""Ports implemented without a disk, a repository or an engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baro.expand.ports import (
    RenderOutcome,
    RenderRequest,
    TemplateFailure,
    Tree,
)
from baro.expand.trees.filetree import FileTree
from baro.model.expansion import Failure, Revision
from baro.model.finding import Gap

COMMIT = "1111111111111111111111111111111111111111"


def tree_of(
    files: Mapping[str, str | bytes], repository: str = "", commit: str = COMMIT
) -> FileTree:
    """Return a Tree of files in memory."""
    contents = {
        path: text.encode() if isinstance(text, str) else text
        for path, text in files.items()
    }
    return FileTree(contents, repository=repository, commit=commit)


@dataclass
class FakeRepositories:
    """Repositories from a dict: (URL, targetRevision) -> tree; "" is any revision."""

    trees: Mapping[tuple[str, str], Tree] = field(default_factory=dict)

    def tree(
        self, repo_url: str, target_revision: str = ""
    ) -> tuple[Tree | None, Revision, Failure | Gap | None]:
        """Return the tree that the dict has."""
        found = self.trees.get((repo_url, target_revision))
        found = found or self.trees.get((repo_url, ""))
        if found is None:
            gap = Gap(repo_url, "no such repository", "repositories:")
            return None, Revision(target_revision), gap
        return found, Revision(target_revision, found.commit), None


@dataclass
class FakeEngine:
    """An engine that answers from a list, and remembers what it was asked."""

    outcomes: Sequence[RenderOutcome] = ()
    asked: list[RenderRequest] = field(default_factory=list)
    version: str = "v4.2.3"

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield the answers in order; an empty one where there are no more."""
        for request in requests:
            at = len(self.asked)
            self.asked.append(request)
            yield self.outcomes[at] if at < len(self.outcomes) else RenderOutcome()

    def evaluate(
        self,
        templates: Sequence[str],
        params: Sequence[Mapping[str, Any]],
        options: Sequence[str] = (),
    ) -> list[list[str | TemplateFailure]]:
        """Refuse every template; nothing that renders sources asks for one."""
        assert options is not None
        return [[TemplateFailure("no templates here")] * len(templates)] * len(params)

    def close(self) -> None:
        """Hold nothing."""
