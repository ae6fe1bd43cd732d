"""An ApplicationSet's template rewritten for Helm's engine, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from baro.expand.engine.functions import (
    ARGOCD,
    BUILTIN,
    KEYWORDS,
    REWRITINGS,
)
from baro.expand.engine.golexer import (
    Command,
    Kind,
    NotATemplateError,
    Word,
    actions,
    commands,
    words_of,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement: characters `at` to `end` of the original by `by`.

    `here` is where an error inside of the replacement is to be placed, and `whole`
    what it is to name: the words from `start` on.
    """

    at: int
    end: int
    by: str
    start: int
    here: int
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A template as Helm's engine takes it.

    `undefined` is the first function that Argo CD does not have, with its line.
    `chains` are the fields that it names, `("metadata", "labels")`, by the dot or a
    variable; `()` stands for the dot itself.
    `alone` tells that it defines templates, whose names the others would share.
    """

    original: str
    text: str
    changes: tuple[Change, ...] = ()
    undefined: tuple[str, int] | None = None
    chains: frozenset[tuple[str, ...]] = frozenset()
    alone: bool = False

    def with_changes(self, *more: Change) -> Rewritten:
        """Return the template with further replacements of its original."""
        changes = tuple(sorted({*self.changes, *more}, key=lambda c: (c.at, c.end)))
        return Rewritten(
            original=self.original,
            text=_applied(self.original, changes),
            changes=changes,
            undefined=self.undefined,
            chains=self.chains,
            alone=self.alone,
        )

    def origin(self, at: int) -> tuple[int, str]:
        """Return where a place of the new text was, and what stood there instead."""
        shift = 0
        for change in self.changes:
            start = change.at + shift
            if at < start:
                break
            if at < start + len(change.by):
                return change.here, change.whole
            shift += len(change.by) - (change.end - change.at)
        return at - shift, ""

    def restored(self, context: str) -> str:
        """Return a part of the new text, as Go prints it, in the original's words."""
        spoken: list[tuple[str, str]] = []
        for change in self.changes:
            if change.whole:
                end = self._moved(change.at) + len(change.by)
                now = self.text[self._moved(change.start) : end]
                spoken.append((printed(words_of(now)), change.whole))
        for now, was in sorted(spoken, key=lambda pair: -len(pair[0])):
            context = context.replace(now, was)
        return context

    def _moved(self, at: int) -> int:
        """Return where a place of the original is now."""
        return at + sum(
            len(change.by) - (change.end - change.at)
            for change in self.changes
            if change.at < at
        )


def _applied(text: str, changes: tuple[Change, ...]) -> str:
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += text[at : change.at], change.by
        at = change.end
    return "".join((*parts, text[at:]))


_FIELDS = (Kind.CHAIN, Kind.VARIABLE, Kind.DOT)
_DEFINING = ("define", "block")


@lru_cache(maxsize=4096)
def rewritten(template: str) -> Rewritten:
    """Return a template with Argo CD's functions in terms of Helm's."""
    changes: list[Change] = []
    chains: set[tuple[str, ...]] = set()
    undefined: tuple[str, int] | None = None
    alone = False
    try:
        for words in actions(template):
            alone = alone or any(word.text in _DEFINING for word in words[:1])
            for word in words:
                undefined = undefined or _undefined(template, word)
                if word.kind in (Kind.CHAIN, Kind.VARIABLE, Kind.DOT):
                    chains.add(
                        tuple(word.text.split(".")[1:]) if word.text != "." else ()
                    )
            for command in commands(words):
                changes += _changes(words, command)
    except NotATemplateError:
        return Rewritten(template, template)
    plain = Rewritten(template, template, (), undefined, frozenset(chains), alone)
    return plain.with_changes(*changes) if changes else plain


def _undefined(template: str, word: Word) -> tuple[str, int] | None:
    if word.kind is not Kind.NAME or word.text in ARGOCD | BUILTIN | KEYWORDS:
        return None
    return word.text, 1 + template.count("\n", 0, word.at)


def _steps(word: Word) -> tuple[str, ...]:
    return tuple(step for step in word.text.split(".")[1:] if step)


def _changes(words: list[Word], command: Command) -> list[Change]:
    rule = REWRITINGS.get(command.name)
    if rule is None:
        return []
    at, end = command.at, command.end
    whole = printed([word for word in words if at <= word.at < end])
    name = command.words[0]
    return [
        Change(at, name.end, rule.front, at, at),
        Change(end, end, rule.tail, at, at, whole),
    ]


def guarded(template: Rewritten, at: int, chain: str) -> Rewritten | None:
    """Return a template in which a chain of fields may break off early.

    Without `missingkey`, Go gives no value for `.a.b` where there is no `.a`; Helm's
    engine takes a missing key for null, and null has no fields. `chain` failed so
    `at` a place of the new text; None where it cannot be guarded (again).
    """
    place, whole = template.origin(at)
    if whole:
        return None
    try:
        words = [word for action in actions(template.original) for word in action]
    except NotATemplateError:
        return None
    for index, word in enumerate(words):
        behind = index > 0 and words[index - 1].kind is Kind.RIGHT
        touches = behind and words[index - 1].end == word.at
        if word.text == chain and word.at <= place < word.end and not touches:
            return template.with_changes(_guard(word))
    return None


def _guard(word: Word) -> Change:
    root, *steps = word.text.split(".")
    guards: list[str] = []
    parent = root
    for step in steps[:-1]:
        guards.append(f'(or (hasKey {parent or "."} "{step}") nil)')
        parent = f"{parent}.{step}"
    by = f"(and {' '.join(guards)} {word.text})"
    second = word.at + len(root) + (0 if root else 1 + len(steps[0]))
    return Change(word.at, word.end, by, word.at, second, word.text)


def printed(words: list[Word]) -> str:
    """Return words as Go prints a parsed command."""
    parts: list[str] = []
    before: Word | None = None
    for word in words:
        touches = before is None or before.kind is Kind.LEFT
        touches = touches or word.kind is Kind.RIGHT or word.text == ","
        if before is not None and before.kind is Kind.RIGHT:
            touches = touches or (word.kind is Kind.CHAIN and before.end == word.at)
        parts += ("" if touches else " ", word.text)
        before = word
    return "".join(parts)
