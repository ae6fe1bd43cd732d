"""Programs end in time, print no more than they may, and see no more than they need."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baro.errors import ToolError
from baro.process.environment import environment
from baro.process.frames import read_frame, write_frame
from baro.process.peer import Peer
from baro.process.program import LONGEST_COMPLAINT, run

ECHO = """
import sys
from baro.process.frames import read_frame, write_frame
while (frame := read_frame(sys.stdin.buffer)) is not None:
    write_frame(sys.stdout.buffer, frame)
"""
PYTHONPATH = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
LIFE = 600
"""Seconds that a program sleeps which is to be ended before."""


def shell(script: str) -> tuple[str, ...]:
    """Return a command that runs a script."""
    return ("sh", "-c", script)


def test_a_program_gives_its_output_its_complaints_and_its_status() -> None:
    """None of them is an error by itself."""
    done = run(shell("echo out; echo err >&2; exit 3"))
    assert (done.text, done.stderr, done.status, done.ok) == (
        *("out\n", "err\n", 3),
        False,
    )


def test_a_program_reads_what_it_is_given() -> None:
    """More than fits into a pipe, in both directions at once."""
    text = b"0123456789abcdef" * 200_000
    assert run(("cat",), stdin=text).stdout == text


def test_a_program_need_not_read_what_it_is_given() -> None:
    """`true` ends before."""
    assert run(("true",), stdin=b"x" * 1_000_000).ok


def test_a_program_runs_where_it_is_told(tmp_path: Path) -> None:
    """`cwd` may be a path."""
    assert run(("pwd",), cwd=tmp_path).text.strip() == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("argv", "cwd", "message"),
    [
        (("no-such-program",), None, "no-such-program: no such program or folder"),
        (("true",), "/no/such/folder", "/no/such/folder: no such program or folder"),
        (("/",), None, "/ does not start: "),
        (("a\0b",), None, "does not start: embedded null byte"),
    ],
    ids=["program", "folder", "no-program", "nul"],
)
def test_what_does_not_start_says_so(
    argv: tuple[str, ...],
    cwd: str | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A ToolError names it."""
    # A folder that may not be looked into would be another reason.
    monkeypatch.setenv("PATH", os.defpath)
    with pytest.raises(ToolError) as raised:
        run(argv, cwd=cwd)
    assert message in str(raised.value)


def test_a_program_that_never_ends_is_ended_with_all_its_children() -> None:
    """Nobody waits for what they would have done."""
    began = time.monotonic()
    with pytest.raises(ToolError, match=r"^sh took longer than 0\.2 s$"):
        run(shell(f"sleep {LIFE} & sleep {LIFE}"), timeout=0.2)
    assert time.monotonic() - began < LIFE


def test_a_program_that_closes_its_output_and_goes_on_is_ended() -> None:
    """Nothing more can come of it."""
    with pytest.raises(ToolError, match="took longer"):
        run(shell("exec >&- 2>&-; sleep 600"), timeout=0.2)


def test_a_program_that_prints_without_end_is_ended() -> None:
    """`longest` bounds what waits to be read."""
    with Peer(("yes",)) as peer:
        peer.longest = 1_000_000
        with pytest.raises(ToolError, match="printed more than 1000000 bytes"):
            peer.finish()


def test_complaints_are_kept_from_their_begin() -> None:
    """The first lines tell the cause; the rest is dropped, but read."""
    done = run(shell("echo first >&2; head -c 300000 /dev/zero | tr '\\0' x >&2"))
    assert done.stderr.startswith("first\nxxx")
    assert len(done.stderr) == LONGEST_COMPLAINT


def test_a_peer_answers_line_by_line() -> None:
    """A batch of questions may be sent at once, longer than a pipe holds."""
    count = 30_000
    with Peer(("cat",)) as peer:
        peer.send(b"".join(b"question %d\n" % n for n in range(count)))
        answers = [peer.line() for _ in range(count)]
    assert answers[0] == b"question 0"
    assert answers[-1] == b"question %d" % (count - 1)


def test_a_peer_answers_by_size() -> None:
    """As `git cat-file --batch` does: a head, a body, a newline."""
    with Peer(("cat",)) as peer:
        peer.send(b"oid blob 5\nab\ncd\n")
        size = int(peer.line().split()[-1])
        assert (peer.exactly(size), peer.line()) == (b"ab\ncd", b"")


def test_each_question_has_its_own_time() -> None:
    """A peer that rests between questions is not late."""
    with Peer(("cat",), timeout=0) as peer:
        # Whatever time it had is over. From the next question on it has more.
        peer.timeout = LIFE
        peer.send(b"x\n")
        assert peer.line() == b"x"
        peer.timeout = 0
        peer.send(b"")
        with pytest.raises(ToolError, match="took longer than 0 s"):
            peer.line()


def test_a_peer_that_is_late_is_gone() -> None:
    """The error has the name that the peer was given."""
    peer = Peer(("sleep", "600"), timeout=0.1, name="the sleeper")
    peer.send(b"wake up\n")
    with pytest.raises(ToolError, match=r"the sleeper took longer than 0\.1 s"):
        peer.line()
    assert not peer.alive


def test_a_peer_that_does_not_read_is_late() -> None:
    """Sending has a limit, too."""
    with (
        Peer(("sleep", "600"), timeout=0.2) as peer,
        pytest.raises(ToolError, match="took longer"),
    ):
        peer.send(b"x" * 10_000_000)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo oops >&2; exit 4", "sh ended with status 4: oops"),
        ("ulimit -c 0; kill -ABRT $$", "sh was ended by SIGABRT"),
        ("exit 0", "sh ended with status 0"),
        ("exec >&- 2>&-; sleep 600", "sh closed its output"),
    ],
    ids=["status", "signal", "end", "closed"],
)
def test_a_peer_that_ends_tells_how(script: str, message: str) -> None:
    """With the first line of its complaints."""
    with Peer(shell(script)) as peer, pytest.raises(ToolError) as raised:
        peer.ask(b"anybody there?")
    assert str(raised.value) == message


def test_a_peer_may_be_killed_from_another_thread_and_closed_twice() -> None:
    """Neither is an error."""
    peer = Peer(("cat",))
    peer.kill()
    peer.close()
    peer.close()
    assert not peer.alive


def test_a_size_beyond_all_bounds_is_refused() -> None:
    """A peer that lies about it does not make us wait."""
    with Peer(("cat",)) as peer:
        peer.send(b"\xff\xff\xff\xff")
        with pytest.raises(ToolError, match="wants to print more than"):
            peer.ask(b"")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.binary(max_size=5_000), max_size=5))
def test_frames_arrive_as_they_were_sent(frames: list[bytes]) -> None:
    """Whatever is in them."""
    with Peer((sys.executable, "-P", "-c", ECHO), env=PYTHONPATH) as peer:
        assert [peer.ask(frame) for frame in frames] == frames


@pytest.mark.parametrize("cut", [1, 3, 5, 8])
def test_a_frame_that_ends_early_is_an_error(cut: int, tmp_path: Path) -> None:
    """In its length, or in its text."""
    path = tmp_path / "frames"
    with path.open("wb") as stream:
        write_frame(stream, b"12345")
    path.write_bytes(path.read_bytes()[:cut])
    with path.open("rb") as stream, pytest.raises(EOFError):
        read_frame(stream)


def test_the_environment_has_nothing_of_a_hook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Git sets for its hooks would make Git look at another repository."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "KUBECONFIG", "LANG"):
        monkeypatch.setenv(name, "/somewhere/else")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    seen = environment({"MORE": "1"})
    assert not {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "KUBECONFIG"} & set(seen)
    assert seen["GIT_TERMINAL_PROMPT"] == seen["GIT_OPTIONAL_LOCKS"] == "0"
    assert (seen["LC_ALL"], seen["MORE"]) == ("C", "1")
    assert seen["HTTPS_PROXY"] == "http://proxy:3128"


def test_a_repository_starts_no_programs_of_its_own(tmp_path: Path) -> None:
    """Its fsmonitor and its hooks are not run."""
    trap = tmp_path / "trap"
    mark = tmp_path / "mark"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\n", encoding="utf-8")
    trap.chmod(0o755)
    subprocess.run(("git", "init", "-q", tmp_path / "r"), check=True)
    config = ("git", "-C", tmp_path / "r", "config", "core.fsmonitor", trap)
    subprocess.run(config, check=True)
    assert run(("git", "status", "--porcelain"), cwd=tmp_path / "r").ok
    assert not mark.exists()
