"""What Helm's engine says of a failed evaluation, in the words of text/template."""

import ast
import re

from msgspec import Struct

from baro.expand.engine.functions import ABSENT, FAIL, MISSING, REWRITINGS, TPL
from baro.expand.engine.rewriting import Rewritten

_FILE = r"c/templates/_(?P<index>\d+)\.tpl"
_PARSE = re.compile(rf"parse error at \({_FILE}:(?P<line>\d+)")
_DRIVER = re.compile(r"c/templates/d\.yaml:(?P<line>\d+):\d+")
# As text/template has it, and as Helm lays it out where it understands it.
_FRAME = re.compile(
    rf"{_FILE}:(?P<line>\d+):(?P<column>\d+)(?:: |\n  )"
    r'executing "(?P<name>[^"\n]*)" at <(?P<context>.*?)>:(?: |\n    )',
    re.DOTALL,
)
# What Helm calls a template that went through `tpl`.
_INNER = re.compile(r'(?<=template: )gotpl(?=:\d)|(?<=executing ")gotpl(?=" at <)')
_KEY = re.compile(rf'no template ("{re.escape(MISSING)}(?:\\.|[^"\\])*")')
_FAIL = re.compile(rf'no template ("{re.escape(FAIL)}(?:\\.|[^"\\])*")')


class Unparsed(Struct, frozen=True):
    """A template does not parse; Helm gives only a part of the reason."""

    template: int


class Broken(Struct, frozen=True):
    """A template failed while it was evaluated.

    `line` is the driver's line, from 1; `at` a place of the rewritten template, in
    line (from 1) and byte (from 0).
    """

    template: int
    line: int
    at: tuple[int, int]
    name: str
    context: str
    message: str


def understood(refusal: str) -> Unparsed | Broken | None:
    """Return what a refusal of the engine is about; None where that is unknown."""
    parse = _PARSE.match(refusal)
    if parse is not None:
        return Unparsed(int(parse["index"]))
    driver = _DRIVER.search(refusal)
    frame = _FRAME.search(refusal)
    if driver is None or frame is None:
        return None
    return Broken(
        template=int(frame["index"]),
        line=int(driver["line"]),
        at=(int(frame["line"]), int(frame["column"])),
        name="base" if frame["name"].startswith("c/templates/_") else frame["name"],
        context=frame["context"],
        message=refusal[frame.end() :].strip("\n"),
    )


def offset(text: str, at: tuple[int, int]) -> int:
    """Return the character of a line (from 1) and a byte in it (from 0)."""
    line, column = at
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + len(text[start:].encode()[:column].decode("utf-8", "replace"))


def in_words_of_go(broken: Broken, template: Rewritten) -> str:
    """Return the error that text/template gives for the original template."""
    at, whole = template.origin(offset(template.text, broken.at))
    start = template.original.rfind("\n", 0, at) + 1
    line = 1 + template.original.count("\n", 0, at)
    column = len(template.original[start:at].encode())
    context = whole or template.restored(broken.context)
    for function, rule in REWRITINGS.items():
        if context == rule.front and template.original.startswith(function, at):
            context = function
    message = _message(broken.message, context)
    return (
        f'template: base:{line}:{column}: executing "{broken.name}" at <{context}>: '
        f"{message}"
    )


def _message(message: str, context: str) -> str:
    function = context.split(" ", 1)[0]
    raised = _FAIL.search(message)
    if raised is not None:
        text = ast.literal_eval(raised[1]).removeprefix(FAIL)
        return f"error calling {function}: {text}"
    key = _KEY.search(message)
    if key is not None:
        text = ast.literal_eval(key[1]).removeprefix(MISSING)
        return f'map has no entry for key "{text}"'
    if function == TPL:
        message = _INNER.sub("base", message).replace(ABSENT, "")
    rule = REWRITINGS.get(function)
    if rule is not None:
        message = message.replace(f"args for {rule.front}:", f"args for {function}:")
    return re.sub(_FILE, "base", message)


def parse_error(refusal: str) -> str:
    """Return Go's parse error from that of a template that went through `tpl`."""
    found = re.search(r"template: gotpl:(\d+.*)", refusal, re.DOTALL)
    if found is None:
        return "the template cannot be read"
    return f"template: base:{found[1]}".replace("gotpl:", "base:").replace(ABSENT, "")
