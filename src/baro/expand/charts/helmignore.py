"""`.helmignore`: which files of a chart folder Helm does not load."""

# As in Helm: pkg/ignore/rules.go

from collections.abc import Iterable, Iterator

from msgspec import Struct

from baro.expand.sources.pathpattern import PatternError, go_pattern

NAME = ".helmignore"
_DEFAULT = "templates/.?*"


class IgnoreSyntaxError(ValueError):
    """A line of `.helmignore` is no pattern; the message is Helm's."""


class _Rule(Struct, frozen=True):
    pattern: str
    negated: bool
    folders_only: bool
    base_name: bool

    def matches(self, path: str) -> bool:
        name = path.rpartition("/")[2] if self.base_name else path
        return go_pattern(self.pattern).matches(name)


class IgnoreRules(Struct, frozen=True):
    """The rules of one chart folder, Helm's own default included."""

    rules: tuple[_Rule, ...]

    @classmethod
    def of(cls, text: str) -> "IgnoreRules":
        """Read `.helmignore`.

        Raises:
            IgnoreSyntaxError: a line is no pattern.
        """
        lines = [*text.removeprefix("\ufeff").splitlines(), _DEFAULT]
        return cls(tuple(_rules(lines)))

    def ignores(self, path: str, *, folder: bool = False) -> bool:
        """Tell whether one path is ignored; its parents are the caller's matter."""
        for rule in self.rules:
            if rule.negated:
                if (rule.folders_only and not folder) or not rule.matches(path):
                    return True
            elif (folder or not rule.folders_only) and rule.matches(path):
                return True
        return False

    def kept(self, paths: Iterable[str]) -> Iterator[str]:
        """Yield the files that neither a rule nor an ignored folder takes away."""
        folders: dict[str, bool] = {"": False}

        def gone(folder: str) -> bool:
            unknown = []
            while folder not in folders:
                unknown.append(folder)
                folder = folder.rpartition("/")[0]
            above = folders[folder]
            for below in reversed(unknown):
                above = above or self.ignores(below, folder=True)
                folders[below] = above
            return above

        for path in paths:
            if not gone(path.rpartition("/")[0]) and not self.ignores(path):
                yield path


def _rules(lines: Iterable[str]) -> Iterator[_Rule]:
    for line in lines:
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        if "**" in rule:
            raise IgnoreSyntaxError("double-star (**) syntax is not supported")
        try:
            go_pattern(rule)
        except PatternError as error:
            raise IgnoreSyntaxError(str(error)) from error
        negated = rule.startswith("!")
        rule = rule[negated:]
        folders_only = rule.endswith("/")
        rule = rule.removesuffix("/")
        yield _Rule(rule.removeprefix("/"), negated, folders_only, "/" not in rule)
