"""Writes what pages quote of the program, or with --check says what is stale.

- A `console` block below `<!-- run -->` holds commands and what they print.
  `<!-- run: exit 1 -->` names an exit code other than 0;
  `<!-- run: in the files above -->` runs where the page's own files are: each fenced
  block below `<!-- file: apps/shop.yaml -->` is one. A line `…` stands for any lines.
- In a table, `| layer | number |` is the number of rules of that layer.
"""

import io
import os
import re
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import baro.cli
from baro.model.finding import Layer
from baro.rules.catalog import catalog

ROOT = Path(__file__).resolve().parent.parent
ANY = "…"
"""A line that stands for any lines."""
_BLOCK = re.compile(
    r"^<!-- (?P<mark>run|file)(?::(?P<said>[^>]*))? -->\n"
    r"```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_EXIT = re.compile(r"exit (\d+)")
_VOLATILE = re.compile(
    r'\d+\.\d+(?= s\b|초)|(?<="seconds": )[\d.]+'
    r'|\d+(?= rules\b)|(?<=규칙 )\d+|(?<="rules": )\d+'
)
"""Times, and the number of rules."""
_TREE = re.compile(r"^.* has uncommitted changes; they count\n", re.MULTILINE)
"""What Git says of the working tree, and not the program of an example."""
_COUNT = re.compile(r"^(\| ([a-z-]+) \| )\d+(?= \|)", re.MULTILINE)
_HIDDEN = ("NO_COLOR", "FORCE_COLOR", "CI", "BARO_LANG")
"""Variables that change what is printed."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A command as a page shows it: where it runs, what it shall print and exit with.

    `span` is where the printed text stands in the page.
    """

    command: str
    printed: str
    code: int
    files: Mapping[str, str] | None
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    printed: str
    code: int


def documents() -> list[Path]:
    """Return every page of the project, generated ones included."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return sorted([*found, *ROOT.glob("examples/**/*.md")])


def quotes(page: str) -> Iterator[Quote]:
    """Yield the commands that a page wants run."""
    files: dict[str, str] = {}
    for block in _BLOCK.finditer(page):
        said = block["said"] or ""
        if block["mark"] == "file":
            files[said.strip()] = block["text"]
            continue
        code = _EXIT.search(said)
        for command in _COMMAND.finditer(page, *block.span("text")):
            yield Quote(
                command[1],
                command[2],
                int(code[1]) if code else 0,
                dict(files) if "in the files above" in said else None,
                command.span(2),
            )


def run(quote: Quote) -> Ran:
    """Run a command in this process, as somebody at the project's root would."""
    with tempfile.TemporaryDirectory() as scratch:
        where = ROOT
        if quote.files is not None:
            where = Path(scratch)
            for name, text in quote.files.items():
                (where / name).parent.mkdir(parents=True, exist_ok=True)
                (where / name).write_text(text, encoding="utf-8")
        return _ran(shlex.split(quote.command), where)


def _ran(words: list[str], where: Path) -> Ran:
    printed = io.StringIO()
    kept = {name: os.environ.pop(name) for name in _HIDDEN if name in os.environ}
    try:
        with chdir(where), redirect_stdout(printed), redirect_stderr(printed):
            code = baro.cli.run(words[1:])
    finally:
        os.environ.update(kept)
    return Ran(_TREE.sub("", printed.getvalue()), code)


def same(wanted: str, printed: str) -> bool:
    """Tell whether a command printed what a page shows; times may differ."""
    parts = re.split(rf"^{ANY}\n", _steady(wanted), flags=re.MULTILINE)
    pattern = r"(?:.*\n)*?".join(map(re.escape, parts))
    return re.fullmatch(pattern, _steady(printed)) is not None


def _steady(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return "".join(_VOLATILE.sub("0", line) + "\n" for line in lines)


def counted(page: str) -> str:
    """Return a page with the number of rules in the rows of its table of layers."""
    counts = Counter(str(rule.layer) for rule in catalog().values())
    layers = set(map(str, Layer))

    def row(found: re.Match[str]) -> str:
        return f"{found[1]}{counts[found[2]]}" if found[2] in layers else found[0]

    return _COUNT.sub(row, page)


def current(page: str) -> tuple[str, list[str]]:
    """Return a page as it should be, and what only a person can put right."""
    page = counted(page)
    complaints = []
    for quote in reversed(list(quotes(page))):
        ran = run(quote)
        if ran.code != quote.code:
            complaints.append(f"`{quote.command}` exits with {ran.code}")
            continue
        if same(quote.printed, ran.printed):
            continue
        if f"{ANY}\n" in quote.printed:
            complaints.append(f"`{quote.command}` prints\n{ran.printed}")
            continue
        start, end = quote.span
        text = "".join(f"{line.rstrip()}\n" for line in ran.printed.splitlines())
        page = page[:start] + text + page[end:]
    return page, complaints


def main() -> int:
    """Write or check; return the exit code."""
    check = "--check" in sys.argv[1:]
    code = 0
    for path in documents():
        before = path.read_text(encoding="utf-8")
        after, complaints = current(before)
        name = path.relative_to(ROOT)
        for complaint in complaints:
            print(f"{name}: {complaint}")
            code = 1
        if after != before:
            print(f"{'stale' if check else 'written'}: {name}")
            if check:
                code = 1
            else:
                path.write_text(after, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
