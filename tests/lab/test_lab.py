"""What every lab promises: loopback only, a quick start, clear names."""

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lab import Lab, faults
from lab.errors import LabError, WaitError
from lab.parts.catalog import PARTS
from lab.places import runs_folder
from lab.supervisor import descendants
from tests.lab.loopback import ask
from tests.lab.story import ARGOCD, Story, config_map, text

LISTENING = "0A"
LOOPBACK = {
    "0100007F",
    "00000000000000000000000001000000",
    "0000000000000000FFFF00000100007F",
}


def _listeners(pids: list[int]) -> set[tuple[str, int]]:
    """Return the local addresses (as the kernel writes them) that processes serve."""
    inodes = set()
    for pid in pids:
        with suppress(OSError):  # a short-lived child has ended meanwhile
            for link in Path(f"/proc/{pid}/fd").iterdir():
                found = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
                if found:
                    inodes.add(found[1])
    listeners = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in inodes:
                address, port = fields[1].split(":")
                listeners.add((address, int(port, 16)))
    return listeners


def test_everything_stays_on_loopback(lab: Lab) -> None:
    """No part listens on an address that another machine could reach."""
    pids = descendants(lab.processes.supervisor_pid)
    listeners = _listeners(pids)
    assert len(listeners) >= len(lab.processes.alive())
    assert {address for address, _ in listeners} <= LOOPBACK


def test_everything_is_ready_after_the_start(lab: Lab) -> None:
    """Every part that is a program runs, and the node is there."""
    programs = {part.name for part in PARTS.values() if part.program}
    assert set(lab.processes.alive()) >= programs
    ready = lab.kubectl("get", "nodes", "--no-headers").split()[1]
    assert ready == "Ready"


def test_a_part_that_nobody_knows() -> None:
    """A wrong name is refused with the right ones."""
    with pytest.raises(LabError, match="no part is called 'apiservr'") as caught:
        Lab(["apiservr"])
    assert "apiserver" in caught.value.hint


def test_only_what_is_asked_for() -> None:
    """A part brings what it needs, and nothing else."""
    with Lab(["repo-server"]) as lab:
        assert set(lab.processes.alive()) == {"redis", "repo-server"}


def test_the_smallest_cluster() -> None:
    """An API server alone can be asked by its command line."""
    with Lab(["apiserver"]) as lab:
        assert "namespace/argocd" in lab.kubectl("get", "namespaces", "-o", "name")


def test_the_command_line(tmp_path: Path) -> None:
    """A lab started from a shell is usable from it, and stops when told to."""

    def said(*words: str) -> str:
        command = [sys.executable, "-m", "lab", *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    name = f"--name={tmp_path.name}"
    started = said("start", name, "argocd-server")
    try:
        assert "argocd-server" in said("status", name)
        found = re.search(r"\.  (\S+/env)", started)
        assert found is not None
        listed = subprocess.run(
            ["sh", "-c", f". {found[1]}; kubectl get ns -o name; argocd app list; env"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "no_proxy=127.0.0.1" in listed
        assert "namespace/argocd" in listed
        pushed = re.search(r"git push (\S+)/git/NAME.git", started)
        assert pushed is not None
        _push_something(tmp_path, found[1], f"{pushed[1]}/git/fresh.git")
        url = f"{pushed[1]}/git/fresh.git/info/refs?service=git-upload-pack"
        with ask(url) as answer:
            assert b"refs/heads/main" in answer.read()
    finally:
        assert "ended" in said("stop", name)
    assert not Path(found[1]).parent.exists()
    assert list(runs_folder().glob(f"{tmp_path.name}.*")) == []


def _push_something(folder: Path, environment: str, url: str) -> None:
    identity = ("-c", "user.name=lab", "-c", "user.email=lab@example.com")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        (*identity, "commit", "--quiet", "--allow-empty", "--message=Begin"),
        ("push", "--quiet", url, "main"),
    ):
        sourced = ["sh", "-c", f'. {environment}; git "$@"', "git", *words]
        subprocess.run(sourced, cwd=folder, check=True)


def test_an_api_server_that_is_away(lab: Lab) -> None:
    """Without an API server nothing can be read, and afterwards all is as before."""
    lab.kubernetes.apply(
        {**config_map("kept"), "metadata": {"name": "kept", "namespace": "default"}}
    )
    with lab.fault(faults.api_server_gone), pytest.raises(WaitError) as caught:
        lab.wait(
            lambda: lab.kubernetes.find("v1", "ConfigMap", "kept", "default"),
            "an answer",
            seconds=1,
        )
    assert "the API server does not answer" in str(caught.value)
    assert lab.kubernetes.find("v1", "ConfigMap", "kept", "default")


def test_an_api_server_that_is_slow(lab: Lab) -> None:
    """A slow API server answers late, and answers."""

    def seconds() -> float:
        begun = time.monotonic()
        lab.kubernetes.every("v1", "Namespace")
        return time.monotonic() - begun

    # One that comes in while the server sleeps (for 0.8 s) waits for the rest of it.
    with lab.fault(faults.api_server_slow):
        lab.wait(lambda: seconds() > 0.4, "a late answer")
    lab.kubernetes.every("v1", "Namespace")


def test_a_repo_server_that_is_away(story: Story) -> None:
    """Without a repo-server nothing is rendered, and the reason is the connection."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    with story.lab.fault(faults.repo_server_gone):
        name = story.application([story.folder("app")])
        story.until_condition(name, "ComparisonError", "connection error")
    story.lab.refresh(name, hard=True)
    story.until_synced(name)


def test_a_scheduler_that_is_away(story: Story) -> None:
    """Without a scheduler a pod waits for a node, and gets one afterwards."""
    spec = {"containers": [{"name": "web", "image": "registry.example.com/web"}]}
    metadata = {"name": "one", "namespace": story.name}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

    def node() -> str:
        found = story.find("v1", "Pod", "one") or {"spec": {}}
        return str(found["spec"].get("nodeName", ""))

    with story.lab.fault(faults.part_gone, "scheduler"):
        story.lab.apply(pod)
        with pytest.raises(WaitError):
            story.until("a node", node, seconds=1)
    story.until("a node", node)


def test_a_slow_repository(story: Story) -> None:
    """A slow fetch is late, and not wrong."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    with story.lab.fault(faults.git_slow, story.repository, 1.0):
        begun = time.monotonic()
        name = story.application([story.folder("app")])
        story.until_synced(name)
        assert time.monotonic() - begun > 1


def test_a_webhook_that_refuses(story: Story) -> None:
    """What an admission webhook says stands in the operation, word for word."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["configmaps"],
        "operations": ["CREATE"],
    }
    refusal = story.lab.fault(
        faults.admission_refuses, rule, "no such thing here", "guard.example.com"
    )
    with refusal:
        name = story.application([story.folder("app")])
        expected = (
            'admission webhook "guard.example.com" denied the request: '
            "no such thing here"
        )
        story.until(
            "the operation says why",
            lambda: expected in str(story.status(name).get("operationState")),
        )
    story.until_synced(name)


def test_a_finalizer_that_nobody_removes(story: Story) -> None:
    """A managed object that stays holds up its Application's deletion silently."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    name = story.application([story.folder("app")])
    story.until_synced(name)
    one = config_map("one")
    one["metadata"]["namespace"] = story.name
    with story.lab.fault(faults.finalizer_stays, one):
        story.lab.kubernetes.delete(story.lab.application(name))
        story.until(
            "the object is being deleted",
            lambda: (
                "deletionTimestamp"
                in (story.find("v1", "ConfigMap", "one") or one)["metadata"]
            ),
        )
        time.sleep(3)
        found = story.lab.application(name)
        assert found["metadata"]["deletionTimestamp"]
        assert not found["status"].get("conditions")
    story.until("it is gone", lambda: story.lab.application(name) is None)


def test_a_label_that_is_taken_away(story: Story) -> None:
    """A cluster that loses its label loses its Applications, and nothing complains."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    label = {"lab.example.com/story": story.name}
    kind = {"argocd.argoproj.io/secret-type": "cluster"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"cluster-{story.name}",
            "namespace": "argocd",
            "labels": {**label, **kind},
        },
        "stringData": {
            "name": "hub",
            "server": "https://kubernetes.default.svc",
            "config": "{}",
        },
    }
    story.lab.apply(secret)
    template = {
        "metadata": {"name": f"{story.name}-{{{{ .name }}}}"},
        "spec": {
            "project": "default",
            "destination": {"server": "{{ .server }}", "namespace": story.name},
            "source": story.folder("app"),
            "syncPolicy": {"automated": {}},
        },
    }
    story.lab.apply(
        {
            "apiVersion": ARGOCD,
            "kind": "ApplicationSet",
            "metadata": {"name": story.name, "namespace": "argocd"},
            "spec": {
                "goTemplate": True,
                "generators": [{"clusters": {"selector": {"matchLabels": label}}}],
                "template": template,
            },
        }
    )
    story.sets.append(story.name)
    name = f"{story.name}-hub"
    story.applications.append(name)
    story.until("an Application", lambda: story.lab.application(name))
    story.until_synced(name)

    removed = {"metadata": {"labels": dict.fromkeys(label)}}
    story.lab.kubernetes.patch(secret, removed)
    story.until("it is gone", lambda: story.lab.application(name) is None)
    assert story.find("v1", "ConfigMap", "one") is None

    def said() -> tuple[str, str]:
        # It may have lost a race for an object, and say so until it tries again.
        found = story.lab.kubernetes.get(ARGOCD, "ApplicationSet", story.name, "argocd")
        conditions = {one["type"]: one for one in found["status"]["conditions"]}
        one = conditions["ErrorOccurred"]
        return one["status"], one["message"]

    all_is_well = ("False", "All applications have been generated successfully")
    story.until("nothing is wrong", lambda: said() == all_is_well)
    story.lab.kubernetes.delete(secret)
