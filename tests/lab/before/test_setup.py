"""What `lab/setup.sh` does on machines that lack something, without being root."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.places import SOURCE

NEEDED = ("sh", "ls", "rm", "mkdir", "chmod")
PROGRAMS = {
    "git": "bin/git",
    "openssl": "bin/openssl",
    "redis-server": "bin/redis-server",
    "nginx": "usr/sbin/nginx",
    "postgresql": "usr/lib/postgresql/15/bin/initdb",
}
PACKAGES = {
    "git": "git",
    "openssl": "openssl",
    "redis-server": "redis-server",
    "nginx": "nginx-light",
    "postgresql": "postgresql",
}
POLICY = "usr/sbin/policy-rc.d"
CLUSTER = "etc/postgresql-common/createcluster.d/no-main-cluster.conf"
APT = """\
#!/bin/sh
policy=no cluster=no
[ -x "$BARO_LAB_ROOT/usr/sbin/policy-rc.d" ] && policy=yes
[ -e "$BARO_LAB_ROOT/{cluster}" ] && cluster=yes
echo "$* policy=$policy no-cluster=$cluster" >>"$BARO_LAB_ROOT/asked"
case "$*" in {failing}) echo "E: no such thing" >&2; exit 100 ;; esac
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A file system in a folder, with the programs that somebody has."""

    root: Path

    @classmethod
    def make(cls, root: Path, *present: str, user: int) -> "Machine":
        """Make a machine on which these programs are present, and nothing else."""
        machine = cls(root)
        for name in NEEDED:
            found = shutil.which(name)
            assert found is not None
            (machine.folder("bin") / name).symlink_to(found)
        machine.program("bin/id", f"#!/bin/sh\necho {user}\n")
        machine.folder("usr/sbin")
        for name in present:
            machine.program(PROGRAMS[name], "#!/bin/sh\n")
        return machine

    def folder(self, name: str) -> Path:
        """Return a folder, made when missing."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def program(self, path: str, text: str) -> None:
        """Write a program."""
        self.folder(str(Path(path).parent))
        (self.root / path).write_text(text)
        (self.root / path).chmod(0o755)

    def apt(self, failing: str = "nothing") -> None:
        """Let the machine have an apt-get, which fails for this pattern."""
        text = APT.format(cluster=CLUSTER, failing=failing)
        self.program("bin/apt-get", text)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """Run the script on this machine."""
        return subprocess.run(
            ["/bin/sh", SOURCE / "setup.sh"],
            env={"PATH": str(self.root / "bin"), "BARO_LAB_ROOT": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> list[str]:
        """Return what apt-get was asked for."""
        path = self.root / "asked"
        return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("user", [0, 1000])
def test_nothing_is_missing(tmp_path: Path, user: int) -> None:
    """Where all is there, nothing happens, whoever asks."""
    machine = Machine.make(tmp_path, *PROGRAMS, user=user)
    machine.apt()
    done = machine.set_up()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.asked() == []


@pytest.mark.parametrize("missing", PROGRAMS)
def test_somebody_who_is_not_root(tmp_path: Path, missing: str) -> None:
    """Whoever may not install is told which package, and what to do."""
    present = [name for name in PROGRAMS if name != missing]
    machine = Machine.make(tmp_path, *present, user=1000)
    machine.apt()
    done = machine.set_up()
    assert done.returncode == 2
    assert done.stderr == (
        f"the lab needs these Debian packages: {PACKAGES[missing]}\n"
        "run lab/setup.sh as root, or install them yourself\n"
    )
    assert machine.asked() == []


@pytest.mark.parametrize("user", [0, 1000])
def test_another_distribution(tmp_path: Path, user: int) -> None:
    """Where there is no apt-get, becoming root is not what helps."""
    machine = Machine.make(tmp_path, "git", "openssl", "nginx", user=user)
    done = machine.set_up()
    assert done.returncode == 2
    assert done.stderr == (
        "the lab needs programs that are not here. Debian's packages of them are: "
        "redis-server postgresql\ninstall them the way this machine does\n"
    )


def test_root_installs_what_is_missing(tmp_path: Path) -> None:
    """Packages come without their services, and without a database cluster."""
    machine = Machine.make(tmp_path, "git", "openssl", user=0)
    machine.apt()
    done = machine.set_up()
    assert done.returncode == 0
    install = "install -y -qq --no-install-recommends"
    assert machine.asked() == [
        "update -qq policy=yes no-cluster=no",
        f"{install} postgresql-common policy=yes no-cluster=no",
        f"{install} redis-server nginx-light postgresql policy=yes no-cluster=yes",
    ]
    assert not (tmp_path / POLICY).exists()
    assert not (tmp_path / CLUSTER).exists()


def test_settings_of_the_machine_stay(tmp_path: Path) -> None:
    """A policy and a setting that were there before are there afterwards."""
    machine = Machine.make(tmp_path, "git", "openssl", "nginx", user=0)
    machine.apt()
    machine.program(POLICY, "#!/bin/sh\nexit 0\n")
    machine.folder(str(Path(CLUSTER).parent))
    (tmp_path / CLUSTER).write_text("create_main_cluster = false\n")
    assert machine.set_up().returncode == 0
    assert (tmp_path / POLICY).read_text() == "#!/bin/sh\nexit 0\n"
    assert (tmp_path / CLUSTER).exists()


def test_a_machine_without_a_network(tmp_path: Path) -> None:
    """Lists that cannot be renewed may do; a package that is not there does not."""
    machine = Machine.make(tmp_path, "git", "openssl", "nginx", user=0)
    machine.apt(failing="update*")
    assert machine.set_up().returncode == 0

    machine.apt(failing="*postgresql")
    done = machine.set_up()
    assert done.returncode == 2
    assert done.stderr.endswith(
        "E: no such thing\nlab: apt-get could not install redis-server postgresql\n"
    )
    assert not (tmp_path / POLICY).exists()
