"""Asks baro about a case of the lab, or about a folder of the project's."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from baro.expand.assemble import assemble
from baro.expand.options import Options
from baro.expand.platform import open_platform
from baro.expand.ports import HelmEngine
from baro.model.finding import Finding
from baro.model.snapshot import Snapshot
from baro.rules.catalog import catalog
from baro.rules.judge import judge
from lab.binaries import CONTROL_PLANE, argocd_version
from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import Case

# What Argo CD refuses before it makes an Application is a finding of baro's.
REFUSING = (
    "destination-cluster-unknown",
    "duplicate-application-name",
    "project-missing",
    "unacceptable-application-name",
)
_GIT = ("git", "-c", "user.name=case", "-c", "user.email=case@lab.example")
# What templates of the generated suite name.
_PLATFORM = "https://git.example/acme/platform"
_CHARTS = "https://charts.example/x"
_EMPTY_CHART = Path(__file__).parent / "charts" / "web"
_TODAY = date(2026, 1, 1)
# Argo CD makes it itself, and in the lab there is no other.
_DEFAULT_PROJECT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "AppProject",
    "metadata": {"name": "default", "namespace": ARGOCD_NAMESPACE},
    "spec": {},
}


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What baro says of a case: the target state, and what it refuses in it."""

    snapshot: Snapshot
    refusals: tuple[Finding, ...]


def answerable(case: Case) -> Case:
    """Return a case with what its Applications name, which is of no matter to it.

    A source that cannot be looked at may hold an AppProject, so that baro would not
    say that there is none.
    """
    return replace(
        case,
        repositories={**case.repositories, _PLATFORM: {"README.md": ""}},
        charts={**case.charts, _CHARTS: (_EMPTY_CHART,)},
    )


def ask(case: Case, folder: Path, engine: HelmEngine) -> Said:
    """Write a case into a folder, which must be empty; return what baro says."""
    platform = folder / "platform"
    platform.mkdir()
    repositories = {
        url: str(_repository(files, folder / f"repository-{number}"))
        for number, (url, files) in enumerate(case.repositories.items())
    }
    stores = {str(one.parent) for charts in case.charts.values() for one in charts}
    settings = {"repositories": repositories, "charts": sorted(stores)}
    # JSON is YAML.
    (platform / "baro.yaml").write_text(json.dumps(settings))
    (platform / "documents.yaml").write_text(
        "".join(
            f"---\n{json.dumps(one)}\n" for one in (_DEFAULT_PROJECT, *case.placed())
        )
    )
    return expanded(platform, engine)


def expanded(folder: Path, engine: HelmEngine) -> Said:
    """Return what baro says of a platform, for the lab's versions of everything."""
    version = CONTROL_PLANE.version("k8s.io/kubernetes").removeprefix("v")
    options = Options(argocd=argocd_version(), kubernetes=version, unread=False)
    with open_platform([folder]) as opened:
        snapshot = assemble(opened, engine, options).snapshot
    rules = [rule for name, rule in catalog().items() if name in REFUSING]
    verdict = judge(rules, today=_TODAY, target=snapshot)
    return Said(snapshot, verdict.findings)


def _repository(files: Path | Mapping[str, str], folder: Path) -> Path:
    """Return files as a Git repository on the branch `main`."""
    if isinstance(files, Path):
        return files
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "--force", "."),
        ("commit", "-q", "-m", "Case", "--allow-empty"),
    ):
        subprocess.run((*_GIT, *command), cwd=folder, check=True)
    return folder
