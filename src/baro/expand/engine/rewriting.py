"""An ApplicationSet's template rewritten for Helm's engine, and the way back."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from baro.expand.engine.functions import (
    ABSENT,
    ARGOCD,
    BUILTIN,
    KEYWORDS,
    MISSING,
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


class Change(Struct, frozen=True):
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


class Rewritten(Struct, frozen=True):
    """A template as Helm's engine takes it.

    `broken` tells that it does not parse; Go can tell why from the text.
    `chains` are the fields that it names, `("metadata", "labels")`, by the dot or a
    variable; `()` stands for the dot itself.
    `alone` tells that it defines templates, whose names the others would share.
    """

    original: str
    text: str
    changes: tuple[Change, ...] = ()
    broken: bool = False
    chains: frozenset[tuple[str, ...]] = frozenset()
    alone: bool = False

    def with_changes(self, *more: Change) -> Rewritten:
        """Return the template with further replacements of its original."""
        changes = tuple(sorted({*self.changes, *more}, key=lambda c: (c.at, c.end)))
        return Rewritten(
            original=self.original,
            text=_applied(self.original, changes),
            changes=changes,
            broken=self.broken,
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
_KNOWN = ARGOCD | BUILTIN | KEYWORDS
_ABSENT = re.compile(r"(?<![\w.$\"'`])[^\W\d]\w*(?![\w\"'`])")


@lru_cache(maxsize=4096)
def rewritten(template: str) -> Rewritten:
    """Return a template with Argo CD's functions in terms of Helm's."""
    changes: list[Change] = []
    words: list[Word] = []
    alone = False
    try:
        for action in actions(template):
            words += action
            alone = alone or any(word.text in _DEFINING for word in action[:1])
            for command in commands(action):
                changes += _changes(action, command)
    except NotATemplateError:
        return Rewritten(template, _ABSENT.sub(_marked, template), broken=True)
    absent = [_absent(word) for word in words if _is_absent(word)]
    plain = Rewritten(
        original=template,
        text=template,
        broken=bool(absent),
        chains=frozenset(_steps(word) for word in words if word.kind in _FIELDS),
        alone=alone,
    )
    return plain.with_changes(*changes, *absent) if changes or absent else plain


def _is_absent(word: Word) -> bool:
    return word.kind is Kind.NAME and word.text not in _KNOWN


def _absent(word: Word) -> Change:
    return Change(word.end, word.end, ABSENT, word.at, word.at)


def _marked(match: re.Match[str]) -> str:
    """Return a word that Go may know, and Argo CD's functions in Helm's stead."""
    word = match.group()
    rule = REWRITINGS.get(word)
    if rule is not None:
        return rule.front
    return word if word in _KNOWN else f"{word}{ABSENT}"


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
    word = _chain_at(template, at, chain)
    if word is None:
        return None
    root, *steps = word.text.split(".")
    guards: list[str] = []
    parent = root
    for step in steps[:-1]:
        guards.append(f'(or (hasKey {parent or "."} "{step}") nil)')
        parent = f"{parent}.{step}"
    by = f"(and {' '.join(guards)} {word.text})"
    return template.with_changes(_instead(word, by))


def instead(template: Rewritten, at: int, chain: str, by: str) -> Rewritten | None:
    """Return a template with `by` instead of `chain`; `at` as in `guarded`."""
    word = _chain_at(template, at, chain)
    return None if word is None else template.with_changes(_instead(word, by))


def without(template: Rewritten, missing: frozenset[tuple[str, ...]]) -> Rewritten:
    """Return a template in which the chains of these steps have no value."""
    return template.with_changes(
        *(
            _instead(word, '(index dict "")')
            for words in actions(template.original)
            for word in words
            if word.kind in _FIELDS and rooted(word.text) and _steps(word) in missing
        )
    )


def insisting(template: Rewritten) -> Rewritten:
    """Return a template that fails over a missing key by itself."""
    changes: list[Change] = []
    for words in actions(template.original):
        for before, word in pairwise((None, *words)):
            behind = before is not None and before.kind is Kind.RIGHT
            if word is None or word.kind not in _FIELDS or not _steps(word) or behind:
                continue
            changes.append(_instead(word, _insistence(word)))
    return template.with_changes(*changes)


def _insistence(word: Word) -> str:
    root, *steps = word.text.split(".")
    parent = root
    checks: list[str] = []
    for step in steps:
        # Whatever sort of map it is, JSON makes it one that `hasKey` takes.
        at = parent or "."
        there = f'(hasKey (mustFromJson (toJson {at})) "{step}")'
        missing = f'(include "{MISSING}{step}" .)'
        checks.append(f'(or (not (kindIs "map" {at})) {there} {missing})')
        parent = f"{parent}.{step}"
    return f"(and {' '.join(checks)} {word.text})"


def rooted(chain: str) -> bool:
    """Tell whether a chain of fields begins at the parameters, if no `with` is near."""
    return chain.startswith((".", "$."))


def _chain_at(template: Rewritten, at: int, chain: str) -> Word | None:
    """Return the word of the original that is `chain`, at a place of the new text."""
    place, whole = template.origin(at)
    if whole:
        return None
    for words in actions(template.original):
        for before, word in pairwise((None, *words)):
            behind = before is not None and before.kind is Kind.RIGHT
            if word is None or (behind and before and before.end == word.at):
                continue
            if word.text == chain and word.at <= place < word.end:
                return word
    return None


def _instead(word: Word, by: str) -> Change:
    """Return the replacement of a chain; Go places it at its second field."""
    root, *steps = word.text.split(".")
    second = word.at + len(root)
    if not root and len(steps) > 1:
        second += 1 + len(steps[0])
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
