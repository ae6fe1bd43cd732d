"""However a lab ends, it ends whole: no process and no port stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab import Lab
from lab.errors import PartError, WaitError
from lab.nginx import nginx
from lab.parts.catalog import PARTS
from lab.ports import is_answered
from lab.processes import Program, last_lines
from lab.supervisor import descendants

PATIENCE = 600
SMALL = ("repo-server", "etcd")
# A job in a shell's background starts with interrupts ignored.
HOLDER = """\
import signal, sys, time
from lab import Lab
signal.signal(signal.SIGINT, signal.default_int_handler)
with Lab({parts!r}) as lab:
    pids = [lab.processes.supervisor_pid, *lab.processes.alive().values()]
    print(lab.site.state, *pids, "ports", *lab.site.ports.values(), flush=True)
    time.sleep(600)
"""


def _gone(pid: int) -> bool:
    """Tell whether a process ended (a zombie that nobody collects did)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in {"Z", "X"}


def _await_nothing(pids: list[int], ports: list[int], state: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if all(map(_gone, pids)) and not any(map(is_answered, ports)):
            break
        time.sleep(0.05)
    assert [pid for pid in pids if not _gone(pid)] == []
    assert [port for port in ports if is_answered(port)] == []
    assert not state.exists()


def _killed(lab: Lab, victim: str) -> str:
    """Kill a part; return what ends a wait for something else."""
    os.kill(lab.processes.alive()[victim], signal.SIGKILL)
    with pytest.raises(PartError) as caught:
        lab.wait(lambda: False, "something that never happens")
    return str(caught.value)


def _with_dependents(part: str) -> tuple[str, ...]:
    """Return a part and those that would notice its end."""
    return (part, *(other.name for other in PARTS.values() if part in other.needs))


@pytest.mark.parametrize(
    "victim", [part.name for part in PARTS.values() if part.program]
)
def test_a_part_that_is_killed(victim: str) -> None:
    """A part that dies ends the wait at once, by its name; the rest ends cleanly."""
    with Lab(_with_dependents(victim)) as lab:
        pids = [
            lab.processes.supervisor_pid,
            *descendants(lab.processes.supervisor_pid),
        ]
        ports, state = list(lab.site.ports.values()), lab.site.state
        message = _killed(lab, victim)
        assert message.startswith(f"{victim} was ended by SIGKILL\n")
        assert message.endswith(last_lines(state / "logs" / f"{victim}.log"))
    _await_nothing(pids, ports, state)


def test_a_program_beside_the_parts_that_is_killed() -> None:
    """What a test starts for itself is watched as the parts are."""
    with Lab([]) as lab:
        nginx(lab, "location = / { return 200; }", "edge")
        pids = [lab.processes.supervisor_pid, *lab.processes.alive().values()]
        ports, state = list(lab.site.ports.values()), lab.site.state
        assert _killed(lab, "edge").startswith("edge was ended by SIGKILL\n")
    _await_nothing(pids, ports, state)


def test_a_supervisor_that_is_killed() -> None:
    """The kernel ends every part with the supervisor."""
    with Lab(SMALL) as lab:
        pids = list(lab.processes.alive().values())
        ports, state = list(lab.site.ports.values()), lab.site.state
        os.kill(lab.processes.supervisor_pid, signal.SIGKILL)
        with pytest.raises(PartError, match=r"the lab's supervisor ended \(was ended"):
            lab.wait(lambda: False, "something that never happens")
    _await_nothing(pids, ports, state)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_test_that_is_killed(number: int) -> None:
    """The supervisor ends everything when the lab's own process dies."""
    program = HOLDER.format(parts=list(SMALL))
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        words = holder.stdout.readline().split()
        border = words.index("ports")
        pids = [int(word) for word in words[1:border]]
        ports = [int(word) for word in words[border + 1 :]]
        holder.send_signal(number)
    _await_nothing(pids, ports, Path(words[0]))


def test_a_part_that_does_not_start() -> None:
    """A part that ends by itself is reported with its exit code and its last words."""
    failing = "import sys; sys.exit('no such flag: --wrong')"
    command = (sys.executable, "-c", failing)
    program = Program("failing", command, lambda: "not ready")
    with Lab(["etcd"]) as lab, pytest.raises(PartError) as caught:
        lab.start(program)
    assert "failing ended by itself with exit code 1" in str(caught.value)
    assert "no such flag: --wrong" in str(caught.value)


def test_a_part_that_never_gets_ready() -> None:
    """A part that runs and is not ready is reported with what it says meanwhile."""
    waiting = "import time; print('waiting for Godot', flush=True); time.sleep(600)"
    command = (sys.executable, "-c", waiting)
    with Lab([]) as lab:

        def missing() -> str:
            lab.wait(lambda: "Godot" in lab.log("waiting"), "its words")
            return "no answer"

        with pytest.raises(PartError) as caught:
            lab.start(Program("waiting", command, missing, seconds=1))
    assert "waiting is not ready after 1 s: no answer" in str(caught.value)
    assert "waiting for Godot" in str(caught.value)


def test_a_program_that_is_not_there() -> None:
    """A program that cannot be started is reported by its name."""
    program = Program("absent", ("/nowhere/absent",), lambda: "not ready")
    with Lab(["etcd"]) as lab, pytest.raises(PartError) as caught:
        lab.start(program)
    assert "absent cannot start" in str(caught.value)


def test_a_wait_that_is_in_vain() -> None:
    """A wait names what did not happen, and the last answer."""
    with Lab(["etcd"]) as lab, pytest.raises(WaitError) as caught:
        lab.wait(list, "the moon is blue", seconds=0.3)
    assert "not yet: the moon is blue" in str(caught.value)
    assert "last answer: []" in str(caught.value)


def test_two_labs_side_by_side() -> None:
    """Two labs share nothing, and each ends alone."""
    with Lab(["repo-server"]) as one:
        with Lab(["repo-server"]) as other:
            assert not set(one.site.ports.values()) & set(other.site.ports.values())
            assert one.site.state != other.site.state
        one.processes.check()
        assert is_answered(one.site.port("repo-server"))
