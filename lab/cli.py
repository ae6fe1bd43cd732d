"""`python -m lab`: build it, start it, use it, stop it."""

import argparse
import os
import re
import sys
from collections.abc import Sequence

from lab import background
from lab.binaries import BINARIES
from lab.build import build
from lab.errors import LabError
from lab.parity.examples import EXAMPLES, examples_left_out
from lab.parity.recording import NAMES, record_suite
from lab.parts.catalog import PARTS
from lab.places import SOURCE

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
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a folder of somebody else's
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
        "--name", default="lab", type=_name, help="of several labs, the one called so"
    )


def _name(text: str) -> str:
    """Return a name that can be a file's."""
    if not re.fullmatch(r"\w[\w.-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: letters, digits, . _ -")
    return text


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
    background.start(chosen.name, chosen.parts)
    return 0


def _hold(chosen: argparse.Namespace) -> int:
    background.hold(chosen.name, chosen.parts)
    return 0


def _status(chosen: argparse.Namespace) -> int:
    if background.show(chosen.name):
        return 0
    print(f"no lab called {chosen.name!r} runs; python -m lab start starts one")
    return 1


def _stop(chosen: argparse.Namespace) -> int:
    ended = background.stop(chosen.name)
    print(
        f"the lab {chosen.name!r} ended"
        if ended
        else f"no lab called {chosen.name!r} runs"
    )
    return 0
