"""Public repositories at pinned commits: no crash, and every gap says its reason.

`make test-crater` clones them into the user's cache. `BARO_CRATER` names a folder that
has them already, by the repository's name.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Baro

pytestmark = pytest.mark.crater

HOME = "https://github.com"
PINNED = {
    "argoproj/argocd-example-apps": ("0d521c6e049889134f3122eb32d7ed342f43ca0d", ""),
    "Azure-Samples/aks-platform-engineering": (
        "b67c1b6dca09663eade0493f37b04caffaf81443",
        "",
    ),
    "argoproj/argo-cd": (
        "37ee0097cf851bc2dd7665fc081bbce61a7e836e",
        "applicationset/examples",
    ),
    "redhat-ai-services/ai-accelerator": (
        "f241ba28f3597eab06d13c2eeada2160a5e99a5e",
        "",
    ),
    "mitchross/talos-argocd-proxmox": ("38e5c2f87d13d8b5037bd9f999195fa97956a8f3", ""),
    "cterence/homelab-gitops": ("5f40c0afbd4cea750408754c581e8dbd7d13b4d8", ""),
    "small-hack/argocd-apps": ("7bfd015ac5a17ebf5eb9021f8ee7337710c0befe", ""),
}
"""Repository -> its commit, and the folder in it."""


def clone(repository: str, commit: str) -> Path:
    """Return a clone at a commit; skip where there is neither clone nor network."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BARO_CRATER") or cache / "baro" / "crater")
    place = folder / repository.rpartition("/")[2]
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        command = ["git", "clone", "--quiet", f"{HOME}/{repository}", str(place)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            pytest.skip(f"NOT RUN: no clone of {repository}: {ran.stderr.strip()}")
    git = ("git", "-C", str(place))
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    if head.stdout.strip() != commit:
        subprocess.run([*git, "checkout", "--quiet", commit], check=True)
    return place


@pytest.mark.parametrize("repository", PINNED)
def test_a_public_repository_is_checked_without_a_crash(
    baro: Baro, repository: str
) -> None:
    """Findings or not: no traceback, and no gap without a reason."""
    commit, inside = PINNED[repository]
    folder = clone(repository, commit) / inside

    ran = baro("check", folder, "--format", "json")
    answer = json.loads(ran.out)

    assert ran.code in (0, 1)
    assert not [gap for gap in answer["gaps"] if gap["reason"].startswith("the rule")]
    assert all(gap["subject"] and gap["reason"] for gap in answer["gaps"])
    assert all(finding["evidence"] for finding in answer["findings"])


def test_the_reference_platform_is_expanded_once_its_cluster_is_known(
    baro: Baro, tmp_path: Path
) -> None:
    """With the one cluster stated, the bootstrap's ApplicationSets generate."""
    repository = "Azure-Samples/aks-platform-engineering"
    commit, _ = PINNED[repository]
    folder = clone(repository, commit)
    config = tmp_path / "baro.yaml"
    annotations = {
        "addons_repo_url": f"{HOME}/{repository}",
        "addons_repo_basepath": "gitops/",
        "addons_repo_path": "bootstrap/control-plane/addons",
        "addons_repo_revision": "HEAD",
    }
    cluster = {
        "name": "hub",
        "labels": {"environment": "control-plane", "enable_argocd": "true"},
        "annotations": annotations,
    }
    config.write_text(json.dumps({"clusters": [cluster]}), encoding="utf-8")

    ran = baro("check", folder, "--config", config, "--format", "json")
    answer = json.loads(ran.out)

    assert ran.code in (0, 1)
    assert answer["summary"]["applications"] > 2
