"""The examples with something in them that nobody would write, one at a time."""

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baro.cli import run

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = sorted(path for path in (EXAMPLES / "incidents").iterdir() if path.is_dir())
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**70, 1.5, "", "x", "x" * 9000, "{{", "{{ .x }}", "{{x}}"),
    *("\x1b[31m", "a\nb", "../..", "/etc/passwd", "$values/x", "*", "[", "http://[::1"),
    *("https://u:p@h/", "~", "yes", "é", "9" * 400, "a.b", "${X}", ".", "2027-13-45"),
    *([], {}, [None], {"a": None}, [[]], {"": ""}, [1, "a", None, {}]),
    {"a": {"b": [1, {"c": None}]}},
)
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check", ".", "--format", "json"),
    ("render", ".", "--format", "json"),
    ("routes", ".", "--format", "json"),
    ("check", ".", "--manifests", "--format", "json"),
    ("check", ".", "--format", "sarif"),
    ("check", ".", "--format", "junit"),
    ("check", ".", "--lang", "ko"),
    ("route", "https://cnoe.example.com/kr/a?b=c", "."),
    ("tree", ".", "--objects"),
    ("trace", ".", "backstage", "ingress.path"),
    ("verify", "."),
    ("init", "--print", "."),
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inner:
            yield from _paths(each, (*at, key))


def _change(documents: list[Any], draw: st.DataObject) -> None:
    """Replace, remove, double, wrap or rename one node."""
    path = draw.draw(st.sampled_from(list(_paths(documents))))
    holder: Any = documents
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    odd = draw.draw(st.sampled_from(ODD))
    match draw.draw(st.sampled_from(["set", "set", "set", "del", "wrap", "double"])):
        case "set":
            holder[last] = odd
        case "del":
            del holder[last]
        case "wrap":
            holder[last] = [holder[last], odd]
        case _ if isinstance(holder, list):
            holder.insert(last, holder[last])
        case _:
            holder[odd if isinstance(odd, str) else None] = holder[last]


def _mutate(folder: Path, draw: st.DataObject) -> None:
    files = [f for f in sorted(folder.rglob("*")) if f.suffix in {".yaml", ".json"}]
    file = draw.draw(st.sampled_from(files))
    text = file.read_text(encoding="utf-8")
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        # A template of a chart: a line less, or one that stands there twice.
        lines = text.splitlines(keepends=True)
        at = draw.draw(st.integers(0, len(lines) - 1))
        times = draw.draw(st.sampled_from([0, 2]))
        file.write_text("".join([*lines[:at], *lines[at : at + 1] * times]), "utf-8")
        return
    if any(document is not None for document in documents):
        _change(documents, draw)
    text = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True)
    file.write_text(text, encoding="utf-8")


@settings(
    max_examples=60,
    suppress_health_check=list(HealthCheck),
)
@given(
    example=st.sampled_from([*SMALL, EXAMPLES / "platform"]),
    command=st.sampled_from(COMMANDS),
    count=st.integers(1, 3),
    draw=st.data(),
)
def test_no_change_to_an_example_stops_a_command(
    tmp_path_factory: pytest.TempPathFactory,
    example: Path,
    command: tuple[str, ...],
    count: int,
    draw: st.DataObject,
) -> None:
    """An answer, or an error on purpose; JSON stays JSON, and every rule ends."""
    folder = tmp_path_factory.mktemp("mutated") / "p"
    shutil.copytree(example, folder)
    for _ in range(count):
        _mutate(folder, draw)
    said, told = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(told),
    ):
        code = run(list(command))

    assert code in {0, 1, 2}, told.getvalue()
    assert "Traceback" not in told.getvalue()
    if "json" in command and code < 2:
        json.loads(said.getvalue(), parse_constant=pytest.fail)
    shutil.rmtree(folder)
