"""Measures baro, each number beside a peer's of the same run.

    python -m bench            print the tables
    python -m bench --write    and write them to docs/reference/performance.md

Peers: the bare interpreter, the `helm` program (on PATH, or HELM=...), and
argocd-source-lint (in `.venv-peers`, as `make bench` sets it up). A peer that is not
there is reported as not measured.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.platforms import helm_applications, many_clusters

ROOT = Path(__file__).resolve().parent.parent
BARO = (str(ROOT / ".venv" / "bin" / "baro"),)
PEER = ROOT / ".venv-peers" / "bin" / "argocd-source-lint"
PAGE = ROOT / "docs" / "reference" / "performance.md"
SAMPLE = 50
"""How many times the `helm` program is run; its time for all is scaled from it."""

_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    # An installed program has its bytecode; the first run writes it here.
    if name != "PYTHONDONTWRITEBYTECODE"
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: the best wall time in seconds, the peak memory in MiB."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the report."""

    what: str
    seconds: float
    memory: float
    peer: str
    wanted: str


def measured(command: Sequence[str], times: int = 3, cwd: Path = ROOT) -> Measured:
    """Run a command some times; keep the best time and the largest memory."""
    seconds, memory = [], []
    for _ in range(times):
        script = (
            "import resource, subprocess, sys, time\n"
            "started = time.monotonic()\n"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,"
            " stderr=subprocess.DEVNULL, check=False)\n"
            "print(time.monotonic() - started,"
            " resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script, *command],
            capture_output=True,
            text=True,
            check=True,
            cwd=cwd,
            env=_ENVIRONMENT,
        )
        took, kilobytes = ran.stdout.split()
        seconds.append(float(took))
        memory.append(float(kilobytes) / 1024)
    return Measured(min(seconds), max(memory))


def helm_program() -> str | None:
    """Return the `helm` program, if there is one."""
    return os.environ.get("HELM") or shutil.which("helm")


def start_up() -> Iterator[Line]:
    """Measure `baro --help` beside the bare interpreter."""
    bare = measured([sys.executable, "-c", "pass"], times=7)
    helped = measured([*BARO, "--help"], times=7)
    ratio = helped.seconds / bare.seconds
    peer = f"bare Python {bare.seconds * 1000:.0f} ms ({ratio:.1f}x)"
    yield Line("`baro --help`", helped.seconds, helped.memory, peer, "at most 0.15 s")


def example() -> Iterator[Line]:
    """Measure the example platform from a cold process."""
    checked = measured([*BARO, "check", "examples/platform"], times=5)
    yield Line(
        "`baro check examples/platform`",
        checked.seconds,
        checked.memory,
        "",
        "at most 1.5 s",
    )


def helm_templates(folder: Path) -> Iterator[Line]:
    """Measure many Helm Applications beside the `helm` program, once for each."""
    for count in (100, 500, 2000):
        place = helm_applications(folder / f"helm-{count}", count)
        checked = measured([*BARO, "check", str(place)], times=3)
        peers = []
        helm = helm_program()
        if helm is None:
            peers.append("helm template: not measured (no `helm` here)")
        else:
            each = _helm_template(helm, place)
            ratio = each * count / checked.seconds
            peers.append(f"helm template {each * count:.1f} s ({ratio:.0f}x)")
        peers.append(_source_lint(place, checked))
        yield Line(
            f"{count:,} Helm Applications",
            checked.seconds,
            checked.memory,
            "; ".join(peers),
            "10x helm template, 5x argocd-source-lint",
        )


def _helm_template(helm: str, place: Path) -> float:
    """Return the median seconds of one `helm template`, of a sample."""
    took = []
    for number in range(SAMPLE):
        name = f"app-{number:04}"
        values = str(place / "values" / f"{name}.yaml")
        started = time.monotonic()
        subprocess.run(
            [helm, "template", name, str(place / "chart"), "--values", values],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        took.append(time.monotonic() - started)
    return statistics.median(took)


def _source_lint(place: Path, checked: Measured) -> str:
    if not PEER.exists():
        return "argocd-source-lint: not measured (`make bench` installs it)"
    peer = measured([str(PEER), str(place)], times=3)
    ratio = peer.seconds / checked.seconds
    return f"argocd-source-lint {peer.seconds:.1f} s ({ratio:.1f}x)"


def fleets(folder: Path) -> Iterator[Line]:
    """Measure one ApplicationSet over more and more clusters."""
    for clusters, instances in ((50, 20), (250, 20), (500, 20)):
        name = f"fleet-{clusters}"
        place = many_clusters(folder / name, clusters, instances)
        checked = measured([*BARO, "check", str(place)], times=2)
        count = clusters * instances
        yield Line(
            f"{count:,} Applications, {clusters} clusters",
            checked.seconds,
            checked.memory,
            f"{checked.seconds / count * 1e6:.0f} us an Application",
            "linear, below 1,024 MiB",
        )


def routing() -> str:
    """Return what the routing benchmark prints."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.routing"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return ran.stdout.strip()


def machine() -> str:
    """Return what this was measured on."""
    page = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    memory = page / 1024**3
    load = os.getloadavg()[0]
    python = platform.python_version()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {python}, "
        f"load {load:.1f} when it began"
    )


def report() -> str:
    """Measure everything and return the page."""
    here = machine()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (start_up(), example(), helm_templates(folder), fleets(folder)):
            for line in part:
                lines.append(line)
                print(
                    f"{line.what}: {line.seconds:.2f} s  {line.peer}", file=sys.stderr
                )
    rows = [
        f"| {line.what} | {line.seconds:.2f} s | {line.memory:.0f} MiB | {line.peer} "
        f"| {line.wanted} |"
        for line in lines
    ]
    return "\n".join(
        [
            "# Speed and memory",
            "",
            "Written by `python -m bench --write`; every ratio is of one run.",
            f"Measured on {here}.",
            "Times are the best of a few cold processes, memory that of the largest.",
            "",
            "| what | time | memory | peer in the same run | goal |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "The cost grows linearly with the Applications of an ApplicationSet,",
            "with the Helm sources that differ (equal ones are rendered once),",
            "and with the files of the tree that are read for manifests.",
            f"`helm template` was run {SAMPLE} times; its time for all is scaled.",
            "",
            "## Routing",
            "",
            "```text",
            routing(),
            "```",
            "",
        ]
    )


def main() -> None:
    """Print the page, and write it if asked."""
    text = report()
    print(text)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
