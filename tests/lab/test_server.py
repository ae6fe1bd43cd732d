"""Argo CD's API server: what it allows, and what it is told by a Git server."""

import json
import urllib.request
from collections.abc import Iterator

import pytest

from lab import Lab
from lab.accounts import Guarded, guarded
from lab.location import ARGOCD_NAMESPACE
from tests.lab.loopback import ask
from tests.lab.story import Story, config_map, text

POLICY = """\
p, reader, applications, get, default/*, allow
p, reader, projects, get, default, allow
g, syncer, reader
p, syncer, applications, sync, */*, allow
"""
PORT_SECONDS = 600


@pytest.fixture
def server(lab: Lab) -> Iterator[Guarded]:
    """Yield an API server with three accounts, one of which may do nothing."""
    one = guarded(lab, POLICY, ["nobody", "reader", "syncer"])
    yield one
    one.stop()


def test_who_may_do_what(story: Story, server: Guarded) -> None:
    """The real server allows what the policy says, and names what it refuses."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    name = story.application([story.folder("app")])
    story.until_synced(name)
    refusal = "PermissionDenied desc = permission denied"
    assert refusal in server.argocd("nobody", "app", "get", name)
    assert "Sync Status:        Synced" in server.argocd("reader", "app", "get", name)
    said = server.argocd("reader", "app", "sync", name)
    assert f"{refusal}: applications, sync, default/{name}, sub: reader" in said
    assert "Phase:              Succeeded" in server.argocd(
        "syncer", "app", "sync", name
    )


def test_a_push_that_is_announced(lab: Lab, story: Story) -> None:
    """A Git server's webhook makes Argo CD compare at once what uses the branch."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    name = story.application([story.folder("app")])
    story.until_synced(name)
    asked = f"Requested app '{name}' refresh"
    assert asked not in lab.log("argocd-server")
    story.repository.push({"app/one.yaml": text(config_map("one", size="2"))})
    _announce(lab, story.repository.url.removesuffix(".git"))
    story.until("the server asks for a comparison", lambda: asked in _log(lab))
    story.until(
        "the change is deployed",
        lambda: (story.find("v1", "ConfigMap", "one") or {}).get("data"),
    )


def _log(lab: Lab) -> str:
    return lab.log("argocd-server")


def _announce(lab: Lab, address: str) -> None:
    """Say what GitHub says after a push to the main branch."""
    event = {
        "ref": "refs/heads/main",
        "commits": [{"added": [], "modified": ["app/one.yaml"], "removed": []}],
        "repository": {"html_url": address, "default_branch": "main"},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{lab.site.port('argocd-server')}/api/webhook",
        json.dumps(event).encode(),
        {"Content-Type": "application/json", "X-GitHub-Event": "push"},
    )
    with ask(request, timeout=PORT_SECONDS) as answer:
        assert answer.status == 200


def test_the_servers_own_settings(lab: Lab) -> None:
    """Servers find their key where they look for it, and have none to make."""
    found = lab.kubernetes.get("v1", "Secret", "argocd-secret", ARGOCD_NAMESPACE)
    assert "server.secretkey" in found["data"]
    assert "Initialized server signature" not in lab.log("argocd-server")
