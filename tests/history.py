"""The history of this repository, at which one example pins its sources."""

import re
import subprocess
from functools import cache

import pytest

from tools.quotes import ROOT

PINNED = "examples/incidents/revision-conflict"

_COMMIT = re.compile(r"targetRevision: ([0-9a-f]{40})$", re.MULTILINE)


def need_history(command: str) -> None:
    """Report a test as not run where the clone lacks what the command reads."""
    if PINNED in command and not _is_here():
        pytest.skip("NOT RUN: this clone is shallow; git fetch --unshallow mends it")


@cache
def _is_here() -> bool:
    """Tell whether Git has the commits; where there is no Git, it has not."""
    pinned = (ROOT / PINNED / "apps" / "portal.yaml").read_text(encoding="utf-8")
    commits = _COMMIT.findall(pinned)
    assert commits
    asked = subprocess.run(
        ("git", "cat-file", "--batch-check"),
        cwd=ROOT,
        input="\n".join(commits),
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.returncode == 0 and "missing" not in asked.stdout
