"""A real PostgreSQL on a folder, such as the one behind a claim."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab.commands import attempt, run
from lab.errors import LabError
from lab.laboratory import Lab
from lab.location import program_path
from lab.processes import Program

ACCOUNT = "postgres"
HOST_RULES = """\
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Database:
    """A running PostgreSQL server."""

    lab: Lab
    name: str
    port: int
    user: str

    def query(self, text: str, user: str, password: str) -> str:
        """Return what psql prints, answer or refusal, for one statement."""
        done = attempt(
            *(program_path("psql"), "--no-psqlrc", "--tuples-only", "--no-align"),
            *("--host", "127.0.0.1", "--port", str(self.port)),
            *("--username", user, "--dbname", "postgres", "--command", text),
            environment=self.lab.site.environment(PGPASSWORD=password),
        )
        return (done.stdout + done.stderr).strip()

    def change_password(self, old: str, new: str) -> None:
        """Let the data know another password; nobody tells the Secret."""
        quoted = new.replace("'", "''")
        said = self.query(f"alter role {self.user} password '{quoted}'", self.user, old)
        if said != "ALTER ROLE":
            raise LabError(f"the password of {self.name} cannot be changed: {said}")

    def stop(self) -> None:
        """End the server; its data stays."""
        self.lab.processes.stop(self.name)


def postgresql(
    lab: Lab, folder: Path, password: str, *, user: str = "backstage"
) -> Database:
    """Start PostgreSQL on a folder, as a container's start script does.

    The password counts only when the folder is empty: then a database is made, with
    this user and this password. Otherwise the data is used as it is, and the
    password is ignored, which is how a Secret and a volume come to disagree.
    """
    name = f"postgresql-{folder.name}"
    port = lab.site.port(name)
    files = folder / "data"
    if not files.exists():
        _initialise(lab, files, user, password)
    lab.start(
        Program(
            name,
            (
                program_path("postgres"),
                *("-D", str(files), "-h", "127.0.0.1", "-p", str(port)),
                *("-k", "", "-c", "fsync=off", "-c", "shared_buffers=16MB"),
            ),
            lambda: _missing(lab, port),
            lab.site.environment(),
            user=_account(),
        )
    )
    return Database(lab, name, port, user)


def _initialise(lab: Lab, files: Path, user: str, password: str) -> None:
    files.mkdir(mode=0o700)
    secret = files.with_name("initial-password")
    secret.touch(mode=0o600)
    secret.write_text(password)
    account = _account()
    command = [program_path("initdb"), "--pgdata", str(files), "--username", user]
    command += ["--pwfile", str(secret), "--auth", "scram-sha-256", "--no-sync"]
    if account is not None:
        shutil.chown(files, account)
        shutil.chown(secret, account)
        lowered = ["setpriv", "--reuid", account, "--regid", account, "--clear-groups"]
        command = [*lowered, *command]
    run(*command, folder=files, environment=lab.site.environment())
    secret.unlink()
    (files / "pg_hba.conf").write_text(HOST_RULES)


def _missing(lab: Lab, port: int) -> str:
    done = attempt(
        *(program_path("pg_isready"), "--host", "127.0.0.1", "--port", str(port)),
        environment=lab.site.environment(),
    )
    return done.stdout.strip() if done.returncode else ""


def _account() -> str | None:
    """Return whom to become: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam(ACCOUNT).pw_name
