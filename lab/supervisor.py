"""The lab's reaper: a process that starts the parts and ends them with the lab.

It is told what to do on standard input, one JSON object a line, and reports each
part that starts or ends on standard output. When standard input closes, because
the lab was left or its process died in whatever way, every part is ended. When
this process dies itself, the kernel ends its children (Linux: PR_SET_PDEATHSIG).
"""

import ctypes
import json
import os
import pwd
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.removal import remove

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 1.5


class Supervisor:
    """Children by name, and what to leave behind."""

    def __init__(self, state: Path, *, keep: bool) -> None:
        """Adopt orphans of the parts from now on (git, helm)."""
        self.state = state
        self.keep = keep
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def run(self) -> None:
        """Serve until standard input closes, then end everything."""
        wake, wake_writer = os.pipe()
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: os.close(0))
        pending = b""
        while True:
            try:
                ready, _, _ = select.select([0, wake], [], [])
                if wake in ready:
                    os.read(wake, 4096)
                    self.reap()
                if 0 not in ready:
                    continue
                received = os.read(0, 65536)
            except OSError:
                break
            if not received:
                break
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                self.obey(json.loads(line))
        self.end()

    def obey(self, order: dict[str, Any]) -> None:
        """Start a part, or send it a signal."""
        name = order["name"]
        if order["do"] == "signal":
            child = self.children.get(name)
            if child is not None:
                child.send_signal(order["signal"])
            return
        try:
            child = self._start(order)
        except OSError as error:
            report(event="failed", name=name, why=str(error))
            return
        self.children[name] = child
        report(event="started", name=name, pid=child.pid)

    def _start(self, order: dict[str, Any]) -> subprocess.Popen[bytes]:
        with Path(order["log"]).open("ab") as log:
            return subprocess.Popen(
                order["command"],
                env=order["environment"],
                cwd=order["folder"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # This process has one thread, so nothing can hold a lock here.
                preexec_fn=tied_to_parent(os.getpid(), order.get("user")),  # noqa: PLW1509
            )

    def reap(self) -> None:
        """Report children that ended; collect adopted orphans."""
        for name, child in list(self.children.items()):
            status = child.poll()
            if status is not None:
                del self.children[name]
                end_group(child.pid)
                report(event="ended", name=name, status=status)
        own = {child.pid for child in self.children.values()}
        for pid in descendants(os.getpid(), depth=1):
            if pid not in own:
                collect(pid)

    def end(self) -> None:
        """Ask every child to stop, latest first, then insist."""
        for child in reversed(list(self.children.values())):
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while self.children and time.monotonic() < deadline:
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    del self.children[name]
            time.sleep(0.02)
        # Whatever is left, and whatever that has started meanwhile.
        while below := descendants(os.getpid()):
            for pid in below:
                kill(pid)
            for pid in descendants(os.getpid(), depth=1):
                collect(pid)
            time.sleep(0.01)
        if not self.keep:
            remove(self.state)


def tied_to_parent(parent: int, user: str | None) -> Callable[[], None]:
    """Return what a child does before it becomes its program."""
    account = pwd.getpwnam(user) if user else None
    set_death_signal = ctypes.CDLL(None).prctl

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        set_death_signal(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def descendants(root: int, depth: int = 64) -> list[int]:
    """Return the processes below one, nearest first."""
    if depth == 0:
        return []
    try:
        text = Path(f"/proc/{root}/task/{root}/children").read_text()
    except OSError:
        return []
    children = [int(word) for word in text.split()]
    below = [pid for child in children for pid in descendants(child, depth - 1)]
    return [*children, *below]


def end_group(leader: int) -> None:
    """End what a dead part left running in its session."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def kill(pid: int) -> None:
    """End one process at once."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def collect(pid: int) -> None:
    """Take the exit status of an adopted process, if it ended."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def report(**event: object) -> None:
    """Tell the lab; a lab that is gone needs no report."""
    try:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        return


def main() -> None:
    """Serve the lab whose state folder is the first argument."""
    Supervisor(Path(sys.argv[1]), keep=sys.argv[2:] == ["keep"]).run()


if __name__ == "__main__":
    main()
