"""Expands a platform that a test writes down as files: the real thing, end to end."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from baro.expand.assemble import assemble
from baro.expand.options import Options
from baro.expand.platform import open_platform
from baro.expand.ports import HelmEngine
from baro.model.snapshot import Snapshot

REPOSITORY = "https://git.example/acme/platform"
_GIT = ("git", "-c", "user.name=test", "-c", "user.email=test@example.org")


def platform(files: Mapping[str, str], folder: Path, engine: HelmEngine) -> Snapshot:
    """Write the files into a folder and return its target state.

    The folder is a Git repository on the branch `main`, of which `v1.0.0` tags the
    commit before the last. Unless `baro.yaml` says otherwise, its URL is REPOSITORY.
    """
    settings = {"baro.yaml": f"repositories: {{{REPOSITORY}: .}}\n"}
    for name, text in {**settings, **files}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("commit", "-q", "-m", "one"),
        ("tag", "v1.0.0"),
        ("commit", "-q", "-m", "two", "--allow-empty"),
    ):
        subprocess.run((*_GIT, *command), cwd=folder, check=True)
    with open_platform([folder]) as opened:
        return assemble(opened, engine, Options()).snapshot
