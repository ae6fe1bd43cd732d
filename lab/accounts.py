"""Argo CD's API server with its door closed: accounts, and what each of them may do."""

import http.client
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lab.binaries import named
from lab.commands import attempt, run
from lab.errors import LabError
from lab.laboratory import Lab
from lab.location import ARGOCD_NAMESPACE
from lab.parts.argocd import api_server

NAME = "argocd-server-guarded"
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Guarded:
    """An API server that knows who asks; `tokens` are those of its accounts."""

    lab: Lab
    tokens: Mapping[str, str]

    def argocd(self, account: str, *words: str) -> str:
        """Return what the command line prints for an account, answer or refusal."""
        server = f"127.0.0.1:{self.lab.site.port(NAME)}"
        done = attempt(
            *(named("argocd").path, "--plaintext", "--server", server),
            *("--auth-token", self.tokens[account], *words),
            environment=self.lab.site.environment(ARGOCD_BINARY_NAME="argocd"),
        )
        return done.stdout + done.stderr

    def stop(self) -> None:
        """End the server."""
        self.lab.processes.stop(NAME)


def guarded(lab: Lab, policy: str, accounts: Iterable[str]) -> Guarded:
    """Start an API server with these accounts, beside the one that is open.

    `policy` is Argo CD's own CSV: `p, alice, applications, get, */*, allow`.
    """
    passwords = {account: secrets.token_urlsafe(12) for account in accounts}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    hashes = {f"accounts.{name}.password": _hash(passwords[name]) for name in passwords}
    times = {f"accounts.{name}.passwordMtime": now for name in passwords}
    _set(
        lab, "ConfigMap", "argocd-cm", {f"accounts.{one}": "login" for one in passwords}
    )
    _set(lab, "Secret", "argocd-secret", hashes | times)
    _set(lab, "ConfigMap", "argocd-rbac-cm", {"policy.csv": policy})
    lab.start(api_server(lab.site, NAME))
    return Guarded(
        lab, {name: _token(lab, name, passwords[name]) for name in passwords}
    )


def _hash(password: str) -> str:
    return run(
        named("argocd").path, "account", "bcrypt", "--password", password
    ).strip()


def _set(lab: Lab, kind: str, name: str, values: Mapping[str, str]) -> None:
    metadata = {"name": name, "namespace": ARGOCD_NAMESPACE}
    found = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    lab.kubernetes.patch(found, {"stringData" if kind == "Secret" else "data": values})


def _token(lab: Lab, account: str, password: str) -> str:
    """Return the token of a new session."""
    port = lab.site.port(NAME)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    body = json.dumps({"username": account, "password": password})
    try:
        connection.request(
            "POST", "/api/v1/session", body, {"Content-Type": "application/json"}
        )
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if "token" not in answer:
        raise LabError(f"{account} cannot log in: {answer.get('message', answer)}")
    return str(answer["token"])
