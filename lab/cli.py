"""`python -m lab`: build it, start it, use it, stop it."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.binaries import BINARIES, CONTROL_PLANE, argocd_version
from lab.build import build
from lab.errors import LabError
from lab.laboratory import Lab
from lab.parity.examples import EXAMPLES, examples_left_out
from lab.parity.recording import NAMES, record_suite
from lab.parts.catalog import EVERYTHING, PARTS
from lab.places import SOURCE, runs_folder

START_SECONDS = 3600
STOP_SECONDS = 120
OUTLINE = """\
A real Argo CD on a real Kubernetes, as plain processes on 127.0.0.1.

  python -m lab build             build every program (once, about a quarter of an
                                  hour on two cores; later runs find them)
  python -m lab start             start a lab and say how to use it
  python -m lab status            say what runs, where, and on which ports
  python -m lab stop              end it and remove everything it wrote
  python -m lab record            write Argo CD's answers to suites of cases to
                                  tests/parity/golden
  python -m lab parts             list what a lab can be made of

The same in Python, for tests:

  from lab import Lab, faults

  with Lab(["application-controller"]) as lab:
      platform = lab.git("platform", {"app/cm.yaml": "..."})
      lab.apply(application)
      lab.wait(lambda: lab.application("demo")["status"]["sync"], "a comparison")
      with lab.fault(faults.git_unreachable, platform):
          ...

Debian's redis, nginx and PostgreSQL are installed by lab/setup.sh.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 2 for a bad request, 3 when the lab cannot go on."""
    chosen = parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except LabError as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m lab",
        description=OUTLINE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    one = commands.add_parser("build", help="build what is missing")
    names = [binary.name for binary in BINARIES]
    one.add_argument(
        "programs", nargs="*", metavar="PROGRAM", help=f"some of: {', '.join(names)}"
    )
    one.set_defaults(run=_build)
    one = commands.add_parser("start", help="start a lab in the background")
    one.add_argument(
        "parts", nargs="*", metavar="PART", help="only these, and what they need"
    )
    _named(one)
    one.set_defaults(run=_start)
    one = commands.add_parser("status", help="say what runs")
    _named(one)
    one.set_defaults(run=_status)
    one = commands.add_parser("stop", help="end a lab that was started here")
    _named(one)
    one.set_defaults(run=_stop)
    one = commands.add_parser("parts", help="list the parts")
    one.set_defaults(run=_parts)
    one = commands.add_parser(
        "record", help="record Argo CD's answers to the suites of cases"
    )
    one.add_argument(
        "suites", nargs="*", metavar="SUITE", help=f"some of: {', '.join(NAMES)}"
    )
    one.set_defaults(run=_record_suites)
    one = commands.add_parser("hold")  # what start starts; not for people
    one.add_argument("parts", nargs="*")
    _named(one)
    one.set_defaults(run=_hold)
    return made


def _named(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--name", default="lab", help="of several labs, the one called so"
    )


def _build(chosen: argparse.Namespace) -> int:
    for name, path in build(chosen.programs).items():
        print(f"{name:24} {path}")
    return 0


def _parts(_chosen: argparse.Namespace) -> int:
    for part in PARTS.values():
        needs = f"needs {', '.join(part.needs)}" if part.needs else ""
        print(f"{part.name:28} {needs}".rstrip())
    return 0


def _record_suites(chosen: argparse.Namespace) -> int:
    """Ask Argo CD about every case of the suites; keep the answers."""
    suites = chosen.suites or NAMES
    unknown = set(suites) - set(NAMES)
    if unknown:
        known = ", ".join(NAMES)
        raise LabError(f"no suite is called {min(unknown)!r}", f"there are {known}")
    for suite in suites:
        for path in record_suite(suite):
            print(path.relative_to(SOURCE.parent))
    left_out = examples_left_out() if EXAMPLES in suites else {}
    for name, reason in left_out.items():
        print(f"left out: {name} ({reason})")
    return 0


def _start(chosen: argparse.Namespace) -> int:
    """Start a process that holds a lab; wait until the lab is up."""
    if _running(chosen.name) is not None:
        raise LabError(
            f"a lab called {chosen.name!r} runs already",
            "python -m lab stop ends it; --name starts another one beside it",
        )
    build()
    record = _record(chosen.name)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)
    output = record.with_suffix(".log")
    with output.open("wb") as log:
        holder = subprocess.Popen(
            [sys.executable, "-m", "lab", "hold", "--name", chosen.name, *chosen.parts],
            cwd=SOURCE.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if holder.poll() is not None:
            raise LabError(f"the lab did not start:\n{output.read_text()}")
        if record.exists():
            break
        time.sleep(0.05)
    return _status(chosen)


def _hold(chosen: argparse.Namespace) -> int:
    """Be the process whose life is the lab's life."""
    ended = signal.sigwait
    signals = {signal.SIGTERM, signal.SIGINT}
    record = _record(chosen.name)
    with Lab(chosen.parts or EVERYTHING) as lab:
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        _write_environment(lab)
        found = {
            "holder": os.getpid(),
            "state": str(lab.site.state),
            "processes": lab.processes.alive(),
            "ports": lab.site.ports,
        }
        unfinished = record.with_suffix(".new")
        unfinished.write_text(json.dumps(found))
        unfinished.rename(record)
        ended(signals)
    record.unlink(missing_ok=True)
    return 0


def _write_environment(lab: Lab) -> None:
    """Write what a shell sources to use kubectl, argocd and helm with the lab."""
    lab.site.offer("kubectl", "argocd", "helm", "kustomize", "crane")
    server = f"127.0.0.1:{lab.site.port('argocd-server')}"
    lines = (
        f"export KUBECONFIG={lab.site.kubeconfig}",
        f"export ARGOCD_OPTS='--plaintext --server {server}'",
        "export ARGOCD_BINARY_NAME=argocd",
        f"export PATH={lab.site.state / 'bin'}:$PATH",
    )
    (lab.site.state / "env").write_text("\n".join(lines) + "\n")


def _status(chosen: argparse.Namespace) -> int:
    found = _running(chosen.name)
    if found is None:
        print(f"no lab called {chosen.name!r} runs; python -m lab start starts one")
        return 1
    state = Path(found["state"])
    versions = CONTROL_PLANE.version("k8s.io/kubernetes")
    print(f"Argo CD {argocd_version()} on Kubernetes {versions}\n")
    for name, pid in found["processes"].items():
        port = found["ports"].get(name, "")
        print(f"  {name:28} pid {pid:<8} {f'port {port}' if port else ''}".rstrip())
    address = f"http://127.0.0.1:{found['ports']['web']}"
    print(f"\n  .  {state}/env        # then: kubectl get applications")
    print("                                  #       argocd app list")
    print(f"  git push {address}/git/NAME.git main   # made by the first push")
    print(f"  logs       {state}/logs")
    print(f"  kubeconfig {state}/kubeconfig")
    return 0


def _stop(chosen: argparse.Namespace) -> int:
    found = _running(chosen.name)
    if found is None:
        print(f"no lab called {chosen.name!r} runs")
        return 0
    os.kill(found["holder"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _running(chosen.name) is not None:
        if time.monotonic() > deadline:
            raise LabError(f"the lab {chosen.name!r} does not end")
        time.sleep(0.05)
    _record(chosen.name).with_suffix(".log").unlink(missing_ok=True)
    print(f"the lab {chosen.name!r} ended")
    return 0


def _record(name: str) -> Path:
    return runs_folder() / f"{name}.json"


def _running(name: str) -> dict[str, Any] | None:
    """Return what a running lab wrote down, or nothing when its process is gone."""
    record = _record(name)
    try:
        found: dict[str, Any] = json.loads(record.read_text())
        command = Path(f"/proc/{found['holder']}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return found if b"\0hold\0" in command else None
