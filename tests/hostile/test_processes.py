"""A machine on which something is always missing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.hostile.attack import HERE, PATIENCE, baro, chart, environment, write

Seen = TypeVar("Seen")

# Run in the background of a shell, tests inherit that SIGINT is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

_BARO = f"{sys.executable} -m baro"
_FOREVER = (
    '{{ range until 9000000 }}{{ regexReplaceAll "a*" "aaaaaaaaaaaaaaaaaaaaaaaa" "b" }}'
    "{{ end }}"
)
EXAMPLE = Path(__file__).parents[2] / "examples" / "incidents" / "schema"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("check . >&-", 1),
        ("check . 2>&-", 1),
        ("check . <&- >&- 2>&-", 1),
        ("check . >/dev/full", 3),
        ("--help >/dev/full", 3),
        ("check nope 2>/dev/full", 2),
        ("check . -o /dev/full", 2),
        ("check . -o .", 2),
        ("check . --argocd-version banana", 2),
        ("check . --kubernetes-version banana", 2),
        ("check . --jobs 5000", 2),
        ("check . --jobs 0", 1),
        ("check . --baseline /dev/zero", 2),
        ("check . --config /dev/zero", 2),
        ("check . --select ,", 2),
        ("route --from-file /dev/zero .", 2),
        ("route https://a.example/ . --controller ingress-nginx@banana", 2),
        ("route https://a.example/ . --method ''", 2),
        ("route https://a.example/ . --no-endpoints /", 2),
    ],
)
def test_each_ends_with_its_code(tmp_path: Path, command: str, code: int) -> None:
    """Closed streams, a full disk, nonsense: a code of the table and no traceback."""
    shutil.copytree(EXAMPLE, tmp_path / "p")
    done = subprocess.run(
        ("sh", "-c", f"{_BARO} {command}"),
        cwd=tmp_path / "p",
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "itself failed" not in done.stderr
    assert _names(tmp_path / "p") == _names(EXAMPLE)


@pytest.mark.parametrize(
    "changes",
    [
        {"PATH": "/dev/null"},
        {"HOME": ""},
        {"TMPDIR": "/nonexistent"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "utf-8", "GIT_DIR": "/nonexistent"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_odd_environment_changes_nothing(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    """The same finding, in Korean."""
    shutil.copytree(EXAMPLE, tmp_path / "p")
    ran = baro(tmp_path, "check", "p", "--lang", "ko", **changes)

    assert ran.code == 1


def test_a_folder_that_is_gone_is_said_so(tmp_path: Path) -> None:
    """Exit 2, and what to do."""
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ("sh", "-c", f"cd {gone} && rmdir {gone} && {_BARO} check"),
        env=environment(PYTHONPATH=os.pathsep.join(p for p in sys.path if p)),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 2
    assert "is gone" in done.stderr


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_no_worker_outlives_an_interrupted_run(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """In the middle of a chart; nothing is written and nobody is left."""
    write(tmp_path, {"baro.yaml": HERE, **chart("forever", _FOREVER)})
    running = subprocess.Popen(
        (sys.executable, "-m", "baro", "check", "-o", "out.txt"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    workers = _until(lambda: _busy(running.pid))
    running.send_signal(number)

    assert running.wait(PATIENCE) == code
    assert workers
    assert _until(lambda: not any(map(_alive, workers)))
    assert not (tmp_path / "out.txt").exists()


def test_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    """Three write one file: it is one whole answer."""
    shutil.copytree(EXAMPLE, tmp_path / "p")
    argv = (sys.executable, "-m", "baro", "check", "p", "--format", "json", "-o", "o")
    runs = [subprocess.Popen(argv, cwd=tmp_path, env=environment()) for _ in range(3)]

    assert [run.wait(PATIENCE) for run in runs] == [1, 1, 1]
    assert json.loads((tmp_path / "o").read_text(encoding="utf-8"))["findings"]
    assert _names(tmp_path) == ["o", "p"]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _until(look: Callable[[], Seen]) -> Seen:
    deadline = time.monotonic() + PATIENCE
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return seen


def _busy(of: int) -> list[int]:
    """Return the children that have worked for longer than a start takes."""
    ticks = os.sysconf("SC_CLK_TCK")
    numbers = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    found = {number: _state(number) for number in numbers}
    return [
        number
        for number, state in found.items()
        if state and int(state[1]) == of and int(state[11]) + int(state[12]) > ticks
    ]


def _alive(process: int) -> bool:
    state = _state(process)
    return bool(state) and state[0] != "Z"


def _state(process: int) -> list[str]:
    """Return the fields behind the name: 0 state, 1 parent, 11 and 12 CPU time."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


@pytest.mark.parametrize("limit", ["-n 8", "-v 400000"])
def test_an_engine_that_cannot_work_here_is_no_gap_of_a_chart(
    tmp_path: Path, limit: str
) -> None:
    """Exit 3: nothing was looked at, so nothing is fine."""
    shutil.copytree(EXAMPLE, tmp_path / "p")
    done = subprocess.run(
        ("sh", "-c", f"ulimit {limit}; {_BARO} check p"),
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 3, done.stdout
    assert "Helm's engine" in done.stderr
    assert "Traceback" not in done.stderr
