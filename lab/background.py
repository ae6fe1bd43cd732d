"""Labs that outlive the command that started them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from lab.binaries import CONTROL_PLANE, argocd_version
from lab.build import build
from lab.errors import LabError
from lab.laboratory import Lab
from lab.parts.catalog import EVERYTHING, binaries_of, with_needs
from lab.places import SOURCE, runs_folder

START_SECONDS = 3600
STOP_SECONDS = 300
# What somebody who uses a lab from a shell is given besides its parts.
OFFERED = ("kubectl", "argocd", "helm", "kustomize", "crane")


def start(name: str, parts: Sequence[str]) -> None:
    """Start a process that holds a lab; wait until the lab is up, and show it.

    No parts are all of them. Whatever ends the wait early ends the lab with it.
    """
    if _running(name) is not None:
        raise LabError(
            f"a lab called {name!r} runs already",
            "python -m lab stop ends it; --name starts another one beside it",
        )
    build((*binaries_of(with_needs(parts or EVERYTHING)), *OFFERED))
    begun = time.monotonic()
    record = _record(name)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, _leave)
    with _holder(name, parts) as holder:
        deadline = begun + START_SECONDS
        while not record.exists():
            if holder.poll() is not None:
                words = _log(name).read_text(errors="replace").strip()
                raise LabError(f"the lab did not start:\n{words}")
            if time.monotonic() > deadline:
                raise LabError(f"the lab is not up after {START_SECONDS} s")
            time.sleep(0.05)
    print(f"started in {time.monotonic() - begun:.1f} s")
    show(name)


@contextlib.contextmanager
def _holder(name: str, parts: Iterable[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process that holds a lab; it lives on only when all goes well."""
    with _log(name).open("wb") as log:
        holder = subprocess.Popen(
            [sys.executable, "-m", "lab", "hold", "--name", name, *parts],
            cwd=SOURCE.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield holder
    except BaseException:
        if holder.poll() is None:
            holder.terminate()
            holder.wait()
        _forget(name)
        raise


def hold(name: str, parts: Sequence[str]) -> None:
    """Be the process whose life is the lab's life, until it is told to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    starter = os.getppid()
    with contextlib.suppress(_Left), Lab(parts or EVERYTHING) as lab:
        _write_environment(lab)
        found = {
            "holder": os.getpid(),
            "state": str(lab.site.state),
            "processes": lab.processes.alive(),
            "ports": lab.site.ports,
        }
        unfinished = _record(name).with_suffix(".new")
        unfinished.write_text(json.dumps(found))
        if os.getppid() == starter:  # else it was killed: nobody would know of the lab
            unfinished.rename(_record(name))
            while True:
                signal.pause()
    _forget(name)


class _Left(KeyboardInterrupt):
    """Somebody told the lab to end."""


def _leave(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # once is enough
    raise _Left


def _write_environment(lab: Lab) -> None:
    """Write what a shell sources to use kubectl, argocd and helm with the lab."""
    lab.site.offer(*OFFERED)
    server = f"127.0.0.1:{lab.site.port('argocd-server')}"
    loopback = "127.0.0.1,localhost"
    lines = (
        f"export KUBECONFIG='{lab.site.kubeconfig}'",
        f"export ARGOCD_OPTS='--plaintext --server {server}'",
        "export ARGOCD_BINARY_NAME=argocd",
        # Git asks a proxy even for loopback, unless it is told.
        f'export NO_PROXY="{loopback}${{NO_PROXY:+,$NO_PROXY}}"',
        f'export no_proxy="{loopback}${{no_proxy:+,$no_proxy}}"',
        f"export PATH='{lab.site.state / 'bin'}':\"$PATH\"",
    )
    (lab.site.state / "env").write_text("\n".join(lines) + "\n")


def show(name: str) -> bool:
    """Print what runs and how to use it; tell whether anything does."""
    found = _running(name)
    if found is None:
        return False
    state = Path(found["state"])
    version = CONTROL_PLANE.version("k8s.io/kubernetes")
    print(f"Argo CD {argocd_version()} on Kubernetes {version}\n")
    for part, pid in found["processes"].items():
        port = found["ports"].get(part, "")
        gone = "" if Path(f"/proc/{pid}").exists() else "ended"
        shown = f"  {part:28} pid {pid:<8} {f'port {port}' if port else ''} {gone}"
        print(shown.rstrip())
    address = f"http://127.0.0.1:{found['ports']['web']}"
    print(f"\n  .  {state}/env        # then: kubectl get applications")
    print("                                  #       argocd app list")
    print(f"  git push {address}/git/NAME.git main   # made by the first push")
    print(f"  logs       {state}/logs")
    print(f"  kubeconfig {state}/kubeconfig")
    return True


def stop(name: str) -> bool:
    """End a lab and wait for its end; tell whether there was one."""
    found = _running(name)
    if found is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(found["holder"], signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _running(name) is not None:
            if time.monotonic() > deadline:
                raise LabError(f"the lab {name!r} does not end")
            time.sleep(0.05)
    _forget(name)
    return found is not None


def _forget(name: str) -> None:
    for suffix in (".json", ".new", ".log"):
        _record(name).with_suffix(suffix).unlink(missing_ok=True)


def _record(name: str) -> Path:
    return runs_folder() / f"{name}.json"


def _log(name: str) -> Path:
    return _record(name).with_suffix(".log")


def _running(name: str) -> dict[str, Any] | None:
    """Return what a running lab wrote down, or nothing when its process is gone."""
    try:
        found: dict[str, Any] = json.loads(_record(name).read_text())
        command = Path(f"/proc/{found['holder']}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return found if b"\0hold\0" in command else None
