"""Each example, through the command line, in every format: exactly this.

The files in `expected/` are documentation, too: they are what users see.
"""

import re
from pathlib import Path

import pytest

from baro.cli import run
from tests.history import need_history

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "expected"
EXAMPLES = sorted(
    folder.relative_to(ROOT).as_posix()
    for pattern in ("examples/platform*", "examples/incidents/*")
    for folder in ROOT.glob(pattern)
    if folder.is_dir()
)
FORMATS = {
    "terminal": "txt",
    "json": "json",
    "sarif": "sarif",
    "gitlab": "gitlab.json",
    "markdown": "md",
}
ALL_FORMATS = ("examples/incidents/schema", "examples/platform")
CASES = [
    (example, form)
    for example in EXAMPLES
    for form in FORMATS
    if form == "terminal" or example in ALL_FORMATS
]
COMMANDS = {
    "trace": ("trace", "examples/platform", "backstage-kr-hub", "ingress.host"),
    "tree": ("tree", "examples/platform"),
    "render": ("render", "examples/platform", "--app", "backstage-kr-hub"),
    "routes": ("routes", "examples/platform-path"),
    "verify": ("verify", "examples/platform-path"),
    "route": ("route", "https://platform.example/kr/", "examples/platform-path"),
    "route-ko": (
        *("route", "https://platform.example/kr/", "--lang", "ko"),
        "examples/incidents/wrong-instance",
    ),
}


def settled(text: str) -> str:
    """Return a text without what differs from run to run."""
    text = re.sub(r"\d+\.\d\d(?= s$| s<)", "0.00", text, flags=re.MULTILINE)
    text = re.sub(r'("seconds": )[\d.]+', r"\g<1>0.0", text)
    # A new rule changes no example that is well.
    text = re.sub(r"\d+ rules", "N rules", text)
    text = re.sub(r'("rules": )\d+', r"\g<1>0", text)
    # Redacted values have a key of their own in each run.
    text = re.sub(r"redacted:[0-9a-f]+", "redacted:0", text)
    # What Git says of the working tree is no matter of the example.
    return re.sub(r"^.*uncommitted changes.*\n", "", text, flags=re.MULTILINE)


def compare(text: str, name: str, *, update: bool) -> None:
    """Compare a text with a golden, or write it."""
    file = EXPECTED / name
    if update:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether the goldens are to be written."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.mark.parametrize(("example", "form"), CASES, ids=lambda v: v.rpartition("/")[2])
def test_check_prints_exactly_this(
    example: str,
    form: str,
    *,
    update: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report of an example, less the time it took."""
    need_history(example)
    monkeypatch.chdir(ROOT)
    run(["check", example, "--format", form, "--color", "never"])

    name = f"{example.rpartition('/')[2]}.{FORMATS[form]}"
    compare(settled(capsys.readouterr().out), name, update=update)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_prints_exactly_this(
    name: str,
    *,
    update: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the other commands print of the examples."""
    monkeypatch.chdir(ROOT)
    run(list(COMMANDS[name]))

    text = settled(capsys.readouterr().out)
    compare(text, f"command-{name}.txt", update=update)
