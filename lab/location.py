"""One lab's place: its folder, its ports, its certificates, its kubeconfig."""

import http.client
import os
import shutil
import ssl
import tempfile
from pathlib import Path

import yaml

from lab.binaries import named
from lab.certificates import Certificates, make_certificates
from lab.errors import LabError
from lab.ports import Ports

ARGOCD_NAMESPACE = "argocd"
HTTP_SECONDS = 10
GIT_SETTINGS = """\
[user]
name = lab
email = lab@example.com
[init]
defaultBranch = main
[safe]
directory = *
[http]
receivepack = true
"""
# Since 3.6 the repo-server asks this program about every Git source, GPG or not.
GIT_VERIFIER = "#!/bin/sh\nexit 0\n"


class Site:
    """What the parts share. Paths are absolute; ports are claimed on first use."""

    def __init__(self) -> None:
        """Make the state folder. Others may pass through it, and not look into it."""
        self.state = Path(tempfile.mkdtemp(prefix="baro-lab-")).resolve()
        self.state.chmod(0o711)
        for name in ("bin", "home", "tmp", "logs"):
            self.folder(name)
        (self.state / "home" / ".gitconfig").write_text(GIT_SETTINGS)
        verifier = self.state / "bin" / "git-verify-wrapper.sh"
        verifier.write_text(GIT_VERIFIER)
        verifier.chmod(0o755)
        self.claims = Ports()
        self._ports: dict[str, int] = {}
        self._certificates: Certificates | None = None

    def folder(self, name: str, mode: int = 0o755) -> Path:
        """Return a folder inside the state folder, made when missing."""
        path = self.state / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        return path

    def port(self, name: str) -> int:
        """Return the port of that name, the same at every call."""
        if name not in self._ports:
            self._ports[name] = self.claims.claim()
        return self._ports[name]

    @property
    def ports(self) -> dict[str, int]:
        """Return every port claimed so far, by name."""
        return dict(self._ports)

    @property
    def certificates(self) -> Certificates:
        """Return the lab's certificates, made on first use."""
        if self._certificates is None:
            self._certificates = make_certificates(self.state / "pki")
        return self._certificates

    @property
    def kubeconfig(self) -> Path:
        """Return the administrator's kubeconfig, written on first use."""
        path = self.state / "kubeconfig"
        if not path.exists():
            self.write_kubeconfig()
        return path

    def write_kubeconfig(self) -> None:
        """Write the kubeconfig that every part's environment names."""
        path = self.state / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(self._kubeconfig_text())

    def _kubeconfig_text(self) -> str:
        made = self.certificates
        cluster = {
            "server": f"https://127.0.0.1:{self.port('apiserver')}",
            "certificate-authority": str(made.authority),
        }
        user = {
            "client-certificate": str(made.admin),
            "client-key": str(made.admin_key),
        }
        context = {"cluster": "lab", "user": "admin", "namespace": ARGOCD_NAMESPACE}
        return yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "lab",
                "clusters": [{"name": "lab", "cluster": cluster}],
                "users": [{"name": "admin", "user": user}],
                "contexts": [{"name": "lab", "context": context}],
            }
        )

    def environment(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a part: nothing of the caller's leaks in."""
        return {
            "HOME": str(self.state / "home"),
            "PATH": f"{self.state / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "TMPDIR": str(self.state / "tmp"),
            "LANG": "C.UTF-8",
            "KUBECONFIG": str(self.state / "kubeconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            **more,
        }

    def offer(self, *names: str) -> None:
        """Put built programs onto the parts' PATH."""
        for name in names:
            link = self.state / "bin" / name
            if not link.exists():
                link.symlink_to(named(name).path)

    def answers(self, name: str, path: str, *, tls: bool = False) -> str:
        """Ask a part over HTTP; return what is wrong, or nothing for a 200."""
        connection = _connection(self.port(name), tls=tls)
        try:
            connection.request("GET", path)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return f"{path} does not answer: {error}"
        finally:
            connection.close()
        return "" if status == http.HTTPStatus.OK else f"{path} answers {status}"


def _connection(port: int, *, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=HTTP_SECONDS)
    # A part that signs its own certificate is only asked how it feels.
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=HTTP_SECONDS, context=trusting
    )


def program_path(name: str) -> str:
    """Return the path of one of Debian's programs, wherever Debian puts it."""
    folders = [*os.get_exec_path(), "/usr/sbin", "/sbin", *_postgresql_folders()]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        raise LabError(f"the program {name} is not there", "run lab/setup.sh as root")
    return found


def _postgresql_folders() -> list[str]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return [str(folder) for folder in sorted(versions, reverse=True)]
