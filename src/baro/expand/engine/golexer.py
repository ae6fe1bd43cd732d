"""The words of a Go template: enough of text/template's lexer to rewrite commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from msgspec import Struct

# The words are those of Go: text/template/parse/lex.go
_OPEN = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_COMMENT = re.compile(r"[ \t\r\n]?/\*.*?\*/[ \t\r\n]?-?\}\}", re.DOTALL)
_CLOSE = re.compile(r"[ \t\r\n]-\}\}|\}\}")
_WORD = re.compile(
    r"""
    (?P<SPACE>[ \t\r\n]+)
    | (?P<STRING>"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])+')
    | (?P<NUMBER>[+-]?(?:\d|\.\d)(?:[eEpP][+-]|[\w.])*)
    | (?P<VARIABLE>\$\w*(?:\.[^\W\d]\w*)*)
    | (?P<CHAIN>(?:\.[^\W\d]\w*)+)
    | (?P<DOT>\.)
    | (?P<NAME>[^\W\d]\w*)
    | (?P<ASSIGN>:=|=|,)
    | (?P<PIPE>\|)
    | (?P<LEFT>\()
    | (?P<RIGHT>\))
    """,
    re.VERBOSE,
)


class Kind(Enum):
    """What a word is."""

    SPACE = auto()
    STRING = auto()
    NUMBER = auto()
    VARIABLE = auto()
    """`$x`, with the fields behind it."""
    CHAIN = auto()
    """`.a.b`: fields of the dot, or of the parenthesis before it."""
    DOT = auto()
    NAME = auto()
    """A function or a keyword."""
    ASSIGN = auto()
    PIPE = auto()
    LEFT = auto()
    RIGHT = auto()


class Word(Struct, frozen=True):
    """One word and where it begins, in characters."""

    kind: Kind
    text: str
    at: int

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.at + len(self.text)


@dataclass(slots=True)
class Command:
    """One command of a pipeline: the words from its first to its last."""

    words: list[Word] = field(default_factory=list)

    @property
    def at(self) -> int:
        """Return where it begins."""
        return self.words[0].at

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.words[-1].end

    @property
    def name(self) -> str:
        """Return the function it calls, or nothing."""
        first = self.words[0]
        return first.text if first.kind is Kind.NAME else ""


class NotATemplateError(ValueError):
    """The text has a word that Go does not know either; Go says it better."""


def actions(template: str) -> Iterator[list[Word]]:
    """Yield the words of each action; blanks and comments are left out.

    Raises:
        NotATemplateError: it cannot be cut into words.
    """
    at = 0
    while (start := _OPEN.search(template, at)) is not None:
        at = start.end()
        comment = _COMMENT.match(template, at)
        if comment is not None:
            at = comment.end()
            continue
        words: list[Word] = []
        while (close := _CLOSE.match(template, at)) is None:
            word = _word(template, at)
            at = word.end
            if word.kind is not Kind.SPACE:
                words.append(word)
        at = close.end()
        yield words


def words_of(text: str) -> list[Word]:
    """Return the words of an action's inside, blanks left out.

    Raises: as `actions`.
    """
    words: list[Word] = []
    at = 0
    while at < len(text):
        word = _word(text, at)
        at = word.end
        if word.kind is not Kind.SPACE:
            words.append(word)
    return words


def commands(words: list[Word]) -> Iterator[Command]:
    """Yield the commands of an action, those in parentheses before their own."""
    open_commands = [Command()]
    for index, word in enumerate(words):
        if word.kind is Kind.LEFT:
            open_commands[-1].words.append(word)
            open_commands.append(Command())
        elif word.kind is Kind.RIGHT and len(open_commands) > 1:
            yield from _ended(open_commands.pop())
            # What is in the parenthesis belongs to the command around it, too.
            open_commands[-1].words.append(word)
        elif word.kind in (Kind.PIPE, Kind.ASSIGN) or _heads(word, words, index):
            yield from _ended(open_commands[-1])
            open_commands[-1] = Command()
        else:
            open_commands[-1].words.append(word)
    while open_commands:
        yield from _ended(open_commands.pop())


def _heads(word: Word, words: list[Word], index: int) -> bool:
    """Tell whether a keyword stands before a pipeline: `if`, `else with`."""
    return (
        word.text in {"if", "else", "range", "with"}
        and word.kind is Kind.NAME
        and all(before.text == "else" for before in words[:index])
    )


def _ended(command: Command) -> Iterator[Command]:
    if command.words:
        yield command


def _word(text: str, at: int) -> Word:
    match = _WORD.match(text, at)
    if match is None or match.lastgroup is None:
        raise NotATemplateError(f"no word at {at}")
    return Word(Kind[match.lastgroup], match.group(), at)
