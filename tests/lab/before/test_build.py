"""How programs are built: once, whole, and again where it stopped."""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.binaries import GO_VERSION, LOOPBACK_METRICS, ModuleSet, named
from lab.build import build
from lab.errors import BuildError
from lab.places import SOURCE

# Notes the program that it is to build, and does `ACT` instead of compiling.
GO = """\
#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo "$3" >>"{cache}/built"
{act}
"""
WORKING = """printf '#!/bin/sh\\n' >"$2"; chmod +x "$2" """
BROKEN = (
    """printf '#!/bin/sh\\necho no such flag >&2; exit 1\\n' >"$2"; chmod +x "$2" """
)
FAILING = "echo 'main.go:7: undefined: x' >&2; exit 1"
HALF = """printf '#!/bin/sh' >"$2"; echo half; exec sleep 600"""
SECONDS = 60

Go = Callable[[str], None]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache folder."""
    monkeypatch.setenv("BARO_LAB_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def go(cache: Path) -> Go:
    """Return how to install a Go that does something else than compile."""

    def install(act: str) -> None:
        path = cache / f"go-{GO_VERSION}" / "bin" / "go"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GO.format(cache=cache, act=act))
        path.chmod(0o755)

    return install


def _built(cache: Path) -> list[str]:
    notes = cache / "built"
    return notes.read_text().split() if notes.exists() else []


def test_what_is_missing_is_built(
    cache: Path, go: Go, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is said what is built, where, and for how long; the second time nothing is."""
    go(WORKING)
    found = build(["etcd", "helm"])
    said = capfd.readouterr().err.splitlines()
    assert said[:3] == [
        f"lab: building from source into {cache}: etcd, helm",
        "lab: this takes about 1 min on two cores, and happens once",
        "lab: [1/2] etcd (about 35 s from nothing) ...",
    ]
    assert all(os.access(path, os.X_OK) for path in found.values())
    assert _built(cache) == [named("etcd").package, named("helm").package]

    assert build(["helm", "etcd"]) == found
    assert len(_built(cache)) == 2
    assert capfd.readouterr().err == ""


def test_a_build_that_fails(cache: Path, go: Go) -> None:
    """The compiler's words are shown; the next build goes on from there."""
    go(WORKING)
    build(["etcd"])
    go(FAILING)
    with pytest.raises(BuildError) as caught:
        build(["etcd", "helm", "crane"])
    assert caught.value.message == ("helm could not be built:\nmain.go:7: undefined: x")
    assert "goes on from where it stopped" in caught.value.hint
    go(WORKING)
    build(["etcd", "helm", "crane"])
    packages = [named(name).package for name in ("etcd", "helm", "helm", "crane")]
    assert _built(cache) == packages


def test_a_program_that_does_not_run(go: Go) -> None:
    """What was built and does not run is no program, and is not kept as one."""
    go(BROKEN)
    with pytest.raises(BuildError, match=r"does not run:\nno such flag"):
        build(["etcd"])
    assert not named("etcd").path.exists()


def test_a_build_that_is_killed(cache: Path, go: Go) -> None:
    """Half a program is never taken for one: the next build makes it whole."""
    go(HALF)
    command = [sys.executable, "-m", "lab", "build", "etcd"]
    with subprocess.Popen(
        command,
        cwd=SOURCE.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as builder:
        _await((named("etcd").path.parent / ".etcd.new").exists)
        os.killpg(builder.pid, 9)
    assert not named("etcd").path.exists()
    go(WORKING)
    assert build(["etcd"])["etcd"].exists()
    assert len(_built(cache)) == 2


def _await(question: Callable[[], bool]) -> None:
    ended = threading.Event()
    for _ in range(SECONDS * 50):
        if question():
            return
        ended.wait(0.02)
    raise AssertionError


def test_two_builders(cache: Path, go: Go, capfd: pytest.CaptureFixture[str]) -> None:
    """The second waits for the first, and says so."""
    go(WORKING)
    second = threading.Thread(target=build, args=(["etcd"],))
    with (cache / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second.start()
        waiting = "lab: another build is running; waiting for it\n"
        _await(lambda: capfd.readouterr().err == waiting)
        assert _built(cache) == []
    second.join()
    assert _built(cache) == [named("etcd").package]


def test_a_program_that_nobody_knows() -> None:
    """A wrong name is refused with the right ones."""
    with pytest.raises(BuildError, match="no program is called 'etc'") as caught:
        build(["etc"])
    assert "etcd" in caught.value.hint


def test_every_module_has_a_version(tmp_path: Path) -> None:
    """A module that `go.mod` does not name is an error with the file's name."""
    (tmp_path / "go.mod").write_text("require example.com/one v1.2.3\n")
    modules = ModuleSet("some", tmp_path)
    assert modules.version("example.com/one") == "v1.2.3"
    with pytest.raises(BuildError, match=r"go\.mod does not require example\.com/two"):
        modules.version("example.com/two")


def test_another_recipe_is_another_folder(tmp_path: Path) -> None:
    """A change of `go.mod` or `go.sum` builds anew, beside what is there."""
    keys = set()
    for name, text in (("go.mod", "a"), ("go.sum", "b"), ("go.sum", "c")):
        for known in ("go.mod", "go.sum"):
            (tmp_path / known).touch()
        (tmp_path / name).write_text(text)
        keys.add(ModuleSet("some", tmp_path).key())
    assert len(keys) == 3


@pytest.fixture
def edited(cache: Path) -> Path:
    """Return the file of Argo CD's source that is changed when it is compiled."""
    edit = LOOPBACK_METRICS
    path = named("argocd").modules.source(edit.module) / edit.file
    path.parent.mkdir(parents=True)
    path.write_text(f"before\n{edit.old}\nafter\n")
    assert path.is_relative_to(cache)
    return path


def test_a_line_is_changed_in_a_copy(edited: Path, go: Go) -> None:
    """Argo CD is compiled with one line changed; its source stays as it was."""
    go(WORKING)
    program = build(["argocd"])["argocd"]
    copy = program.parent / ".argocd.source"
    old, new = LOOPBACK_METRICS.old, LOOPBACK_METRICS.new
    assert edited.read_text() == f"before\n{old}\nafter\n"
    compiled = copy / LOOPBACK_METRICS.file
    assert compiled.read_text() == f"before\n{new}\nafter\n"
    manifest = (program.parent / ".argocd.mod").read_text()
    assert manifest.endswith(f"replace github.com/argoproj/argo-cd/v3 => {copy}\n")


def test_a_line_that_is_not_there_any_more(edited: Path, go: Go) -> None:
    """Another version of Argo CD may have lost the line: that is said, not ignored."""
    go(WORKING)
    edited.write_text("all is new here\n")
    with pytest.raises(BuildError, match=r"does not hold .* exactly once") as caught:
        build(["argocd"])
    assert "lab/binaries.py" in caught.value.hint
    assert not named("argocd").path.exists()
