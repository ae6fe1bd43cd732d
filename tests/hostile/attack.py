"""What an attacker, a careless user and a slow machine have at hand."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

URL = "https://git.example/acme/platform"
HERE = f"repositories: {{{URL}: .}}\n"
CHART = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
PATIENCE = 600
"""Seconds after which a run hangs, on a machine that does much else.

Far more than the minute that the program gives Helm's engine for one chart.
"""

_LIMITED = ("/bin/sh", "-c", 'ulimit -d 1048576; exec "$0" "$@"')
"""Gives a run, and each of its workers, 1 GiB, on machines that have more, too."""
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Ran:
    """What one run left."""

    code: int
    out: str
    err: str


def environment(**changes: str) -> dict[str, str]:
    """Return an environment with no home, no configuration and no way out."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        **changes,
    }


def baro(folder: Path, *arguments: object, **changes: str) -> Ran:
    """Run `baro` there; what holds for every run is held here.

    It ends, with a code of the table, without a traceback, and prints nothing that a
    terminal would obey.
    """
    done = subprocess.run(
        (*_LIMITED, sys.executable, "-m", "baro", *map(str, arguments)),
        cwd=folder,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    said = ran.out + ran.err
    assert ran.code in {0, 1, 2, 3}, said
    assert "Traceback" not in said
    assert "itself failed" not in said, said
    assert _RAW.search(said) is None, _RAW.findall(said)
    return ran


def gaps(folder: Path, *arguments: object) -> dict[str, str]:
    """Return the gaps that `baro check` names: subject -> reason and place."""
    answer = json.loads(baro(folder, "check", "--format", "json", *arguments).out)
    return {
        gap["subject"]: f"{gap['reason']} @ {gap['file']}:{gap['line']}"
        for gap in answer["gaps"]
    }


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, folders made as needed."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def application(name: str, **source: object) -> str:
    """Return an Application in one line of JSON."""
    whole = {"repoURL": URL, "targetRevision": "main", **source}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc"},
            "source": whole,
        },
    }
    return json.dumps(body) + "\n"


def chart(name: str, template: str, **more: str | bytes) -> dict[str, str | bytes]:
    """Return the files of a chart and of an Application of it."""
    files: dict[str, str | bytes] = {
        "Chart.yaml": CHART,
        "values.yaml": "",
        "templates/a.yaml": template,
        **{path.replace("__", "/"): content for path, content in more.items()},
    }
    inside = {f"{name}/{path}": content for path, content in files.items()}
    return {**inside, f"apps/{name}.yaml": application(name, path=name)}


def archive(*members: tuple[str, bytes, bytes, str]) -> bytes:
    """Return a gzipped tar of members: name, content, type of tar, where it links."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content, kind, link in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()
