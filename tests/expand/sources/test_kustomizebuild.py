"""The program that builds kustomizations, played by scripts."""

import sys
from pathlib import Path

import pytest

from baro.expand.sources.kustomizebuild import Kustomize
from baro.expand.stop import StoppedError
from baro.model.expansion import Failure
from baro.model.finding import Gap

FILES = {"a/kustomization.yaml": b"{}", "b/x.yaml": b"x"}


def program(folder: Path, script: str, timeout: float = 20) -> Kustomize:
    """Return a program that runs a script."""
    file = folder / "program.py"
    file.write_text(script)
    return Kustomize((sys.executable, "-S", str(file)), timeout)


def test_equal_files_are_built_once(tmp_path: Path) -> None:
    """What was built, or refused, is remembered; other files are built anew."""
    count = tmp_path / "count"
    script = f"open({str(count)!r}, 'a').write('x'); print('kind: A')"
    kustomize = program(tmp_path, script)
    assert kustomize.build(FILES, "a") == "kind: A\n"
    assert kustomize.build(dict(FILES), "a") == "kind: A\n"
    assert count.read_text() == "x"
    kustomize.build({**FILES, "b/x.yaml": b"y"}, "a")
    assert count.read_text() == "xx"


def test_files_stand_where_the_program_looks(tmp_path: Path) -> None:
    """The program gets the folder, with its neighbours beside it."""
    script = (
        "import sys, pathlib\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "print(folder.name, (folder / '../b/x.yaml').read_text())"
    )
    assert program(tmp_path, script).build(FILES, "a") == "a x\n"


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        ("Error: no such file", Failure, "no such file"),
        (
            'E1 run.go:72] "command failed" err="a \\"b\\" c"',
            Failure,
            'a "b" c',
        ),
        (
            'E1 run.go:72] "command failed" err=<\n\tone\n\t  two\n >\n',
            Failure,
            "one\n  two",
        ),
        (
            "Error: proxyconnect tcp: 127.0.0.1:9",
            Gap,
            "the build reaches for the network: proxyconnect tcp: 127.0.0.1:9",
        ),
    ],
)
def test_complaint(
    tmp_path: Path, said: str, kind: type[Failure | Gap], message: str
) -> None:
    """A program's complaint is its own text; one about the network is a gap."""
    script = f"import sys; sys.stderr.write({said!r}); sys.exit(1)"
    kustomize = program(tmp_path, script)
    for _ in range(2):
        with pytest.raises(StoppedError) as stopped:
            kustomize.build(FILES, "a")
        assert isinstance(stopped.value.cause, kind)
        assert str(stopped.value) == message


def test_place_of_the_copy_is_not_shown(tmp_path: Path) -> None:
    """Messages name files as the repository does."""
    script = "import sys; sys.stderr.write(f'{sys.argv[1]}/x.yaml is bad'); sys.exit(1)"
    with pytest.raises(StoppedError, match=r"^a/x\.yaml is bad$"):
        program(tmp_path, script).build(FILES, "a")


def test_program_that_does_not_end_is_a_gap(tmp_path: Path) -> None:
    """A build has its time."""
    kustomize = program(tmp_path, "import time; time.sleep(60)", timeout=0.5)
    with pytest.raises(StoppedError) as stopped:
        kustomize.build(FILES, "a")
    assert isinstance(stopped.value.cause, Gap)
